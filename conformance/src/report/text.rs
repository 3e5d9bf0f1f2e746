//! The report that a person reads: what is unexpected first, then the counts, then the verdict.

use std::fmt::Write as _;

use crate::run::{
    Conclusion, DestinationReport, EndStateDifference, Problem, Rates, RunReport, ScenarioReport,
    SnapshotMode, SnapshotState, Verdict,
};

use super::style::{faint, green, indent, red, strong, yellow};
use super::{causes, exchange};

/// How many lines of stderr are shown; the end is what explains a crash.
const STDERR_LINES: usize = 20;

/// The whole report. With `verbose`, what went as expected is listed too. Two runs with the same outcome give the
/// same text: it names no time and no duration.
#[must_use]
pub fn render(report: &RunReport, verbose: bool) -> String {
    let mut out = head(report);
    for destination in &report.destinations {
        out += &unexpected(destination);
    }
    for difference in &report.differences {
        out += &end_states(difference);
    }
    for request in &report.stray_requests {
        let _ = writeln!(out, "{} a request with the key of no scenario: {request}\n", red("STRAY"));
    }
    for fault in &report.harness_faults {
        let _ = writeln!(out, "{} {fault}\n", red("HARNESS FAULT"));
    }
    for destination in &report.destinations {
        out += &expected(destination, verbose);
    }
    out + &summary(report)
}

fn head(report: &RunReport) -> String {
    let mut out = format!(
        "{} {}: {} of {} scenarios, clock {}, seed {}\n",
        strong("cordial-conformance"),
        report.suite_version,
        report.selected,
        report.available,
        report.clock,
        report.seed
    );
    if let Some((version, count)) = &report.requirements {
        let _ = writeln!(out, "  held to what {version} required, {count} scenarios; the others advise");
    }
    for destination in &report.destinations {
        let capabilities: Vec<String> =
            destination.claims.capabilities.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            out,
            "  {} ({}) speaks {}, takes {}; {}",
            strong(&destination.name),
            destination.about,
            destination.claims.dialect,
            capabilities.join(" "),
            snapshots(destination)
        );
    }
    out.push('\n');
    out
}

fn snapshots(destination: &DestinationReport) -> String {
    let plan = &destination.snapshots;
    match plan.mode {
        SnapshotMode::Check => format!("snapshots are checked ({})", plan.because),
        SnapshotMode::Update => format!("snapshots are updated ({})", plan.because),
        SnapshotMode::Off => format!("snapshots are off ({})", plan.because),
    }
}

/// Everything about a destination that somebody has to look at.
fn unexpected(destination: &DestinationReport) -> String {
    let mut out = String::new();
    for scenario in &destination.scenarios {
        if scenario.verdict.is_red() {
            out += &failure(destination, scenario, &red(scenario.verdict.name().to_uppercase()));
        }
    }
    for scenario in &destination.scenarios {
        if scenario.verdict == Verdict::Advised {
            out += &failure(destination, scenario, &yellow("ADVISED"));
        }
    }
    for scenario in destination.scenarios.iter().filter(|scenario| scenario.snapshot.is_red()) {
        out += &changed(destination, scenario);
    }
    for Problem { scenario, message, .. } in &destination.problems {
        let about = scenario.as_deref().map_or(String::new(), |id| format!("{id}: "));
        let _ = writeln!(out, "{} {}: {about}{message}\n", red("PROBLEM"), destination.name);
    }
    out
}

/// What there is to look at in one scenario, without colours; empty where it is as it should be.
pub(super) fn plain(destination: &DestinationReport, scenario: &ScenarioReport) -> String {
    let mut out = String::new();
    if scenario.verdict.is_red() || scenario.verdict == Verdict::Advised {
        out += &failure(destination, scenario, scenario.verdict.name());
    }
    if scenario.snapshot.is_red() {
        out += &changed(destination, scenario);
    }
    anstream::adapter::strip_str(&out).to_string()
}

fn failure(destination: &DestinationReport, scenario: &ScenarioReport, word: &str) -> String {
    let mut out = format!("{word} {} by {}\n", strong(&scenario.id), destination.name);
    out += &indent(scenario.why.trim(), "  ");
    // Where a check says the same below, once is enough.
    let is_said = |detail: &String| {
        scenario.checks.iter().any(|check| !check.passed && check.message.trim() == detail.trim())
    };
    if let Some(detail) = scenario.verdict.detail().filter(|detail| !is_said(detail)) {
        out += &indent(&detail, "  ");
    }
    for check in scenario.checks.iter().filter(|check| !check.passed) {
        let _ = writeln!(out, "  {} {}", red("x"), check.id);
        out += &indent(&check.message, "      ");
    }
    if scenario.exchanges.is_empty() {
        out += "  exchange: no request came with this account's API key\n";
    } else {
        out += "  exchange:\n";
        for entry in &scenario.exchanges {
            out += &indent(&exchange::render(entry), "    ");
        }
    }
    if let Some(stderr) = scenario.stderr.as_deref().filter(|stderr| !stderr.trim().is_empty()) {
        out += "  stderr, its end:\n";
        let lines: Vec<&str> = stderr.lines().collect();
        out += &indent(&lines[lines.len().saturating_sub(STDERR_LINES)..].join("\n"), "    ");
    }
    let _ = writeln!(out, "  rerun: {}\n", strong(&scenario.rerun));
    out
}

fn changed(destination: &DestinationReport, scenario: &ScenarioReport) -> String {
    let name = format!("{} by {}", strong(&scenario.id), destination.name);
    match &scenario.snapshot {
        SnapshotState::Changed(diff) => format!(
            "{} {name}: the exchange is not the stored one (- stored, + now)\n{}  accept it: {} --snapshots update\n\n",
            red("CHANGED"),
            indent(diff, "    "),
            scenario.rerun
        ),
        SnapshotState::Missing => format!(
            "{} {name}: no exchange is stored\n  store it: {} --snapshots update\n\n",
            red("NO SNAPSHOT"),
            scenario.rerun
        ),
        SnapshotState::Unusable(message) => format!("{} {name}: {message}\n\n", red("SNAPSHOT UNUSABLE")),
        SnapshotState::NotLookedAt | SnapshotState::Same | SnapshotState::Written => String::new(),
    }
}

fn end_states(difference: &EndStateDifference) -> String {
    let (one, other) = &difference.destinations;
    format!(
        "{} {}: {one} (-) and {other} (+) leave different accounts behind, so one of them is wrong\n{}\n",
        red("DIFFERENT"),
        strong(&difference.scenario),
        indent(&difference.diff, "    ")
    )
}

/// Known failures always, and with `verbose` every scenario that went as expected.
fn expected(destination: &DestinationReport, verbose: bool) -> String {
    let mut out = String::new();
    for scenario in &destination.scenarios {
        let line = match &scenario.verdict {
            Verdict::KnownFailure { reason } => {
                format!("{} {}: {reason}", yellow("known failure"), scenario.id)
            }
            Verdict::Passed if verbose => {
                let written =
                    if scenario.snapshot == SnapshotState::Written { ", snapshot written" } else { "" };
                format!("{} {} ({} checks{written})", green("passed"), scenario.id, scenario.checks.len())
            }
            Verdict::NotApplicable { reason } if verbose => {
                format!("{} {}: {reason}", faint("not applicable"), scenario.id)
            }
            _ => continue,
        };
        let _ = writeln!(out, "{}: {line}", destination.name);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn summary(report: &RunReport) -> String {
    let width = report.destinations.iter().map(|destination| destination.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for destination in &report.destinations {
        let counts = destination.counts();
        let failed = format!("{} failed", counts.failed);
        let _ = write!(
            out,
            "{:width$}  {}, {}",
            destination.name,
            green(format!("{} passed", counts.passed)),
            if counts.failed == 0 { failed } else { red(failed) },
        );
        for (count, what) in [(counts.advised, "advised"), (counts.known_failures, "known to fail")] {
            if count > 0 {
                let _ = write!(out, ", {}", yellow(format!("{count} {what}")));
            }
        }
        let _ = writeln!(out, ", {} not applicable", counts.not_applicable);
        for (count, cause) in causes::common(destination) {
            let _ = writeln!(out, "{:width$}    {}", "", red(format!("{count} fail in {cause}")));
        }
        let Rates { required, claimed, suite } = Rates::of(destination);
        let _ = writeln!(
            out,
            "{:width$}    {}",
            "",
            faint(format!("required {required}, claimed {claimed}, whole suite {suite}"))
        );
        for (reason, count) in destination.reasons_not_applicable() {
            let _ = writeln!(out, "{:width$}    {}", "", faint(format!("{count} not applicable: {reason}")));
        }
    }
    let _ = writeln!(out, "\n{}", conclusion(report));
    out
}

/// `a`, `a and b`, `a, b and c`.
fn enumerated(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// The last line.
pub(super) fn conclusion(report: &RunReport) -> String {
    match report.conclusion() {
        Conclusion::Conforms => {
            let names: Vec<&str> = report.destinations.iter().map(|d| d.name.as_str()).collect();
            let verb = if names.len() == 1 { "conforms" } else { "conform" };
            green(format!("{} {verb}.", enumerated(&names)))
        }
        Conclusion::DoesNotConform => {
            let red_ones: Vec<&str> =
                report.destinations.iter().filter(|d| d.is_red()).map(|d| d.name.as_str()).collect();
            match red_ones[..] {
                [] => red("The run is red: see above."),
                [one] => red(format!("{one} does not conform.")),
                _ => red(format!("{} do not conform.", enumerated(&red_ones))),
            }
        }
        Conclusion::NothingRan => red(
            "Nothing ran, or fewer scenarios than were selected. This is not a pass: see what does not apply, above.",
        ),
        Conclusion::HarnessFault => {
            red("The harness itself is at fault, so no verdict of this run counts. Please report it.")
        }
    }
}
