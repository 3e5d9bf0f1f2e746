//! What the failures of a destination have in common: one mistake in it usually fails many scenarios.

use std::collections::BTreeMap;

use crate::run::DestinationReport;

/// Fewer failures than this are read one by one.
const WORTH_COUNTING: usize = 4;

/// How many causes are named.
const MOST: usize = 5;

/// The differences that more than one failing scenario has, the commonest first: how many scenarios have it, and the
/// check with the place. Empty where there are few failures.
pub(super) fn common(report: &DestinationReport) -> Vec<(usize, String)> {
    let red: Vec<_> = report.scenarios.iter().filter(|scenario| scenario.verdict.is_red()).collect();
    if red.len() < WORTH_COUNTING {
        return Vec::new();
    }
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for scenario in red {
        let failed = scenario.checks.iter().filter(|check| !check.passed);
        let mut causes: Vec<String> = failed.map(|check| cause(&check.id, &check.message)).collect();
        causes.sort();
        causes.dedup();
        for cause in causes {
            *counted.entry(cause).or_default() += 1;
        }
    }
    let mut common: Vec<_> = counted.into_iter().filter(|(_, count)| *count > 1).collect();
    common.sort_by(|(cause, count), (other, others)| others.cmp(count).then_with(|| cause.cmp(other)));
    common.truncate(MOST);
    common.into_iter().map(|(cause, count)| (count, cause)).collect()
}

/// The check and the first line of what it says, whichever item of a list it is about.
fn cause(check: &str, message: &str) -> String {
    let first = message.lines().next().unwrap_or_default().trim_end_matches(':');
    without_positions(&format!("{check}: {first}"))
}

/// `activities[3].time` as `activities[*].time`, and `contacts[jane@example.com]` as `contacts[*]`.
fn without_positions(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out += before;
        let inner = after.split([']', '[', ' ', '"']).next().unwrap_or_default();
        let is_position = !inner.is_empty() && after[inner.len()..].starts_with(']');
        out += if is_position { "[*" } else { "[" };
        rest = if is_position { &after[inner.len()..] } else { after };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_difference_at_another_position_is_the_same_cause() {
        assert_eq!(
            cause("state.activities", "activities[12].properties.list[0]\n  expected: nothing"),
            "state.activities: activities[*].properties.list[*]"
        );
        assert_eq!(
            cause("result[0].outcome", "expected: retryable"),
            "result[*].outcome: expected: retryable"
        );
        assert_eq!(without_positions("contacts[jane@example.com].lists"), "contacts[*].lists");
        assert_eq!(without_positions("a [b c] [ [1 [] x[2]"), "a [b c] [ [1 [] x[*]");
    }
}
