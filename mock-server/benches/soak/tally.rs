//! How often what happened.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// What became of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// A reply with this status.
    Status(u16),
    /// The connection ended without a whole reply.
    Broken,
    /// Nothing came in time.
    Silent,
}

/// Counts of outcomes.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    statuses: Mutex<BTreeMap<u16, u64>>,
    broken: AtomicU64,
    unexpected: AtomicU64,
}

impl Tally {
    pub(crate) fn count(&self, outcome: Outcome) {
        match outcome {
            Outcome::Status(status) => *self.statuses.lock().entry(status).or_default() += 1,
            Outcome::Broken => {
                self.broken.fetch_add(1, Ordering::Relaxed);
            }
            Outcome::Silent => self.unexplained(outcome, "a request"),
        }
    }

    /// Something that neither an operation nor a fault explains.
    pub(crate) fn unexplained(&self, outcome: Outcome, what: &str) {
        if self.unexpected.fetch_add(1, Ordering::Relaxed) < 10 {
            eprintln!("unexpected: {outcome:?} to {what}");
        }
    }

    pub(crate) fn unexpected(&self) -> u64 {
        self.unexpected.load(Ordering::Relaxed)
    }

    /// Whole replies.
    pub(crate) fn replies(&self) -> u64 {
        self.statuses.lock().values().sum()
    }

    /// Replies with this status.
    pub(crate) fn statuses(&self, status: u16) -> u64 {
        self.statuses.lock().get(&status).copied().unwrap_or_default()
    }

    /// Connections that ended without one.
    pub(crate) fn broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (status, count) in &*self.statuses.lock() {
            writeln!(f, "status {status}: {count}")?;
        }
        writeln!(f, "broken connections: {}", self.broken())?;
        write!(f, "unexpected: {}", self.unexpected())
    }
}
