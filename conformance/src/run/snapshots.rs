//! What a run does with stored snapshots of the exchange.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::report::{Problem, ProblemKind};

/// `--snapshots`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotMode {
    /// Compare, and be red where something changed.
    Check,
    /// Write what is new or changed.
    Update,
    /// Do not look.
    Off,
}

/// Where the snapshots of one destination are and what to do with them.
#[derive(Debug, Clone)]
pub struct SnapshotPlan {
    /// What to do.
    pub mode: SnapshotMode,
    /// The folder that holds one folder per destination.
    pub folder: PathBuf,
    /// Why it is so, for the report: asked for, or by default.
    pub because: String,
}

/// How the exchange of one scenario compares with the stored one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotState {
    /// It was not looked at.
    NotLookedAt,
    /// It is the same.
    Same,
    /// It is another one; the difference line by line.
    Changed(String),
    /// None is stored.
    Missing,
    /// It was written in this run.
    Written,
    /// It could not be read or written.
    Unusable(String),
}

impl SnapshotState {
    /// Whether the run is red because of this.
    #[must_use]
    pub fn is_red(&self) -> bool {
        matches!(self, Self::Changed(_) | Self::Missing | Self::Unusable(_))
    }
}
