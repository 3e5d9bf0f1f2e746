//! The known-failures file: what is accepted for now, and what makes such an acceptance go stale.
//!
//! ```yaml
//! - id: track.properties-with-dots
//!   message: "state.activities: properties.plan"   # how the failed check's message begins
//!   check: state.activities                         # optional: this check only
//!   kind: failed                                    # optional: or `advised`, for what is only recommended
//!   reason: The vendor keeps the dots.              # or `issue: https://...`, or both
//!   until: 2026-12-31                               # optional: red from the day after
//! - id: track.sometimes-late
//!   message: "state.activities"
//!   kind: flaky                                     # fails now and then: see `flaky`
//!   atMost: 0.2
//!   reason: The vendor's queue loses one now and then.
//!   until: 2026-12-31
//! ```
//!
//! One entry covers the failed checks of one scenario whose message begins so. A failed check that no entry
//! covers stays red, so a listed scenario cannot fail in a second way unseen. A crash, a hang and a scenario that
//! could not be judged are never covered. An entry that is out of date, in whatever way, is red itself.

mod flaky;
mod update;

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;

use super::filter::nearest;
use super::report::{Problem, ProblemKind, ScenarioReport};
use super::verdict::Verdict;
use crate::judge::Check;
use crate::scenario::ScenarioSet;
use crate::yaml;

/// The entries of one known-failures file.
#[derive(Debug, Clone, Default)]
pub struct KnownFailures {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    message: String,
    check: Option<String>,
    kind: Option<Kind>,
    /// The share of plays that may fail, of what is flaky.
    #[serde(rename = "atMost")]
    at_most: Option<f64>,
    reason: Option<String>,
    issue: Option<String>,
    until: Option<Date>,
}

/// What may be accepted. A crash or a hang is none of it: nothing is known of what it hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Failed,
    Advised,
    Flaky,
}

impl Kind {
    fn is(self, verdict: &Verdict) -> bool {
        match self {
            Self::Failed => *verdict == Verdict::Failed,
            Self::Advised => *verdict == Verdict::Advised,
            Self::Flaky => matches!(verdict, Verdict::Flaky { .. }),
        }
    }
}

/// The reason of an entry that an update wrote, until somebody writes a true one.
const UNEXPLAINED: &str = "TODO";

/// A known-failures file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("known-failures file {path}: {message}")]
pub struct KnownFailuresError {
    path: String,
    message: String,
}

/// What the file is held against: a run may look at a part of the scenarios only.
#[derive(Debug, Clone, Copy)]
pub struct Review<'a> {
    /// Every scenario id there is, looked at or not.
    pub known_ids: &'a [&'a str],
    /// The day on which `until` is judged.
    pub today: Date,
}

impl KnownFailures {
    /// Reads the file at `path`.
    pub fn load(path: &Path) -> Result<Self, KnownFailuresError> {
        let refuse = |message: String| KnownFailuresError { path: path.display().to_string(), message };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        Self::parse(&text).map_err(refuse)
    }

    /// Reads the file's text. The error says what is wrong and how to mend it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries: Option<Vec<Entry>> = yaml::read(text).map_err(|error| error.to_string())?;
        let entries = entries.unwrap_or_default();
        for entry in &entries {
            if entry.message.trim().is_empty() {
                return Err(format!(
                    "`{}` has an empty message, which would cover any failure\n  fix: copy the beginning of the \
                     failed check's message from the report",
                    entry.id
                ));
            }
            if entry.reason.is_none() && entry.issue.is_none() {
                return Err(format!(
                    "`{}` does not say why it is accepted\n  fix: add `reason:` or `issue:`",
                    entry.id
                ));
            }
            entry.refuse_boundless()?;
        }
        Ok(Self { entries })
    }

    /// Follows ids that were renamed; says which entries still have an old one.
    pub fn follow(&mut self, set: &ScenarioSet) -> Vec<String> {
        let mut notices = Vec::new();
        for entry in &mut self.entries {
            let current = set.current(&entry.id).to_owned();
            if current != entry.id {
                notices.push(format!("known failures: `{}` is called `{current}` now", entry.id));
                entry.id = current;
            }
        }
        notices
    }

    /// Turns accepted failures into [`Verdict::KnownFailure`] and returns what is out of date in the file.
    pub(super) fn apply(&self, scenarios: &mut [ScenarioReport], review: Review<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut in_force: Vec<&Entry> = Vec::new();
        for entry in &self.entries {
            match entry.complaint(scenarios, review) {
                Some((kind, message)) => {
                    problems.push(Problem { kind, scenario: Some(entry.id.clone()), message });
                }
                None => in_force.push(entry),
            }
        }
        for scenario in scenarios.iter_mut() {
            if let Some(reason) = accepted(scenario, &in_force) {
                scenario.verdict = Verdict::KnownFailure { reason };
            }
        }
        problems
    }
}

impl Entry {
    /// Whether `check` failed in the way that this entry describes.
    fn covers(&self, check: &Check) -> bool {
        let beginning = squeeze(&self.message);
        !check.passed
            && self.check.as_ref().is_none_or(|id| *id == check.id)
            && (squeeze(&check.message).starts_with(&beginning)
                || squeeze(&format!("{}: {}", check.id, check.message)).starts_with(&beginning))
    }

    /// Why it is accepted, in words.
    fn why(&self) -> String {
        [self.reason.as_deref(), self.issue.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// In what way the entry is out of date, if it is.
    fn complaint(&self, scenarios: &[ScenarioReport], review: Review<'_>) -> Option<(ProblemKind, String)> {
        if !review.known_ids.contains(&self.id.as_str()) {
            let hint = nearest(&self.id, review.known_ids)
                .map_or(String::new(), |id| format!("; did you mean `{id}`?"));
            return Some((
                ProblemKind::KnownFailureUnmatched,
                format!("there is no scenario of this id{hint}"),
            ));
        }
        // Not looked at in this run: nothing can be said.
        let scenario = scenarios.iter().find(|scenario| scenario.id == self.id)?;
        if self.issue.is_none() && self.reason.as_ref().is_some_and(|reason| reason.starts_with(UNEXPLAINED))
        {
            return Some((
                ProblemKind::KnownFailureUnexplained,
                "nobody has said why it is accepted; write the `reason`, or mend the destination".to_owned(),
            ));
        }
        if let Some(until) = self.until.filter(|until| *until < review.today) {
            return Some((
                ProblemKind::KnownFailureExpired,
                format!(
                    "was accepted until {until}; mend the destination, or decide anew and change `until`"
                ),
            ));
        }
        match &scenario.verdict {
            verdict if self.is_flaky() && verdict.may_be_accepted() => self.flaky_complaint(scenario),
            Verdict::Passed if self.is_flaky() => None,
            Verdict::Passed => {
                Some((ProblemKind::KnownFailureGone, "passes now; remove the entry".to_owned()))
            }
            Verdict::NotApplicable { reason } => Some((
                ProblemKind::KnownFailureUnmatched,
                format!("does not apply to this destination ({reason}); remove the entry"),
            )),
            verdict if self.kind.is_some_and(|kind| verdict.may_be_accepted() && !kind.is(verdict)) => {
                Some((
                    ProblemKind::KnownFailureChanged,
                    format!("is accepted as another `kind`; it came to `{}` now", verdict.name()),
                ))
            }
            Verdict::Failed | Verdict::Advised => self.fails_otherwise(scenario),
            _ => None,
        }
    }

    fn fails_otherwise(&self, scenario: &ScenarioReport) -> Option<(ProblemKind, String)> {
        (!scenario.checks.iter().any(|check| self.covers(check))).then(|| {
            let message = format!(
                "fails in another way now: no failed check begins with `{}`; see the failure and change `message`, \
                 or mend the destination",
                self.message.trim()
            );
            (ProblemKind::KnownFailureChanged, message)
        })
    }
}

/// Why the failure of `scenario` is accepted: only when each of its failed checks is covered.
fn accepted(scenario: &ScenarioReport, entries: &[&Entry]) -> Option<String> {
    if !scenario.verdict.may_be_accepted() {
        return None;
    }
    // What fails always and what fails at times are told apart: only a flaky entry covers the latter.
    let flaky = matches!(scenario.verdict, Verdict::Flaky { .. });
    let entries: Vec<&&Entry> =
        entries.iter().filter(|entry| entry.id == scenario.id && (entry.is_flaky() || !flaky)).collect();
    let mut failed = scenario.checks.iter().filter(|check| !check.passed);
    failed
        .all(|check| entries.iter().any(|entry| entry.covers(check)))
        .then(|| entries.iter().map(|entry| entry.why()).collect::<Vec<_>>().join("; "))
        .filter(|_| !entries.is_empty())
}

/// Runs of white space become one blank: how a message is wrapped in the file is not what is compared.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 2] = ["track.a", "track.b"];

    fn failed(id: &str, messages: &[&str]) -> ScenarioReport {
        let checks = messages
            .iter()
            .map(|message| Check { id: "state.contacts".into(), passed: false, message: (*message).into() })
            .collect();
        ScenarioReport { checks, ..ScenarioReport::blank(id, Verdict::Failed) }
    }

    fn apply(yaml: &str, scenarios: &mut [ScenarioReport]) -> Vec<ProblemKind> {
        let review = Review { known_ids: &IDS, today: jiff::civil::date(2026, 1, 2) };
        let problems = KnownFailures::parse(yaml).unwrap().apply(scenarios, review);
        problems.into_iter().map(|problem| problem.kind).collect()
    }

    const ENTRY: &str = "- { id: track.a, message: fname is, reason: known }";

    #[test]
    fn a_failure_that_begins_as_the_file_says_is_accepted() {
        let mut scenarios = [failed("track.a", &["fname  is\n missing"])];
        assert_eq!(apply(ENTRY, &mut scenarios), []);
        assert_eq!(scenarios[0].verdict, Verdict::KnownFailure { reason: "known".into() });
    }

    #[test]
    fn the_message_may_begin_with_the_name_of_the_check() {
        let mut scenarios = [failed("track.a", &["fname is missing"])];
        let yaml = "- { id: track.a, message: 'state.contacts: fname', reason: known }";
        assert_eq!(apply(yaml, &mut scenarios), []);
        assert!(!scenarios[0].verdict.is_red());
    }

    #[test]
    fn a_second_failure_of_a_listed_scenario_stays_red() {
        let mut scenarios = [failed("track.a", &["fname is missing", "lname is missing"])];
        assert_eq!(apply(ENTRY, &mut scenarios), []);
        assert_eq!(scenarios[0].verdict, Verdict::Failed);
    }

    #[test]
    fn a_listed_scenario_that_passes_is_red() {
        let mut scenarios = [ScenarioReport::blank("track.a", Verdict::Passed)];
        assert_eq!(apply(ENTRY, &mut scenarios), [ProblemKind::KnownFailureGone]);
    }

    #[test]
    fn a_listed_scenario_that_fails_in_another_way_is_red() {
        let mut scenarios = [failed("track.a", &["lname is missing"])];
        assert_eq!(apply(ENTRY, &mut scenarios), [ProblemKind::KnownFailureChanged]);
        assert_eq!(scenarios[0].verdict, Verdict::Failed);
    }

    #[test]
    fn an_expired_entry_is_red_and_accepts_nothing() {
        let mut scenarios = [failed("track.a", &["fname is missing"])];
        let yaml = "- { id: track.a, message: fname, reason: known, until: 2026-01-01 }";
        assert_eq!(apply(yaml, &mut scenarios), [ProblemKind::KnownFailureExpired]);
        assert_eq!(scenarios[0].verdict, Verdict::Failed);
    }

    #[test]
    fn an_entry_is_good_through_its_last_day() {
        let mut scenarios = [failed("track.a", &["fname is missing"])];
        let yaml = "- { id: track.a, message: fname, reason: known, until: 2026-01-02 }";
        assert_eq!(apply(yaml, &mut scenarios), []);
    }

    #[test]
    fn an_entry_for_no_scenario_is_red() {
        let yaml = "- { id: track.c, message: fname, reason: known }";
        assert_eq!(apply(yaml, &mut []), [ProblemKind::KnownFailureUnmatched]);
    }

    #[test]
    fn an_entry_for_a_scenario_that_does_not_apply_is_red() {
        let verdict = Verdict::NotApplicable { reason: "other dialect".into() };
        let mut scenarios = [ScenarioReport::blank("track.a", verdict)];
        assert_eq!(apply(ENTRY, &mut scenarios), [ProblemKind::KnownFailureUnmatched]);
    }

    #[test]
    fn an_entry_for_a_scenario_that_was_filtered_out_says_nothing() {
        let mut scenarios = [ScenarioReport::blank("track.b", Verdict::Passed)];
        assert_eq!(apply(ENTRY, &mut scenarios), []);
    }

    #[test]
    fn a_crash_is_never_accepted() {
        let verdict = Verdict::Crashed { message: "fname is why".into() };
        let mut scenarios = [ScenarioReport::blank("track.a", verdict.clone())];
        assert_eq!(apply(ENTRY, &mut scenarios), []);
        assert_eq!(scenarios[0].verdict, verdict);
    }

    #[test]
    fn a_file_without_entries_is_fine() {
        assert!(KnownFailures::parse("# none\n").unwrap().entries.is_empty());
        assert!(KnownFailures::parse("[]").unwrap().entries.is_empty());
    }
}
