//! How often a request was made, how far apart, and whether it was the same each time.

use cordial_mock::JournalEntry;

use super::Check;
use super::wire::fits;
use crate::scenario::{Attempts, Range, Scenario};

pub(super) fn judge(scenario: &Scenario, exchanges: &[JournalEntry]) -> Vec<Check> {
    let expected = scenario.then.attempts.iter().enumerate();
    expected
        .flat_map(|(at, expected)| {
            let made: Vec<&JournalEntry> =
                exchanges.iter().filter(|entry| fits(&expected.request, entry)).collect();
            [
                Check::of(format!("attempts[{at}].count"), &count(expected, &made)),
                Check::of(format!("attempts[{at}].identical"), &identical(&made)),
                Check::of(format!("attempts[{at}].waits"), &waits(expected, &made)),
            ]
        })
        .collect()
}

fn count(expected: &Attempts, made: &[&JournalEntry]) -> Vec<String> {
    let number = u64::try_from(made.len()).unwrap_or(u64::MAX);
    if expected.count.contains(number) {
        return Vec::new();
    }
    let noun = if expected.count == Range::exactly(1) { "request" } else { "requests" };
    vec![format!("expected: {} {noun}\n     got: {number}", expected.count)]
}

/// Another attempt is the same request: what changes on the way is another event.
fn identical(made: &[&JournalEntry]) -> Vec<String> {
    let Some((first, others)) = made.split_first() else { return Vec::new() };
    let same = |other: &JournalEntry| {
        (&first.method, &first.path, &first.query, &first.request_body)
            == (&other.method, &other.path, &other.query, &other.request_body)
    };
    let changed = others.iter().enumerate().filter(|(_, other)| !same(other));
    changed
        .map(|(at, other)| {
            format!(
                "expected: attempt {} to be the first one again, {} {} {}\n     got: {} {} {}",
                at + 2,
                first.method,
                first.path,
                first.request_body,
                other.method,
                other.path,
                other.request_body
            )
        })
        .collect()
}

/// By the account's clock, which a destination that retries by itself moves on by asking to sleep.
fn waits(expected: &Attempts, made: &[&JournalEntry]) -> Vec<String> {
    let waited: Vec<u64> = made
        .windows(2)
        .map(|pair| u64::try_from(pair[1].at.duration_since(pair[0].at).as_millis()).unwrap_or(0))
        .collect();
    let outside = expected
        .waits_ms
        .iter()
        .zip(&waited)
        .enumerate()
        .filter(|(_, (range, ms))| !range.contains(**ms))
        .map(|(at, (range, ms))| {
            format!("expected: {range} ms before attempt {}\n     got: {ms} ms", at + 2)
        });
    outside.chain(expected.waits_grow.then(|| growth(&waited)).flatten()).collect()
}

/// What is wrong with waits that have to grow. Jitter may shorten one of them, but not the last to less than half as
/// long again as the first: whoever doubles them is far above that.
fn growth(waited: &[u64]) -> Option<String> {
    let (first, last) = (waited.first()?, waited.last()?);
    if waited.len() > 1 && last.saturating_mul(2) < first.saturating_mul(3).max(1) {
        let all: Vec<String> = waited.iter().map(u64::to_string).collect();
        return Some(format!(
            "expected: waits that grow, the last at least half as long again as the first\n     got: {} ms",
            all.join(", ")
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::growth;

    #[test]
    fn waits_grow_when_the_last_is_half_as_long_again_as_the_first() {
        for grown in [&[1000, 2000, 4000][..], &[1000, 3000, 1500], &[1000], &[]] {
            assert_eq!(growth(grown), None, "{grown:?}");
        }
        for level in [&[1000, 1000, 1000][..], &[4000, 2000, 1000], &[1000, 2000, 1499], &[0, 0]] {
            assert!(growth(level).is_some_and(|said| said.contains("waits that grow")), "{level:?}");
        }
    }
}
