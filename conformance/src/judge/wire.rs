//! What went over the wire: what must never have been sent, and whether what the destination claims was.

use cordial_mock::JournalEntry;
use globset::GlobBuilder;
use serde_json::{Map, Value};

use super::{Check, Observation};
use crate::protocol::Outcome;
use crate::scenario::{RequestPattern, Scenario};

pub(super) fn judge(scenario: &Scenario, observation: &Observation) -> Vec<Check> {
    let mut checks: Vec<Check> = scenario
        .then
        .never
        .iter()
        .enumerate()
        .map(|(at, pattern)| {
            Check::of(format!("never.requests[{at}]"), &forbidden(pattern, &observation.exchanges))
        })
        .collect();
    checks.push(Check::of("honest-delivery", &invented(observation)));
    checks.push(Check::of("key-stays-in-its-header", &leaks(observation)));
    checks
}

/// URLs and bodies are logged by everyone on the way: a key has no place there.
fn leaks(observation: &Observation) -> Vec<String> {
    let key = observation.key.as_str();
    let places = |entry: &JournalEntry| {
        [
            ("the path", entry.path.contains(key)),
            ("the query", entry.query.contains(key)),
            ("the body", entry.request_body.to_string().contains(key)),
        ]
    };
    let leak = |entry: &JournalEntry| {
        let (place, _) = places(entry).into_iter().find(|(_, leaks)| *leaks)?;
        Some(format!(
            "expected: the API key in its header alone\n     got: it stands in {place} of {} {}",
            entry.method,
            entry.path.replace(key, "<key>")
        ))
    };
    observation.exchanges.iter().filter_map(leak).collect()
}

fn forbidden(pattern: &RequestPattern, exchanges: &[JournalEntry]) -> Vec<String> {
    let sent = exchanges.iter().filter(|entry| fits(pattern, entry));
    sent.map(|entry| {
        format!("expected: no such request\n     got: {} {} -> {}", entry.method, entry.path, entry.status)
    })
    .collect()
}

pub(super) fn fits(pattern: &RequestPattern, entry: &JournalEntry) -> bool {
    pattern.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&entry.method))
        && pattern.path.as_ref().is_none_or(|path| path_fits(path, &entry.path))
        && has(&entry.request_body, &pattern.body)
}

fn path_fits(pattern: &str, path: &str) -> bool {
    // The loader has seen that it is a pattern.
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .is_ok_and(|glob| glob.compile_matcher().is_match(path))
}

fn has(body: &Value, fields: &Map<String, Value>) -> bool {
    fields.iter().all(|(path, wanted)| at(body, path) == Some(wanted))
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    value.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        at(value.get(first)?, rest)
    })
}

/// A delivery that is claimed leaves a trace: a write that Cordial took.
fn invented(observation: &Observation) -> Vec<String> {
    let claims =
        observation.results.iter().flatten().filter(|result| result.outcome == Outcome::Delivered).count();
    let is_taken_write = |entry: &&JournalEntry| entry.method != "GET" && (200..300).contains(&entry.status);
    if claims == 0 || observation.exchanges.iter().any(|entry| is_taken_write(&entry)) {
        return Vec::new();
    }
    let said = if claims == 1 { "1 event is".to_owned() } else { format!("{claims} events are") };
    vec![format!("expected: a request that Cordial took, since {said} said to be delivered\n     got: none")]
}
