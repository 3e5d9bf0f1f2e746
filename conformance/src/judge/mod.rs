//! Compares what a scenario expects with what was seen: what the destination said, what the account holds in the
//! end, and what went over the wire. The wire is the evidence; the destination is never believed instead of it.

mod attempts;
mod commerce;
mod compare;
mod contacts;
mod difference;
mod secret;
mod state;
mod wire;

use cordial_mock::JournalEntry;
pub(crate) use secret::{credentials, gives_away};
use serde_json::Value;

use crate::protocol::{DeliveryResult, Outcome};
use crate::scenario::{ExpectedResult, Scenario};

/// What was seen.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// The account's API key, which must not show anywhere but in its header.
    pub key: &'a str,
    /// What the destination said about each event.
    pub results: &'a [DeliveryResult],
    /// The account at the end, as a state document.
    pub state: &'a Value,
    /// What reached the mock.
    pub exchanges: &'a [JournalEntry],
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is about, such as `result[0].outcome` or `state.contacts`. Stable.
    pub id: String,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What differs, field by field; empty when nothing does.
    pub message: String,
}

impl Check {
    pub(crate) fn of(id: impl Into<String>, differences: &[String]) -> Self {
        Self { id: id.into(), passed: differences.is_empty(), message: differences.join("\n") }
    }
}

/// Everything that the scenario asks for, looked at.
#[must_use]
pub fn judge(scenario: &Scenario, observation: Observation<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    for (at, expected) in scenario.then.results.iter().enumerate() {
        checks.extend(result(at, expected, observation.results.get(at)));
    }
    checks.extend(state::judge(scenario, observation.state));
    checks.extend(wire::judge(scenario, observation));
    checks.extend(attempts::judge(scenario, observation.exchanges));
    checks
}

fn result(at: usize, expected: &ExpectedResult, got: Option<&DeliveryResult>) -> Vec<Check> {
    let outcomes: Vec<&str> = expected.outcome.iter().copied().map(Outcome::as_str).collect();
    let said = |result: Option<&DeliveryResult>| match result {
        None => "no result".to_owned(),
        Some(result) => match (&result.message, result.status) {
            (Some(message), Some(status)) => {
                format!("{} (status {status}: {message})", result.outcome.as_str())
            }
            (Some(message), None) => format!("{} ({message})", result.outcome.as_str()),
            (None, Some(status)) => format!("{} (status {status})", result.outcome.as_str()),
            (None, None) => result.outcome.as_str().to_owned(),
        },
    };
    let fits = got.is_some_and(|result| expected.outcome.contains(&result.outcome));
    let differs = |expected: String, got: String| vec![format!("expected: {expected}\n     got: {got}")];
    let differences = if fits { Vec::new() } else { differs(outcomes.join(" or "), said(got)) };
    let mut checks = vec![Check::of(format!("result[{at}].outcome"), &differences)];
    if !expected.status.is_empty() {
        let status = got.and_then(|result| result.status);
        let fits = status.is_some_and(|status| expected.status.contains(&status));
        let wanted: Vec<String> = expected.status.iter().map(u16::to_string).collect();
        let differences = if fits {
            Vec::new()
        } else {
            differs(
                wanted.join(" or "),
                status.map_or_else(|| "no status".to_owned(), |status| status.to_string()),
            )
        };
        checks.push(Check::of(format!("result[{at}].status"), &differences));
    }
    if let Some(range) = expected.retry_after_ms {
        let said = got.and_then(|result| result.retry_after_ms);
        let differences = if range.contains(said.unwrap_or(0)) {
            Vec::new()
        } else {
            differs(range.to_string(), said.map_or_else(|| "nothing".to_owned(), |ms| ms.to_string()))
        };
        checks.push(Check::of(format!("result[{at}].retryAfterMs"), &differences));
    }
    checks
}
