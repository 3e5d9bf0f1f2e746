//! A destination that listens: every request is a POST of one object.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::{Driver, DriverError, DriverErrorKind, Messages, exchange};
use crate::protocol::{DeliveryResult, HelloReply, Request, Settings};

/// Speaks the protocol by HTTP.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    deadline: Duration,
    messages: Option<Arc<Messages>>,
    ids: AtomicU64,
}

impl Http {
    /// A driver of the destination at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>, deadline: Duration) -> Self {
        let client = reqwest::Client::new();
        Self { client, url: url.into(), deadline, messages: None, ids: AtomicU64::new(1) }
    }

    /// Refuses what is no address that this driver can reach.
    ///
    /// # Errors
    /// Says what an address looks like.
    pub fn check(url: &str) -> Result<(), String> {
        match reqwest::Url::parse(url) {
            Ok(parsed) if parsed.scheme() == "http" && parsed.has_host() => Ok(()),
            _ => Err(format!(
                "`{url}` is no address of a destination: write one such as `http://127.0.0.1:9000/`, without TLS"
            )),
        }
    }

    /// Holds each reply against its schema.
    #[must_use]
    pub fn validating(self, messages: Option<Arc<Messages>>) -> Self {
        Self { messages, ..self }
    }

    async fn ask(&self, request: Request<'_>) -> Result<Value, DriverError> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let op = request.op();
        let asked = self.client.post(&self.url).timeout(self.deadline).json(&request.to_json(id)).send();
        let reply = asked.await.map_err(|error| self.broken(op, &error))?;
        let status = reply.status();
        let text = reply.text().await.map_err(|error| self.broken(op, &error))?;
        let against = |what: String| {
            DriverError::new(
                DriverErrorKind::Protocol,
                format!("`{op}`: {what}\n  got: {status} {}", exchange::shown(&text)),
            )
        };
        if !status.is_success() {
            return Err(against(
                "the reply's status has to be 200, whatever became of the events".to_owned(),
            ));
        }
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| against(format!("the reply is not JSON: {error}")))?;
        if value.get("id").and_then(Value::as_u64) != Some(id) {
            return Err(against(format!("the reply has to repeat the id {id}")));
        }
        exchange::accepted(op, value, self.messages.as_deref())
    }

    fn broken(&self, op: &str, error: &reqwest::Error) -> DriverError {
        if error.is_timeout() {
            let message = format!("`{op}` was not answered within {:?} by {}", self.deadline, self.url);
            return DriverError::new(DriverErrorKind::Timeout, message);
        }
        let mut message = format!("`{op}` did not reach {}: {error}", self.url);
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            message.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        DriverError::new(DriverErrorKind::Crash, message)
    }
}

#[async_trait]
impl Driver for Http {
    async fn hello(&self) -> Result<HelloReply, DriverError> {
        exchange::hello(self.ask(Request::Hello).await?)
    }

    async fn open(&self, instance: &str, settings: &Settings) -> Result<(), DriverError> {
        self.ask(Request::Open(instance, settings)).await.map(drop)
    }

    async fn deliver(&self, instance: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError> {
        exchange::results(self.ask(Request::Deliver(instance, events)).await?, events.len())
    }

    async fn drain(&self, instance: &str) -> Result<(), DriverError> {
        self.ask(Request::Drain(instance)).await.map(drop)
    }

    async fn close(&self, instance: &str) -> Result<(), DriverError> {
        self.ask(Request::Close(instance)).await.map(drop)
    }

    async fn bye(&self) -> Result<(), DriverError> {
        self.ask(Request::Bye).await.map(drop)
    }
}
