//! What fails now and then, accepted up to a share of the plays.
//!
//! The share is rounded up to whole plays, so that without `--repeat` the one play may fail. It may pass as well: how
//! rare a flake truly is shows in no single run, and an entry that turned red whenever it was lucky would be a flake
//! itself. That is why such an entry needs a date, on which somebody looks at it again.

use super::super::report::{ProblemKind, ScenarioReport};
use super::super::verdict::Verdict;
use super::{Entry, Kind};

impl Entry {
    pub(super) fn is_flaky(&self) -> bool {
        self.kind == Some(Kind::Flaky)
    }

    /// A flaky entry without a bound would accept a failure for ever, and nobody would see it get worse.
    pub(super) fn refuse_boundless(&self) -> Result<(), String> {
        let id = &self.id;
        match (self.is_flaky(), self.at_most) {
            (false, None) => Ok(()),
            (false, Some(_)) => {
                Err(format!("`{id}` has `atMost`, which is for what is flaky\n  fix: add `kind: flaky`"))
            }
            (true, Some(share)) if share > 0.0 && share < 1.0 => match self.until {
                Some(_) => Ok(()),
                None => Err(format!(
                    "`{id}` is flaky without an end: that it passes does not say that it is mended\n  fix: add \
                     `until:` with the day on which to look at it again"
                )),
            },
            (true, _) => Err(format!(
                "`{id}` is flaky without a bound\n  fix: add `atMost:`, the share of plays that may fail, between 0 \
                 and 1, as in `atMost: 0.2`"
            )),
        }
    }

    /// In what way a flaky entry is out of date, where the scenario did not pass.
    pub(super) fn flaky_complaint(&self, scenario: &ScenarioReport) -> Option<(ProblemKind, String)> {
        let plays = scenario.plays;
        let failed = match &scenario.verdict {
            Verdict::Flaky { seen } => seen.iter().filter(|name| **name != Verdict::Passed.name()).count(),
            _ => plays,
        };
        let (share, accepted) = (self.at_most.unwrap_or_default(), self.accepted_of(plays));
        if plays > 1 && failed == plays {
            let message = format!(
                "failed in all of {plays} plays: it is not flaky; remove `kind` and `atMost`, or mend the destination"
            );
            return Some((ProblemKind::KnownFailureChanged, message));
        }
        if failed > accepted {
            let message = format!(
                "failed in {failed} of {plays} plays, and `atMost: {share}` accepts {accepted}; mend the destination, \
                 or raise the bound"
            );
            return Some((ProblemKind::KnownFailureChanged, message));
        }
        self.fails_otherwise(scenario)
    }

    fn accepted_of(&self, plays: usize) -> usize {
        let share = self.at_most.unwrap_or_default();
        (0..=plays).find(|count| *count as f64 >= share * plays as f64).unwrap_or(plays)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{KnownFailures, Review};
    use super::*;
    use crate::judge::Check;

    const ENTRY: &str =
        "- { id: a, message: state, kind: flaky, atMost: 0.2, reason: lost at times, until: 2026-02-01 }";

    fn played(seen: &[&'static str]) -> ScenarioReport {
        let verdict = match seen {
            [] => unreachable!("a scenario is played"),
            [first, rest @ ..] if rest.iter().any(|name| name != first) => {
                Verdict::Flaky { seen: seen.to_vec() }
            }
            ["passed", ..] => Verdict::Passed,
            ["advised", ..] => Verdict::Advised,
            _ => Verdict::Failed,
        };
        let failed = verdict != Verdict::Passed;
        let check = Check { id: "state".into(), passed: !failed, message: "two".into() };
        ScenarioReport { checks: vec![check], plays: seen.len(), ..ScenarioReport::blank("a", verdict) }
    }

    fn apply(yaml: &str, report: &mut ScenarioReport) -> Vec<(ProblemKind, String)> {
        let review = Review { known_ids: &["a"], today: jiff::civil::date(2026, 1, 2) };
        let problems = KnownFailures::parse(yaml).unwrap().apply(std::slice::from_mut(report), review);
        problems.into_iter().map(|problem| (problem.kind, problem.message)).collect()
    }

    #[test]
    fn up_to_the_bound_it_is_accepted() {
        for seen in [
            &["failed"][..],
            &["passed", "failed"],
            &["failed", "passed", "passed", "passed", "passed"],
            &["failed", "passed", "passed", "passed", "passed", "failed"],
            &["advised", "passed"],
        ] {
            let mut report = played(seen);
            assert_eq!(apply(ENTRY, &mut report), [], "{seen:?}");
            assert_eq!(report.verdict, Verdict::KnownFailure { reason: "lost at times".into() }, "{seen:?}");
        }
    }

    #[test]
    fn luck_is_no_mistake() {
        for seen in [&["passed"][..], &["passed", "passed", "passed"]] {
            let mut report = played(seen);
            assert_eq!(apply(ENTRY, &mut report), []);
            assert_eq!(report.verdict, Verdict::Passed);
        }
    }

    #[test]
    fn above_the_bound_it_is_red() {
        let mut report = played(&["failed", "failed", "passed", "passed", "passed"]);
        let problems = apply(ENTRY, &mut report);
        assert_eq!(problems[0].0, ProblemKind::KnownFailureChanged);
        assert!(
            problems[0].1.starts_with("failed in 2 of 5 plays, and `atMost: 0.2` accepts 1"),
            "{problems:?}"
        );
        assert!(report.verdict.is_red());
    }

    #[test]
    fn what_fails_every_time_is_not_flaky() {
        let mut report = played(&["failed", "failed"]);
        let problems = apply(ENTRY, &mut report);
        assert!(problems[0].1.starts_with("failed in all of 2 plays"), "{problems:?}");
        assert_eq!(report.verdict, Verdict::Failed);
    }

    #[test]
    fn a_failure_in_another_way_is_red() {
        let mut report = played(&["failed", "passed"]);
        let problems = apply(&ENTRY.replace("message: state", "message: wire"), &mut report);
        assert!(problems[0].1.starts_with("fails in another way"), "{problems:?}");
        assert!(report.verdict.is_red());
    }

    #[test]
    fn a_crash_among_the_plays_is_never_accepted() {
        let mut report = played(&["passed", "crashed"]);
        assert_eq!(apply(ENTRY, &mut report), []);
        assert!(report.verdict.is_red());
    }

    #[test]
    fn an_entry_for_what_always_fails_does_not_cover_a_flake() {
        let mut report = played(&["passed", "failed"]);
        let problems = apply("- { id: a, message: state, reason: known }", &mut report);
        assert_eq!(problems, []);
        assert!(report.verdict.is_red());
    }
}
