//! The report for CI systems that show JUnit.
//!
//! JUnit has no word for "not applicable" or "known failure": both are `skipped` with the reason as their message,
//! and the suite's properties hold the true counts. What is wrong beside the scenarios becomes a failed case of its
//! own, so that a red run is red here as well.

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::run::{Conclusion, DestinationReport, RunReport, ScenarioReport, SnapshotState, Verdict};

use super::json::problem_kind;

/// The report as JUnit XML. It holds no time and no random id, so the same outcome gives the same bytes.
pub fn render(report: &RunReport) -> Result<String, SerializeError> {
    let mut document = Report::new("cordial-conformance");
    for destination in &report.destinations {
        document.add_test_suite(suite(destination));
    }
    let mut beside = TestSuite::new("run");
    for difference in &report.differences {
        let (one, other) = &difference.destinations;
        let message = format!("{one} (-) and {other} (+) leave different accounts behind");
        beside.add_test_case(failed(
            &format!("end-state {}", difference.scenario),
            &message,
            &difference.diff,
        ));
    }
    for request in &report.stray_requests {
        beside.add_test_case(failed("stray-request", "a request with the key of no scenario", request));
    }
    for fault in &report.harness_faults {
        beside.add_test_case(error("harness", "the harness is at fault", fault));
    }
    if report.conclusion() == Conclusion::NothingRan {
        beside.add_test_case(failed(
            "something-ran",
            "nothing ran, or fewer scenarios than were selected",
            "",
        ));
    }
    if !beside.test_cases.is_empty() {
        document.add_test_suite(beside);
    }
    Ok(document.to_string()? + "\n")
}

fn suite(destination: &DestinationReport) -> TestSuite {
    let mut suite = TestSuite::new(destination.name.as_str());
    let counts = destination.counts();
    for (name, value) in [
        ("passed", counts.passed),
        ("failed", counts.failed),
        ("advised", counts.advised),
        ("known-failures", counts.known_failures),
        ("not-applicable", counts.not_applicable),
    ] {
        suite.add_property(Property::new(name, value.to_string()));
    }
    suite.add_test_cases(destination.scenarios.iter().map(|scenario| case(destination, scenario)));
    for problem in &destination.problems {
        let about = problem.scenario.as_deref().unwrap_or(&destination.name);
        suite.add_test_case(failed(&format!("{} {about}", problem_kind(problem.kind)), &problem.message, ""));
    }
    suite
}

fn case(destination: &DestinationReport, scenario: &ScenarioReport) -> TestCase {
    let status = match &scenario.verdict {
        Verdict::Passed if scenario.snapshot.is_red() => {
            let (message, detail) = match &scenario.snapshot {
                SnapshotState::Changed(diff) => ("the exchange is not the stored one", diff.as_str()),
                SnapshotState::Unusable(detail) => ("the snapshot is unusable", detail.as_str()),
                _ => ("no exchange is stored", ""),
            };
            non_success(NonSuccessKind::Failure, message, detail)
        }
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::NotApplicable { reason } => skipped(format!("not applicable: {reason}")),
        Verdict::KnownFailure { reason } => skipped(format!("known failure: {reason}")),
        Verdict::Advised => skipped(format!("advised, not demanded: {}", messages(scenario))),
        Verdict::Failed | Verdict::Flaky { .. } => judged(NonSuccessKind::Failure, scenario),
        Verdict::Crashed { .. } | Verdict::TimedOut { .. } | Verdict::Untestable { .. } => {
            judged(NonSuccessKind::Error, scenario)
        }
    };
    let mut case = TestCase::new(scenario.id.as_str(), status);
    case.set_classname(destination.name.as_str());
    case.set_assertions(scenario.checks.len());
    if let Some(stderr) = &scenario.stderr {
        case.set_system_err(stderr.as_str());
    }
    case
}

/// The message is what a viewer shows in its list of failures: which check, and where.
fn judged(kind: NonSuccessKind, scenario: &ScenarioReport) -> TestCaseStatus {
    let word = scenario.verdict.name();
    let first = messages(scenario).lines().next().map_or_else(|| word.to_owned(), str::to_owned);
    let mut status = non_success(kind, &first, &explanation(scenario));
    status.set_type(word);
    status
}

fn explanation(scenario: &ScenarioReport) -> String {
    let detail = scenario.verdict.detail().map_or(String::new(), |detail| detail + "\n");
    format!("{}\n{detail}{}\nrerun: {}", scenario.why.trim(), messages(scenario), scenario.rerun)
}

fn messages(scenario: &ScenarioReport) -> String {
    let failed = scenario.checks.iter().filter(|check| !check.passed);
    failed.map(|check| format!("{}: {}", check.id, check.message)).collect::<Vec<_>>().join("\n")
}

fn failed(name: &str, message: &str, detail: &str) -> TestCase {
    TestCase::new(name, non_success(NonSuccessKind::Failure, message, detail))
}

fn error(name: &str, message: &str, detail: &str) -> TestCase {
    TestCase::new(name, non_success(NonSuccessKind::Error, message, detail))
}

fn skipped(message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn non_success(kind: NonSuccessKind, message: &str, detail: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    if !detail.is_empty() {
        status.set_description(detail);
    }
    status
}
