//! The report as Markdown, for the summary of a CI job or a comment.

use std::fmt::Write;

use crate::run::{DestinationReport, Rates, RunReport};

use super::causes;
use super::text::{conclusion, plain};

/// The report as Markdown: the rates, then what has to be looked at, folded.
#[must_use]
pub fn render(report: &RunReport) -> String {
    let mut out = format!("## {}\n\n", anstream::adapter::strip_str(&conclusion(report)));
    out += "| Destination | passed | failed | advised | known | not applicable | required | claimed | whole suite |\n";
    out += "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    for destination in &report.destinations {
        out += &row(destination);
    }
    let beside = report.harness_faults.iter().chain(&report.stray_requests);
    for line in beside {
        let _ = write!(out, "\n{}\n", fenced(line));
    }
    for difference in &report.differences {
        let (one, other) = &difference.destinations;
        let title =
            format!("{}: {one} (-) and {other} (+) leave different accounts behind", difference.scenario);
        out += &folded(&title, &difference.diff);
    }
    for destination in &report.destinations {
        out += &in_short(destination);
        for problem in &destination.problems {
            let about = problem.scenario.as_deref().unwrap_or("problem");
            out += &folded(&format!("{}: {about}", destination.name), &problem.message);
        }
        for scenario in &destination.scenarios {
            let text = plain(destination, scenario);
            if !text.is_empty() {
                let title = format!("{}: {} {}", destination.name, scenario.id, scenario.verdict.name());
                out += &folded(&title, &text);
            }
        }
    }
    out
}

fn row(destination: &DestinationReport) -> String {
    let counts = destination.counts();
    let Rates { required, claimed, suite } = Rates::of(destination);
    format!(
        "| {} | {} | {} | {} | {} | {} | {required} | {claimed} | {suite} |\n",
        escaped(&destination.name),
        counts.passed,
        counts.failed,
        counts.advised,
        counts.known_failures,
        counts.not_applicable
    )
}

/// What most of the failures have in common, and why the rest did not apply.
fn in_short(destination: &DestinationReport) -> String {
    let mut out = String::new();
    for (count, cause) in causes::common(destination) {
        let _ = writeln!(out, "- {}: {count} fail in {}", escaped(&destination.name), escaped(&cause));
    }
    for (reason, count) in destination.reasons_not_applicable() {
        let _ =
            writeln!(out, "- {}: {count} not applicable: {}", escaped(&destination.name), escaped(reason));
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

fn folded(title: &str, text: &str) -> String {
    format!("\n<details><summary>{}</summary>\n\n{}\n</details>\n", escaped(title), fenced(text))
}

/// A destination's words stay words: no tag, no table, no line of their own.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\n' | '\r' => out.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A block that the text cannot close: its fence is longer than any in the text.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(escaped("a|b\n<script>"), "a\\|b &lt;script&gt;");
        assert_eq!(fenced("x\n````\ny"), "`````text\nx\n````\ny\n`````");
        assert_eq!(fenced("x"), "```text\nx\n```");
    }
}
