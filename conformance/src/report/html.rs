//! The report as one HTML file that needs nothing else. Whatever a destination says is text in it, never markup.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::run::{DestinationReport, Rate, Rates, RunReport, ScenarioReport};

use super::text::{conclusion, plain};

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
                    h1 { (conclusion) }
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
    let to_see = |scenario: &&ScenarioReport| !plain(report, scenario).is_empty();
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
            @for scenario in report.scenarios.iter().filter(to_see) {
                details open[scenario.verdict.is_red()] {
                    summary { (verdict(scenario)) " " (scenario.id) }
                    pre { (plain(report, scenario)) }
                }
            }
            (all(report))
        }
    }
}

fn rate(what: &str, rate: Rate) -> Markup {
    html! {
        div.rate {
            strong { (rate) }
            meter min="0" max=(rate.of.max(1)) value=(rate.passed) {}
            span { (what) }
        }
    }
}

/// The word says it; the colour only helps.
fn verdict(scenario: &ScenarioReport) -> Markup {
    let kind = match scenario.verdict.name() {
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
