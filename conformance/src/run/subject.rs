//! A destination as a run sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::driver::Driver;
use crate::scenario::{Capability, Dialect};

use super::known_failures::KnownFailures;
use super::report::Problem;
use super::snapshots::SnapshotPlan;

/// What a destination says about itself, and all that decides which scenarios apply to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Which of Segment's two contracts for Cordial it follows.
    pub dialect: Dialect,
    /// The calls it takes.
    pub capabilities: BTreeSet<Capability>,
}

/// One destination under test, started and greeted.
#[derive(Clone)]
pub struct Subject {
    /// Its name in reports, keys and snapshot folders.
    pub name: String,
    /// One line about what it is, for the head of a report: version, language, how it is reached.
    pub about: String,
    /// What it says it does.
    pub claims: Claims,
    /// How it is spoken to.
    pub driver: Arc<dyn Driver>,
    /// The failures that are accepted for now.
    pub known_failures: KnownFailures,
    /// Where its snapshots are and what to do with them.
    pub snapshots: SnapshotPlan,
    /// The arguments that select this destination on the command line, for the line that reruns a scenario.
    pub arguments: Vec<String>,
    /// What was wrong with it before the first scenario, such as a claim that it takes back.
    pub problems: Vec<Problem>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}
