//! How a destination is spoken to: in this process, as a child process on stdio, or by HTTP. All of them speak the
//! one [`protocol`](crate::protocol).

mod exchange;
mod http;
mod in_process;
mod manifest;
mod messages;
mod serve;
mod stdio;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

pub use self::http::Http;
pub use in_process::{Destination, InProcess};
pub use manifest::{Manifest, ManifestError, Reach};
pub use messages::Messages;
pub(crate) use serve::answer;
pub use serve::serve_stdio;
pub use stdio::{Program, Stdio};

use crate::protocol::{DeliveryResult, HelloReply, Settings};

/// How long a destination may take for one operation, unless its manifest says otherwise.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// What went wrong between the runner and a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverErrorKind {
    /// The process ended, or the connection broke.
    Crash,
    /// No answer within the deadline.
    Timeout,
    /// An answer that is against the protocol.
    Protocol,
    /// The destination says that it cannot do this at all.
    Unsupported,
    /// The destination says that it could not even try.
    Adapter,
}

/// A request to a destination that brought no usable answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct DriverError {
    /// What went wrong.
    pub kind: DriverErrorKind,
    /// In words.
    pub message: String,
    /// The end of what the destination wrote to stderr.
    pub stderr: Option<String>,
}

impl DriverError {
    pub(crate) fn new(kind: DriverErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), stderr: None }
    }
}

/// A destination under test.
#[async_trait]
pub trait Driver: Send + Sync {
    /// Asks who it is.
    async fn hello(&self) -> Result<HelloReply, DriverError>;

    /// Opens an instance: one account with its settings.
    async fn open(&self, instance: &str, settings: &Settings) -> Result<(), DriverError>;

    /// Delivers events to an instance; one result per event, in their order.
    async fn deliver(&self, instance: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError>;

    /// Returns once nothing of the instance is pending.
    async fn drain(&self, instance: &str) -> Result<(), DriverError>;

    /// Forgets the instance.
    async fn close(&self, instance: &str) -> Result<(), DriverError>;

    /// Ends the destination.
    async fn bye(&self) -> Result<(), DriverError>;

    /// What it has logged, where that can be seen; after `bye` it is whole.
    async fn log(&self) -> Option<String> {
        None
    }
}
