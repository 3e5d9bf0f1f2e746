//! Whether a scenario applies to a destination, decided from what the destination says it speaks.

use crate::scenario::Scenario;

use super::subject::Claims;

/// Whether the destination's dialect and role make the scenario a part of its contract, whatever calls it claims.
#[must_use]
pub fn is_of_contract(scenario: &Scenario, claims: &Claims) -> bool {
    scenario.dialect.contains(&claims.dialect) && scenario.retry.contains(&claims.retry)
}

/// Why `scenario` does not apply to a destination with these `claims`; `None` when it applies.
///
/// This is decided while listing, never while running: a test runner shows a test that skips itself as passed.
#[must_use]
pub fn why_not_applicable(scenario: &Scenario, claims: &Claims) -> Option<String> {
    if !scenario.dialect.contains(&claims.dialect) {
        let judged: Vec<String> = scenario.dialect.iter().map(ToString::to_string).collect();
        return Some(format!(
            "judges the {} dialect, the destination speaks {}",
            judged.join(" and "),
            claims.dialect
        ));
    }
    if !scenario.retry.contains(&claims.retry) {
        return Some(format!(
            "judges who retries as `{}`, the destination as `{}`",
            scenario.retry.iter().map(|retry| retry.as_str()).collect::<Vec<_>>().join("` and `"),
            claims.retry.as_str()
        ));
    }
    let missing: Vec<String> = scenario
        .needs
        .iter()
        .filter(|capability| !claims.capabilities.contains(capability))
        .map(ToString::to_string)
        .collect();
    (!missing.is_empty())
        .then(|| format!("needs {}, which the destination does not claim", missing.join(" and ")))
}
