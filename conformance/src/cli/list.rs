//! `cordial-conformance list`: the scenarios, and which of them apply.

use std::fmt::Write;

use serde_json::{Value, json};

use super::args::{ColorArg, DestinationArgs, ListArgs};
use super::{CliError, exit_code, output, scenarios, target};
use crate::run::{Claims, Plan, SnapshotPlan, why_not_applicable};
use crate::scenario::Scenario;

/// Prints the scenarios.
pub(super) async fn list(arguments: &ListArgs) -> Result<u8, CliError> {
    let set = scenarios(arguments.selection.scenarios.as_deref())?;
    let filter = super::filter(&arguments.selection, &set)?;
    let plan = Plan::new(&set, &filter, arguments.selection.shard).map_err(CliError::usage)?;
    let claims = claims(&arguments.destination).await?;
    let text =
        if arguments.json { as_json(plan.selected(), &claims) } else { as_text(plan.selected(), &claims) };
    output::print(&text, ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}

/// The destinations' names and claims; none where no destination is named.
async fn claims(arguments: &DestinationArgs) -> Result<Vec<(String, Claims)>, CliError> {
    if !arguments.names_one() {
        return Ok(Vec::new());
    }
    let mut claims = Vec::new();
    for target in target::targets(arguments)? {
        let subject = target.greet(None, |_| SnapshotPlan::off("nothing runs")).await?;
        // A destination that does not take leave is no matter here: nothing was asked of it.
        let _ = subject.driver.bye().await;
        claims.push((subject.name, subject.claims));
    }
    Ok(claims)
}

fn dialects(scenario: &Scenario) -> String {
    scenario.dialect.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}

fn as_text(scenarios: &[&Scenario], claims: &[(String, Claims)]) -> String {
    let width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for scenario in scenarios {
        let _ = writeln!(out, "{:width$}  {:15}  {}", scenario.id, dialects(scenario), scenario.why.trim());
        for (name, claims) in claims {
            if let Some(reason) = why_not_applicable(scenario, claims) {
                let _ = writeln!(out, "{:width$}  not applicable to {name}: {reason}", "");
            }
        }
    }
    let _ = writeln!(out, "\n{} scenarios", scenarios.len());
    for (name, claims) in claims {
        let applicable =
            scenarios.iter().filter(|scenario| why_not_applicable(scenario, claims).is_none()).count();
        let _ = writeln!(out, "{applicable} of them apply to {name}");
    }
    out
}

fn as_json(scenarios: &[&Scenario], claims: &[(String, Claims)]) -> String {
    let one = |scenario: &&Scenario| {
        let not_applicable: serde_json::Map<String, Value> = claims
            .iter()
            .filter_map(|(name, claims)| Some((name.clone(), json!(why_not_applicable(scenario, claims)?))))
            .collect();
        json!({
            "id": scenario.id,
            "why": scenario.why.trim(),
            "dialect": scenario.dialect,
            "needs": scenario.needs,
            "level": scenario.level,
            "source": scenario.source,
            "notApplicable": not_applicable,
        })
    };
    format!("{:#}\n", Value::Array(scenarios.iter().map(one).collect()))
}
