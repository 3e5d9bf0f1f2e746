//! What a run does with stored snapshots of the exchange.

use std::collections::BTreeSet;
use std::path::PathBuf;

use similar::TextDiff;

use super::report::{Problem, ProblemKind};
use crate::snapshot;

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

impl SnapshotPlan {
    /// A plan to look at nothing.
    #[must_use]
    pub fn off(because: impl Into<String>) -> Self {
        Self { mode: SnapshotMode::Off, folder: PathBuf::new(), because: because.into() }
    }

    /// Compares an exchange with the stored one, or stores it.
    pub(super) fn look(
        &self,
        destination: &str,
        scenario: &str,
        exchange: impl FnOnce() -> String,
    ) -> SnapshotState {
        if self.mode == SnapshotMode::Off {
            return SnapshotState::NotLookedAt;
        }
        let exchange = &exchange();
        let path = snapshot::path(&self.folder, destination, scenario);
        let unusable =
            |error: std::io::Error| SnapshotState::Unusable(format!("{}: {error}", path.display()));
        let stored = match snapshot::read(&path) {
            Ok(stored) => stored,
            Err(error) => return unusable(error),
        };
        let same = stored.as_deref() == Some(exchange.trim_end());
        match (same, self.mode) {
            (true, _) => SnapshotState::Same,
            (false, SnapshotMode::Update) => match snapshot::write(&path, exchange) {
                Ok(()) => SnapshotState::Written,
                Err(error) => unusable(error),
            },
            (false, _) => stored.map_or(SnapshotState::Missing, |stored| {
                SnapshotState::Changed(diff(&stored, exchange.trim_end()))
            }),
        }
    }

    /// Stored exchanges that no scenario produces any more.
    pub(super) fn unreferenced(&self, destination: &str, scenarios: &BTreeSet<&str>) -> Vec<Problem> {
        if self.mode == SnapshotMode::Off {
            return Vec::new();
        }
        let problem = |scenario: Option<String>, message: String| Problem {
            kind: ProblemKind::SnapshotUnreferenced,
            scenario,
            message,
        };
        match snapshot::stored(&self.folder, destination) {
            Ok(stored) => {
                let left = stored.into_iter().filter(|name| !scenarios.contains(name.as_str()));
                let message = |name: &str| {
                    format!(
                        "{} is stored, and no scenario produces it: delete it",
                        snapshot::path(&self.folder, destination, name).display()
                    )
                };
                left.map(|name| problem(Some(name.clone()), message(&name))).collect()
            }
            Err(error) => vec![problem(None, format!("the folder of snapshots cannot be read: {error}"))],
        }
    }
}

fn diff(stored: &str, now: &str) -> String {
    TextDiff::from_lines(format!("{stored}\n").as_str(), format!("{now}\n").as_str())
        .unified_diff()
        .context_radius(3)
        .to_string()
}
