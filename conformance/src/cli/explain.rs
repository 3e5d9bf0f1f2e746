//! `cordial-conformance explain ID`.

use std::fmt::Write;

use serde_json::Value;

use super::args::{ColorArg, ExplainArgs};
use super::{CliError, exit_code, output, scenarios};
use crate::protocol::Outcome;
use crate::run::Filter;
use crate::scenario::{ExpectedResult, Level, Scenario};

/// Prints what one scenario stands for, does and expects.
pub(super) fn explain(arguments: &ExplainArgs) -> Result<u8, CliError> {
    let set = scenarios(arguments.scenarios.as_deref())?;
    let Some(scenario) = set.get(&super::current(&arguments.id, &set)) else {
        // The filter knows what was most likely meant.
        let ids: Vec<&str> = set.iter().map(|scenario| scenario.id.as_str()).collect();
        let filter = Filter::new(&[globset::escape(&arguments.id)]).map_err(CliError::usage)?;
        let fix = filter.check_against(&ids).err().map_or(String::new(), |error| error.to_string());
        let fix = fix.lines().skip(1).collect::<Vec<_>>().join("\n");
        return Err(CliError::Usage(format!("there is no scenario `{}`\n{fix}", arguments.id)));
    };
    output::print(&text(scenario), ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}

fn text(scenario: &Scenario) -> String {
    let list = |items: Vec<String>| items.join(", ");
    let level = match scenario.level {
        Level::Must => "must: a destination that fails it does not conform",
        Level::Should => "should: a failure is shown, and does not count",
    };
    let mut out = format!("{}\n\n{}\n\n", scenario.id, scenario.why.trim());
    let _ = writeln!(out, "level    {level}");
    let _ = writeln!(out, "dialect  {}", list(scenario.dialect.iter().map(ToString::to_string).collect()));
    let _ = writeln!(out, "needs    {}", list(scenario.needs.iter().map(ToString::to_string).collect()));
    let _ = writeln!(out, "source   {}", scenario.source.join(", "));
    out += "\nGiven an account with\n";
    out += &fields(&scenario.given.state, "an empty account\n");
    if let Some(key) = &scenario.given.segment_id_key {
        let _ = writeln!(out, "  segmentIdKey: {key}");
    }
    let together = if scenario.together { ", all of it in one delivery" } else { "" };
    let _ = writeln!(out, "\nWhen Segment sends{together}");
    for (at, event) in scenario.when.iter().enumerate() {
        let _ = writeln!(out, "  {}. {event}", at + 1);
    }
    out += "\nThen the destination says\n";
    for (at, result) in scenario.then.results.iter().enumerate() {
        let _ = writeln!(out, "  {}. {}", at + 1, said(result));
    }
    out += "\nand the account has\n";
    out += &fields(&Value::Object(scenario.then.state.clone()), "what it had\n");
    if !scenario.then.state.is_empty() {
        out += "  everything else: as it was given\n";
    }
    for open in &scenario.then.open {
        let _ = writeln!(out, "  {open}: not judged");
    }
    for never in &scenario.then.never {
        let method = never.method.as_deref().unwrap_or("any method");
        let _ = writeln!(
            out,
            "and never sends {method} {} {}",
            never.path.as_deref().unwrap_or("anywhere"),
            Value::Object(never.body.clone())
        );
    }
    out
}

fn fields(value: &Value, nothing: &str) -> String {
    let Some(fields) = value.as_object().filter(|fields| !fields.is_empty()) else {
        return format!("  {nothing}");
    };
    let mut out = String::new();
    for (name, value) in fields {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let _ = writeln!(out, "  {name}:");
                for item in items {
                    let _ = writeln!(out, "    {item}");
                }
            }
            other => {
                let _ = writeln!(out, "  {name}: {other}");
            }
        }
    }
    out
}

fn said(result: &ExpectedResult) -> String {
    let outcomes: Vec<&str> = result.outcome.iter().copied().map(Outcome::as_str).collect();
    let status: Vec<String> = result.status.iter().map(u16::to_string).collect();
    let status = if status.is_empty() { String::new() } else { format!(", status {}", status.join(" or ")) };
    format!("{}{status}", outcomes.join(" or "))
}
