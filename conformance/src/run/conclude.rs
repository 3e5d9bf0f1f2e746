//! From what was played to a verdict.

use cordial_mock::JournalEntry;

use crate::driver::{DriverError, DriverErrorKind};
use crate::judge::{Check, Observation, judge};
use crate::scenario::{Level, Scenario};
use crate::trace;

use super::harness::{Attempt, one_line};
use super::report::ScenarioReport;
use super::snapshots::SnapshotState;
use super::subject::Subject;
use super::verdict::Verdict;

/// One play of a scenario, with what arrived after its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Played<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) late: &'a [JournalEntry],
}

/// The report on one scenario from all its repetitions. There is at least one.
pub(super) fn conclude(
    subject: &Subject,
    scenario: &Scenario,
    played: &[Played<'_>],
    rerun: String,
    strict: bool,
) -> ScenarioReport {
    let mut judged: Vec<ScenarioReport> =
        played.iter().map(|played| judge_one(scenario, *played, rerun.clone(), strict)).collect();
    let seen: Vec<&'static str> = judged.iter().map(|report| report.verdict.name()).collect();
    let flaky = seen.iter().any(|name| *name != seen[0]);
    // Of repetitions that differ, the one to look at is one that went wrong.
    let worst = judged.iter().position(|report| report.verdict.is_red()).unwrap_or(0);
    let mut report = judged.swap_remove(worst);
    report.plays = seen.len();
    if flaky {
        report.verdict = Verdict::Flaky { seen };
        for other in judged {
            add_failures(&mut report.checks, other.checks);
        }
    }
    report.snapshot = match report.verdict {
        // What went wrong is not kept, lest an update bless it.
        Verdict::Passed | Verdict::Advised => {
            let canonical = || trace::canonical(&report.exchanges, &trace::Redactions::default());
            subject.snapshots.look(&subject.name, &scenario.id, canonical)
        }
        _ => SnapshotState::NotLookedAt,
    };
    report
}

/// Adds what failed in another play, and in this one not or otherwise.
fn add_failures(checks: &mut Vec<Check>, other: Vec<Check>) {
    for failed in other.into_iter().filter(|check| !check.passed) {
        match checks.iter().position(|check| check.id == failed.id) {
            Some(at) if checks[at].passed => checks[at] = failed,
            _ if checks.contains(&failed) => {}
            _ => checks.push(failed),
        }
    }
}

fn judge_one(scenario: &Scenario, played: Played<'_>, rerun: String, strict: bool) -> ScenarioReport {
    let Played { attempt, late } = played;
    let mut report = ScenarioReport {
        why: scenario.why.clone(),
        level: scenario.level,
        exchanges: attempt.exchanges.clone(),
        rerun,
        ..ScenarioReport::blank(&scenario.id, Verdict::Passed)
    };
    match &attempt.results {
        Ok(results) => {
            let observation = Observation {
                key: &attempt.key,
                results,
                state: &attempt.state,
                exchanges: &attempt.exchanges,
            };
            report.checks = judge(scenario, observation);
            report.checks.push(late_check(late));
            report.checks.push(elsewhere_check(&attempt.elsewhere));
            report.checks.push(log_check(attempt.key_in_log));
            report.exchanges.extend_from_slice(late);
            if !late.is_empty() {
                // A request after the end is against the protocol, whatever the scenario asks for.
                report.verdict = Verdict::Failed;
            } else if report.checks.iter().any(|check| !check.passed) {
                report.verdict = match scenario.level {
                    Level::Must => Verdict::Failed,
                    Level::Should if strict => Verdict::Failed,
                    Level::Should => Verdict::Advised,
                };
            }
        }
        Err(error) => {
            // The account is whatever the destination got to: judging it would only hide the one true cause. Nor
            // is anything late where the destination never said that it was done.
            report.checks = vec![Check { id: "destination".into(), passed: false, message: describe(error) }];
            report.verdict = verdict_of(error);
            report.stderr = error.stderr.clone();
        }
    }
    report
}

fn describe(error: &DriverError) -> String {
    match error.kind {
        DriverErrorKind::Unsupported => {
            format!("claims what the scenario needs, and then says that it is unsupported: {}", error.message)
        }
        _ => error.message.clone(),
    }
}

fn verdict_of(error: &DriverError) -> Verdict {
    let message = error.message.clone();
    match error.kind {
        DriverErrorKind::Crash => Verdict::Crashed { message },
        DriverErrorKind::Timeout => Verdict::TimedOut { message },
        DriverErrorKind::Adapter => Verdict::Untestable { message },
        DriverErrorKind::Protocol | DriverErrorKind::Unsupported => Verdict::Failed,
    }
}

/// A redirect may lead anywhere; the key opens an account here only.
fn elsewhere_check(requests: &[String]) -> Check {
    let message = if requests.is_empty() {
        String::new()
    } else {
        format!("expected: no API key at another host\n     got: {}", requests.join(", "))
    };
    Check { id: "key-stays-at-this-host".into(), passed: requests.is_empty(), message }
}

/// A log is read by more people than an account is open to.
fn log_check(key_in_log: bool) -> Check {
    let message = if key_in_log {
        "expected: no API key in the log\n     got: the key of this scenario, on stderr".to_owned()
    } else {
        String::new()
    };
    Check { id: "key-stays-out-of-the-log".into(), passed: !key_in_log, message }
}

fn late_check(late: &[JournalEntry]) -> Check {
    let requests: Vec<String> = late.iter().map(one_line).collect();
    let message = if requests.is_empty() {
        String::new()
    } else {
        format!(
            "expected: no request after the destination said that everything was delivered\n     got: {}",
            requests.join(", ")
        )
    };
    Check { id: "late-request".into(), passed: requests.is_empty(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, message: &str) -> Check {
        Check { id: id.into(), passed: message.is_empty(), message: message.into() }
    }

    #[test]
    fn what_failed_in_another_play_is_added_once() {
        let mut checks = vec![check("a", ""), check("b", "one"), check("c", "")];
        add_failures(
            &mut checks,
            vec![check("a", "late"), check("b", "one"), check("c", ""), check("d", "new")],
        );
        add_failures(&mut checks, vec![check("a", ""), check("b", "two")]);
        assert_eq!(
            checks,
            [check("a", "late"), check("b", "one"), check("c", ""), check("d", "new"), check("b", "two")]
        );
    }
}
