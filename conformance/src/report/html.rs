//! The report as one HTML file that needs nothing else. Whatever a destination says is text in it, never markup.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::run::{Conclusion, DestinationReport, Rate, Rates, RunReport, ScenarioReport};

use super::causes;
use super::text::{conclusion, plain};

/// How many of what has to be looked at are unfolded: a page of everything that one mistake breaks helps nobody.
const UNFOLDED: usize = 5;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The report as an HTML document.
#[must_use]
pub fn render(report: &RunReport) -> String {
    let conclusion = anstream::adapter::strip_str(&conclusion(report)).to_string();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
                title { (conclusion) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 class=(if report.conclusion() == Conclusion::Conforms { "good" } else { "bad" }) { (conclusion) }
                    p.faint {
                        "cordial-conformance " (report.suite_version) ": " (report.selected) " of " (report.available)
                        " scenarios, clock " (report.clock) ", seed " (report.seed)
                        @if let Some((version, count)) = &report.requirements {
                            "; held to what " (version) " required, " (count) " scenarios"
                        }
                    }
                    (beside(report))
                    @for one in &report.destinations { (destination(one)) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

/// What is red and belongs to no destination alone.
fn beside(report: &RunReport) -> Markup {
    html! {
        @for fault in &report.harness_faults { p.bad { "Harness fault: " (fault) } }
        @for request in &report.stray_requests { p.bad { "A request with the key of no scenario: " (request) } }
        @for difference in &report.differences {
            details open {
                summary {
                    (difference.scenario) ": " (difference.destinations.0) " (-) and " (difference.destinations.1)
                    " (+) leave different accounts behind"
                }
                pre { (difference.diff) }
            }
        }
    }
}

fn destination(report: &DestinationReport) -> Markup {
    let counts = report.counts();
    let Rates { required, claimed, suite } = Rates::of(report);
    let to_see: Vec<(&ScenarioReport, String)> =
        report.scenarios.iter().map(|scenario| (scenario, plain(report, scenario))).collect();
    let to_see = to_see.iter().filter(|(_, text)| !text.is_empty());
    html! {
        section {
            h2 { (report.name) }
            p.faint { (report.about) "; speaks " (report.claims.dialect) }
            div.rates {
                (rate("of what is required", required))
                (rate("of what it claims", claimed))
                (rate("of the whole suite", suite))
            }
            p {
                (counts.passed) " passed, " (counts.failed) " failed, " (counts.advised) " advised, "
                (counts.known_failures) " known to fail, " (counts.not_applicable) " not applicable"
            }
            @for problem in &report.problems {
                p.bad { @if let Some(id) = &problem.scenario { (id) ": " } (problem.message) }
            }
            (common_causes(report))
            @for (at, (scenario, text)) in to_see.enumerate() {
                details open[at < UNFOLDED && is_red(scenario)] {
                    summary { (verdict(scenario)) " " (scenario.id) }
                    // Its first line is the summary above.
                    pre { (text.split_once('\n').map_or("", |(_, rest)| rest)) }
                }
            }
            @let reasons = report.reasons_not_applicable();
            @if !reasons.is_empty() {
                details {
                    summary { (counts.not_applicable) " not applicable" }
                    ul { @for (reason, count) in reasons { li { (count) ": " (reason) } } }
                }
            }
            (all(report))
        }
    }
}

/// What most of the failures have in common.
fn common_causes(report: &DestinationReport) -> Markup {
    let common = causes::common(report);
    html! {
        @if !common.is_empty() {
            p { "What fails most often:" }
            ul { @for (count, cause) in common { li { (count) " scenarios in " code { (cause) } } } }
        }
    }
}

fn is_red(scenario: &ScenarioReport) -> bool {
    scenario.verdict.is_red() || scenario.snapshot.is_red()
}

fn rate(what: &str, rate: Rate) -> Markup {
    html! {
        div.rate {
            strong { (rate) }
            meter aria-label=(what) min="0" max=(rate.of.max(1)) value=(rate.passed) {}
            span { (what) }
        }
    }
}

/// The word says it; the colour only helps.
fn verdict(scenario: &ScenarioReport) -> Markup {
    let kind = match scenario.verdict.name() {
        _ if scenario.snapshot.is_red() => "bad",
        "passed" => "good",
        "advised" | "known-failure" => "mild",
        "not-applicable" => "faint",
        _ => "bad",
    };
    html! { span class=(kind) { (scenario.verdict.name()) } }
}

fn all(report: &DestinationReport) -> Markup {
    html! {
        details {
            summary { "All " (report.scenarios.len()) " scenarios" }
            label { "Show those with " input type="search" data-filter placeholder="a word, such as group"; }
            table {
                thead { tr { th { "Verdict" } th { "Scenario" } th { "What it stands for" } } }
                tbody {
                    @for scenario in &report.scenarios {
                        tr {
                            td { (verdict(scenario)) }
                            td { code { (scenario.id) } }
                            td {
                                (scenario.why)
                                @if let Some(detail) = scenario.verdict.detail() { " " span.faint { (detail) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
