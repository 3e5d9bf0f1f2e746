//! What went over the wire: what must never have been sent, and whether what the destination claims was.

use cordial_mock::JournalEntry;
use globset::GlobBuilder;
use serde_json::{Map, Value};

use super::{Check, Observation, credentials, gives_away};
use crate::protocol::Outcome;
use crate::scenario::{RequestPattern, Scenario};

pub(super) fn judge(scenario: &Scenario, observation: Observation<'_>) -> Vec<Check> {
    let mut checks: Vec<Check> = scenario
        .then
        .never
        .iter()
        .enumerate()
        .map(|(at, pattern)| {
            Check::of(format!("never.requests[{at}]"), &forbidden(pattern, observation.exchanges))
        })
        .collect();
    checks.push(Check::of("honest-delivery", &invented(observation)));
    checks.push(Check::of("key-stays-in-its-header", &leaks(observation)));
    checks
}

/// URLs, bodies, most headers and messages are logged by everyone on the way: a key has no place there.
fn leaks(observation: Observation<'_>) -> Vec<String> {
    let key = observation.key;
    let leak =
        |place: String| format!("expected: the API key in its header alone\n     got: it stands in {place}");
    let of_request = |entry: &JournalEntry| {
        let place = place_of(key, entry)?;
        Some(leak(format!("{place} of {} {}", entry.method, entry.path.replace(key, "<key>"))))
    };
    let results = observation.results.iter().enumerate();
    let in_message = results.filter_map(|(at, result)| {
        let message = result.message.as_ref().filter(|message| gives_away(message, key))?;
        Some(leak(format!("the message of result {}: {}", at + 1, hidden(key, message))))
    });
    observation.exchanges.iter().filter_map(of_request).chain(in_message).collect()
}

/// The text without the key, so that the report does not give it away in its turn.
fn hidden(key: &str, text: &str) -> String {
    text.replace(key, "<key>").replace(&credentials(key), "<credentials>")
}

/// Where in a request the key stands, other than in its header: that one the journal does not show.
fn place_of(key: &str, entry: &JournalEntry) -> Option<String> {
    if entry.path.contains(key) {
        return Some("the path".to_owned());
    }
    if entry.query.contains(key) {
        return Some("the query".to_owned());
    }
    if gives_away(&entry.request_body.to_string(), key) {
        return Some("the body".to_owned());
    }
    let mut headers = entry.request_headers.iter();
    headers
        .find(|(_, value)| gives_away(&value.to_string(), key))
        .map(|(name, _)| format!("the header {name}"))
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
fn invented(observation: Observation<'_>) -> Vec<String> {
    let claims = observation.results.iter().filter(|result| result.outcome == Outcome::Delivered).count();
    let is_taken_write = |entry: &&JournalEntry| entry.method != "GET" && (200..300).contains(&entry.status);
    if claims == 0 || observation.exchanges.iter().any(|entry| is_taken_write(&entry)) {
        return Vec::new();
    }
    let said = if claims == 1 { "1 event is".to_owned() } else { format!("{claims} events are") };
    vec![format!("expected: a request that Cordial took, since {said} said to be delivered\n     got: none")]
}
