//! `cordial-conformance coverage`: what the contract says, and the scenarios that prove it.

use std::fmt::Write;

use super::args::{ColorArg, CoverageArgs};
use super::{CliError, exit_code, output, scenarios, self_test};
use crate::scenario::{Statement, statements};
use crate::self_test::MutantReport;

/// Prints every statement with the number of its scenarios, then what is uncovered on either side.
pub(super) async fn coverage(arguments: &CoverageArgs) -> Result<u8, CliError> {
    let folder = arguments.scenarios.as_deref();
    let set = scenarios(folder)?;
    let ids: Vec<&str> = set.iter().map(|scenario| scenario.id.as_str()).collect();
    let statements = statements(folder).map_err(CliError::usage)?;
    if statements.is_empty() {
        return Err(CliError::Incomplete(
            "contract/statements.yaml says nothing, so nothing is covered".to_owned(),
        ));
    }
    let proofs: Vec<Vec<&str>> = statements.iter().map(|statement| statement.proved_by(&ids)).collect();
    let mutants = if arguments.mutants { Some(self_test::measure(&set, 1).await?.mutants) } else { None };
    let mut out = String::from(if mutants.is_some() { "scenarios  mutants\n" } else { "scenarios\n" });
    for (statement, proofs) in statements.iter().zip(&proofs) {
        let _ = write!(out, "{:>9}  ", proofs.len());
        if let Some(mutants) = &mutants {
            let _ = write!(out, "{:>7}  ", caught(mutants, proofs));
        }
        let _ = writeln!(out, "{}  ({})", statement.says, statement.source);
        if arguments.verbose {
            proofs.iter().for_each(|id| out += &format!("        {id}\n"));
        }
    }
    let unproved: Vec<String> = statements
        .iter()
        .zip(&proofs)
        .filter(|(_, proofs)| proofs.is_empty())
        .map(|(statement, _)| format!("no scenario proves: {}", statement.says))
        .collect();
    let stale = statements.iter().flat_map(|statement| {
        let idle = statement.idle_patterns(&ids);
        idle.into_iter().map(|pattern| format!("`{pattern}` matches no scenario, in: {}", statement.says))
    });
    let loose = ids
        .iter()
        .filter(|id| !proofs.iter().any(|proofs| proofs.contains(id)))
        .map(|id| format!("no statement is proved by: {id}"));
    let wrong: Vec<String> = unproved.into_iter().chain(stale).chain(loose).collect();
    let _ = writeln!(out, "\n{} statements, {} scenarios", statements.len(), ids.len());
    for line in &wrong {
        let _ = writeln!(out, "{line}");
    }
    output::print(&out, ColorArg::Never)?;
    Ok(if wrong.is_empty() { exit_code::CONFORMS } else { exit_code::DOES_NOT_CONFORM })
}

/// How many of the mutants these scenarios catch, by a check that is there for them.
fn caught(mutants: &[MutantReport], scenarios: &[&str]) -> usize {
    mutants.iter().filter(|mutant| scenarios.iter().any(|id| mutant.seen_in.contains(*id))).count()
}

impl Statement {
    fn proved_by<'a>(&self, ids: &[&'a str]) -> Vec<&'a str> {
        ids.iter().copied().filter(|id| self.scenarios.is_match(id)).collect()
    }

    /// Patterns that match nothing: a scenario went, and what it proved may have gone with it.
    fn idle_patterns(&self, ids: &[&str]) -> Vec<&str> {
        let idle = |at: &usize| !ids.iter().any(|id| self.scenarios.matches(id).contains(at));
        (0..self.patterns.len()).filter(idle).map(|at| self.patterns[at].as_str()).collect()
    }
}
