//! How a reply reaches its client: as it should, late, broken, or not at all.

use std::time::Duration;

use super::hangs::Release;

/// How to deliver a reply.
#[derive(Debug, Default)]
pub struct Delivery {
    /// How long to wait before the first byte.
    pub delay: Duration,
    /// In which form.
    pub form: Form,
    /// When to let go of it, where the form is to hang.
    pub(crate) release: Option<Release>,
}

/// The form in which a reply is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    #[default]
    Whole,
    /// Not at all: the connection is reset.
    Reset,
    /// Half of its bytes, then the connection is closed.
    Cut,
    /// A few bytes at a time.
    Drip {
        /// How many bytes at a time.
        bytes: usize,
        /// How long to wait between two of them.
        pause: Duration,
    },
    /// Bytes that are no HTTP, then the connection is closed.
    Garbage,
    /// Not at all: the connection stays open and silent, until its fault or its client has gone.
    Hang,
}
