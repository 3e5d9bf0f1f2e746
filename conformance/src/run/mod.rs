//! Runs scenarios: decides what applies, gives each an account of its own, and collects the verdicts.
//!
//! [`Plan`] says what will run before anything runs. [`Harness`] owns the one mock server and plays one
//! scenario on it. [`run`] plays them all at once and ends in a [`RunReport`], which the renderers of
//! [`crate::report`] turn into text.

mod account_key;
mod applicability;
mod conclude;
mod end_states;
mod events;
mod filter;
mod harness;
mod known_failures;
mod plan;
mod rates;
mod replay;
mod report;
mod runner;
mod shard;
mod snapshots;
mod subject;
mod verdict;

pub use account_key::account_key;
pub use applicability::{is_of_contract, why_not_applicable};
pub use end_states::{EndState, compare as compare_end_states};
pub use filter::{Filter, FilterError, Profile};
pub use harness::{Attempt, CLOCK, Harness, HarnessFault, PrepareError};
pub use known_failures::{KnownFailures, KnownFailuresError, Review};
pub use plan::{Plan, PlannedScenario};
pub use rates::{Rate, Rates};
pub use report::{
    Conclusion, Counts, DestinationReport, EndStateDifference, Problem, ProblemKind, RunReport,
    ScenarioReport,
};
pub use runner::{Progress, RunError, RunOptions, Silent, run};
pub use shard::{ParseShardError, Shard};
pub use snapshots::{SnapshotMode, SnapshotPlan, SnapshotState};
pub use subject::{Claims, Subject};
pub use verdict::Verdict;
