//! The report for programs. `format` changes when a field changes its meaning or goes; new fields may come at any
//! time.

use cordial_mock::JournalEntry;
use serde::Serialize;

use crate::run::{
    self, Conclusion, DestinationReport, ProblemKind, RunReport, ScenarioReport, SnapshotMode, SnapshotState,
};
use crate::scenario::Level;

/// The version of this format.
pub const FORMAT: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    format: u32,
    suite: Suite<'a>,
    conclusion: &'static str,
    /// The release whose requirements the run was held to.
    requirements: Option<&'a str>,
    destinations: Vec<Destination<'a>>,
    differences: Vec<Difference<'a>>,
    stray_requests: &'a [String],
    harness_faults: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Suite<'a> {
    name: &'static str,
    version: &'a str,
    clock: &'a str,
    seed: u64,
    scenarios: usize,
    selected: usize,
    /// The same for the same scenarios, whichever of them were selected.
    fingerprint: &'a str,
    /// As in `2/4`; absent where it was all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Destination<'a> {
    name: &'a str,
    about: &'a str,
    dialect: String,
    capabilities: Vec<String>,
    snapshots: &'static str,
    counts: Counts,
    rates: Rates,
    problems: Vec<Problem<'a>>,
    scenarios: Vec<Scenario<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    selected: usize,
    ran: usize,
    passed: usize,
    failed: usize,
    advised: usize,
    known_failures: usize,
    not_applicable: usize,
}

#[derive(Serialize)]
struct Rates {
    required: Rate,
    claimed: Rate,
    suite: Rate,
}

#[derive(Serialize)]
struct Rate {
    passed: usize,
    of: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scenario<'a> {
    id: &'a str,
    level: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    checks: Vec<Check<'a>>,
    snapshot: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr: Option<&'a str>,
    exchanges: &'a [JournalEntry],
    rerun: &'a str,
}

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    passed: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
}

#[derive(Serialize)]
struct Difference<'a> {
    scenario: &'a str,
    destinations: [&'a str; 2],
    diff: &'a str,
}

/// The report as JSON, indented, with a line feed at its end.
pub fn render(report: &RunReport) -> Result<String, serde_json::Error> {
    let document = Document {
        format: FORMAT,
        suite: Suite {
            name: "cordial-conformance",
            version: &report.suite_version,
            clock: &report.clock,
            seed: report.seed,
            scenarios: report.available,
            selected: report.selected,
            fingerprint: &report.fingerprint,
            shard: report.shard.map(|shard| shard.to_string()),
        },
        conclusion: match report.conclusion() {
            Conclusion::Conforms => "conforms",
            Conclusion::DoesNotConform => "does-not-conform",
            Conclusion::NothingRan => "nothing-ran",
            Conclusion::HarnessFault => "harness-fault",
        },
        requirements: report.requirements.as_ref().map(|(version, _)| version.as_str()),
        destinations: report.destinations.iter().map(destination).collect(),
        differences: report
            .differences
            .iter()
            .map(|difference| Difference {
                scenario: &difference.scenario,
                destinations: [&difference.destinations.0, &difference.destinations.1],
                diff: &difference.diff,
            })
            .collect(),
        stray_requests: &report.stray_requests,
        harness_faults: &report.harness_faults,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn destination(report: &DestinationReport) -> Destination<'_> {
    let counts = report.counts();
    Destination {
        name: &report.name,
        about: &report.about,
        dialect: report.claims.dialect.to_string(),
        capabilities: report.claims.capabilities.iter().map(ToString::to_string).collect(),
        snapshots: match report.snapshots.mode {
            SnapshotMode::Check => "check",
            SnapshotMode::Update => "update",
            SnapshotMode::Off => "off",
        },
        counts: Counts {
            selected: counts.selected,
            ran: counts.ran(),
            passed: counts.passed,
            failed: counts.failed,
            advised: counts.advised,
            known_failures: counts.known_failures,
            not_applicable: counts.not_applicable,
        },
        rates: rates(report),
        problems: report
            .problems
            .iter()
            .map(|problem| Problem {
                kind: problem_kind(problem.kind),
                scenario: problem.scenario.as_deref(),
                message: &problem.message,
            })
            .collect(),
        scenarios: report.scenarios.iter().map(scenario).collect(),
    }
}

fn rates(report: &DestinationReport) -> Rates {
    let rates = run::Rates::of(report);
    let rate = |rate: run::Rate| Rate { passed: rate.passed, of: rate.of };
    Rates { required: rate(rates.required), claimed: rate(rates.claimed), suite: rate(rates.suite) }
}

fn scenario(report: &ScenarioReport) -> Scenario<'_> {
    let (snapshot, snapshot_detail) = match &report.snapshot {
        SnapshotState::NotLookedAt => ("not-looked-at", None),
        SnapshotState::Same => ("same", None),
        SnapshotState::Changed(diff) => ("changed", Some(diff.as_str())),
        SnapshotState::Missing => ("missing", None),
        SnapshotState::Written => ("written", None),
        SnapshotState::Unusable(message) => ("unusable", Some(message.as_str())),
    };
    Scenario {
        id: &report.id,
        level: match report.level {
            Level::Must => "must",
            Level::Should => "should",
        },
        verdict: report.verdict.name(),
        reason: report.verdict.detail(),
        checks: report
            .checks
            .iter()
            .map(|check| Check { id: &check.id, passed: check.passed, message: &check.message })
            .collect(),
        snapshot,
        snapshot_detail,
        stderr: report.stderr.as_deref(),
        exchanges: &report.exchanges,
        rerun: &report.rerun,
    }
}

/// The word for a kind of problem, in every report for programs.
pub(super) fn problem_kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::ClaimNotKept => "claim-not-kept",
        ProblemKind::KnownFailureGone => "known-failure-gone",
        ProblemKind::KnownFailureChanged => "known-failure-changed",
        ProblemKind::KnownFailureExpired => "known-failure-expired",
        ProblemKind::KnownFailureUnexplained => "known-failure-unexplained",
        ProblemKind::KnownFailureUnmatched => "known-failure-unmatched",
        ProblemKind::SnapshotUnreferenced => "snapshot-unreferenced",
        ProblemKind::DidNotEnd => "did-not-end",
    }
}
