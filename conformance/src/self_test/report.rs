//! What the self-test found, and how it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How much of the mutants a check that is there for them has to catch.
const INTENDED_AT_LEAST: f64 = 0.95;

/// Why a check stays although other checks catch its mutants as well.
const REASONS_TO_KEEP: [(&str, &str); 9] = [
    ("attempts.count", "it says that too much or too little was tried; the others show what came of it"),
    (
        "honest-delivery",
        "it names a claim that nothing supports; a missing effect alone may be a mistake in mapping",
    ),
    (
        "late-request",
        "it charges a request after the end to whoever made it; otherwise the next scenario looks wrong",
    ),
    ("never.requests", "it sees a forbidden request that leaves nothing behind in the account"),
    (
        "state.attributes",
        "only here does an attribute show that a destination made or changed in the account",
    ),
    (
        "state.integration",
        "only here does a config show that was changed and put back to no effect on the events",
    ),
    ("state.lists", "a list that was made or renamed and that nobody is on shows in no contact"),
    ("state.orders", "an order of somebody else shows in no request that the scenario waits for"),
    ("state.products", "a product that no order names shows nowhere else"),
];

fn reason_to_keep(check: &str) -> Option<&'static str> {
    REASONS_TO_KEEP.iter().find(|(kept, _)| *kept == check).map(|(_, reason)| *reason)
}

/// How a mutant fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caught {
    /// By a check that is there for it.
    AsIntended,
    /// By other checks only.
    Otherwise,
    /// Not at all.
    Not,
}

/// One mutant.
#[derive(Debug, Clone)]
pub struct MutantReport {
    /// Its name.
    pub name: &'static str,
    /// What kind of thing is wrong with it.
    pub area: &'static str,
    /// The beginnings of the ids of the checks that are there for it.
    pub intended: &'static [&'static str],
    /// How it fared.
    pub caught: Caught,
    /// Every check that saw it.
    pub caught_by: BTreeSet<String>,
    /// The scenarios in which a check that is there for it saw it.
    pub seen_in: BTreeSet<String>,
}

/// The whole.
#[derive(Debug, Clone, Default)]
pub struct SelfTestReport {
    /// Why nothing that follows means anything.
    pub void: Option<String>,
    /// The destinations that have to pass (and the one that must not), and whether they did.
    pub sound: Vec<(String, bool)>,
    /// The mutants.
    pub mutants: Vec<MutantReport>,
    /// The harmless variants, with what was red about them.
    pub variants: Vec<(&'static str, Vec<String>)>,
    /// Every kind of check that a must scenario has.
    pub checks: BTreeSet<String>,
}

impl SelfTestReport {
    /// How many mutants fared so.
    #[must_use]
    pub fn count(&self, caught: Caught) -> usize {
        self.mutants.iter().filter(|mutant| mutant.caught == caught).count()
    }

    /// Kinds of check that no mutant is there for.
    #[must_use]
    pub fn unproven(&self) -> Vec<&str> {
        let intended = |check: &str| {
            self.mutants.iter().any(|mutant| {
                mutant.caught == Caught::AsIntended
                    && mutant.intended.iter().any(|beginning| check.starts_with(beginning))
                    && mutant.caught_by.contains(check)
            })
        };
        self.checks.iter().map(String::as_str).filter(|check| !intended(check)).collect()
    }

    /// Kinds of check whose mutants other checks catch as well, so that none would survive without it.
    #[must_use]
    pub fn redundant(&self) -> Vec<&str> {
        let alone = |check: &str| {
            self.mutants.iter().any(|mutant| mutant.caught_by.len() == 1 && mutant.caught_by.contains(check))
        };
        let unproven = self.unproven();
        let proven = self.checks.iter().map(String::as_str).filter(|check| !unproven.contains(check));
        proven.filter(|check| !alone(check)).collect()
    }

    /// Whether the judge can be trusted by the measures that this project sets itself.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.void.is_none()
            && self.count(Caught::Not) == 0
            && self.share_intended() >= INTENDED_AT_LEAST
            && self.variants.iter().all(|(_, alarms)| alarms.is_empty())
            && self.unproven().is_empty()
    }

    #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
    fn share_intended(&self) -> f64 {
        self.count(Caught::AsIntended) as f64 / (self.mutants.len().max(1)) as f64
    }
}

/// The report for people; Markdown, so that it can be put anywhere.
#[must_use]
pub fn render(report: &SelfTestReport, verbose: bool) -> String {
    let mut out = String::new();
    for (name, conforms) in &report.sound {
        let _ = writeln!(out, "{name}: {}", if *conforms { "conforms" } else { "does not conform" });
    }
    if let Some(why) = &report.void {
        let _ = writeln!(out, "\nVOID: {why}. Nothing else was tried.");
        return out;
    }
    areas(report, &mut out);
    mutants(report, verbose, &mut out);
    variants(report, &mut out);
    checks(report, &mut out);
    let share = report.share_intended() * 100.0;
    let _ = writeln!(
        out,
        "\n{} mutants: {} caught by an intended check ({share:.1} %), {} otherwise, {} survived; {} harmless variants, {} false alarms.",
        report.mutants.len(),
        report.count(Caught::AsIntended),
        report.count(Caught::Otherwise),
        report.count(Caught::Not),
        report.variants.len(),
        report.variants.iter().filter(|(_, alarms)| !alarms.is_empty()).count(),
    );
    let verdict = if report.is_trusted() {
        "The judge can be trusted."
    } else {
        "The judge cannot be trusted: see above."
    };
    let _ = writeln!(out, "{verdict}");
    out
}

fn areas(report: &SelfTestReport, out: &mut String) {
    let mut areas: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for mutant in &report.mutants {
        let at = match mutant.caught {
            Caught::AsIntended => 0,
            Caught::Otherwise => 1,
            Caught::Not => 2,
        };
        areas.entry(mutant.area).or_default()[at] += 1;
    }
    out.push_str("\n| Mutants | As intended | Otherwise | Survived |\n|---|--:|--:|--:|\n");
    for (area, [intended, otherwise, survived]) in areas {
        let _ = writeln!(out, "| {area} | {intended} | {otherwise} | {survived} |");
    }
}

fn mutants(report: &SelfTestReport, verbose: bool, out: &mut String) {
    let shown = report.mutants.iter().filter(|mutant| verbose || mutant.caught != Caught::AsIntended);
    for mutant in shown {
        let word = match mutant.caught {
            Caught::AsIntended => "caught",
            Caught::Otherwise => "caught otherwise",
            Caught::Not => "SURVIVED",
        };
        let by: Vec<&str> = mutant.caught_by.iter().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "\n{word} {} ({})\n  intended: {}\n  seen by: {}",
            mutant.name,
            mutant.area,
            mutant.intended.join(", "),
            if by.is_empty() { "nothing".to_owned() } else { by.join(", ") }
        );
    }
}

fn variants(report: &SelfTestReport, out: &mut String) {
    for (name, alarms) in report.variants.iter().filter(|(_, alarms)| !alarms.is_empty()) {
        let _ = writeln!(out, "\nFALSE ALARM {name}\n  {}", alarms.join("\n  "));
    }
}

fn checks(report: &SelfTestReport, out: &mut String) {
    let unproven = report.unproven();
    if !unproven.is_empty() {
        let _ = writeln!(out, "\nChecks that no mutant is there for: {}", unproven.join(", "));
    }
    let redundant = report.redundant();
    if !redundant.is_empty() {
        out.push_str("\nChecks whose mutants others catch as well, and why they stay:\n");
    }
    for check in redundant {
        let _ = writeln!(out, "- {check}: {}", reason_to_keep(check).unwrap_or("NO REASON IS KNOWN"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(name: &'static str, intended: &'static [&'static str], caught_by: &[&str]) -> MutantReport {
        MutantReport {
            name,
            area: "mapping",
            intended,
            caught: Caught::AsIntended,
            caught_by: caught_by.iter().map(|check| (*check).to_owned()).collect(),
            seen_in: BTreeSet::new(),
        }
    }

    fn report(checks: &[&str], mutants: Vec<MutantReport>) -> SelfTestReport {
        let checks = checks.iter().map(|check| (*check).to_owned()).collect();
        SelfTestReport { checks, mutants, ..SelfTestReport::default() }
    }

    #[test]
    fn a_check_that_catches_something_alone_is_neither_unproven_nor_redundant() {
        let report = report(&["a"], vec![mutant("x", &["a"], &["a"])]);
        assert!(report.unproven().is_empty() && report.redundant().is_empty());
        assert!(report.is_trusted());
    }

    #[test]
    fn a_check_that_no_mutant_is_there_for_costs_the_trust() {
        let report = report(&["a", "b"], vec![mutant("x", &["a"], &["a", "b"])]);
        assert_eq!(report.unproven(), ["b"]);
        assert!(!report.is_trusted());
    }

    #[test]
    fn a_redundant_check_is_listed_with_the_reason_to_keep_it() {
        let kept = report(&["late-request"], vec![mutant("x", &["late-request"], &["late-request", "b"])]);
        assert_eq!(kept.redundant(), ["late-request"]);
        assert!(render(&kept, false).contains("- late-request: it charges a request"));
        let idle = report(&["a"], vec![mutant("x", &["a"], &["a", "b"])]);
        assert!(render(&idle, false).contains("- a: NO REASON IS KNOWN"));
    }
}
