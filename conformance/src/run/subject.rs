//! A destination as a run sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::driver::Driver;
use crate::protocol::{HelloReply, Retry};
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
    /// Who retries.
    pub retry: Retry,
}

impl Claims {
    /// What a destination claims in its greeting. A capability that this suite does not know has no scenario.
    ///
    /// # Errors
    /// When it speaks a dialect that there is not.
    pub fn from_hello(hello: &HelloReply) -> Result<Self, String> {
        let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.to_string() == hello.dialect);
        let dialect = dialect.ok_or_else(|| {
            format!(
                "the destination says that it speaks the dialect `{}`: it has to be `classic` or `actions`",
                hello.dialect
            )
        })?;
        let capabilities = hello.capabilities.iter().filter_map(|name| Capability::named(name)).collect();
        Ok(Self { dialect, capabilities, retry: hello.retry })
    }
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

impl Subject {
    /// A destination about which nothing is known but what it said in its greeting: no accepted failures, and
    /// nothing stored to compare with.
    ///
    /// # Errors
    /// As [`Claims::from_hello`].
    pub fn greeted(driver: Arc<dyn Driver>, hello: &HelloReply) -> Result<Self, String> {
        Ok(Self {
            name: hello.destination.name.clone(),
            about: String::new(),
            claims: Claims::from_hello(hello)?,
            driver,
            known_failures: KnownFailures::default(),
            snapshots: SnapshotPlan::off("not asked for"),
            arguments: Vec::new(),
            problems: Vec::new(),
        })
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}
