//! What the self-test found, and how it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How much of the mutants a check that is there for them has to catch.
const INTENDED_AT_LEAST: f64 = 0.95;

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

    /// Whether the judge can be trusted by the measures that this project sets itself.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.void.is_none()
            && self.count(Caught::Not) == 0
            && self.share_intended() >= INTENDED_AT_LEAST
            && self.variants.iter().all(|(_, alarms)| alarms.is_empty())
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
}
