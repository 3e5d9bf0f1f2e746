//! `cordial-mock routes`.

use std::fmt::Write;
use std::process::ExitCode;

use cordial_mock::routes::{self, Route};
use serde_json::Value;

use super::args::RoutesArgs;
use super::{CliError, print};

/// Prints the routes table.
pub(super) fn routes(arguments: &RoutesArgs) -> Result<ExitCode, CliError> {
    let shown: Vec<&Route> =
        routes::all().filter(|route| arguments.all || arguments.json || route.handler.is_some()).collect();
    if arguments.openapi {
        print(&format!("{:#}\n", routes::openapi()))?;
    } else if arguments.markdown {
        print(&routes::coverage_page())?;
    } else if arguments.json {
        let described: Vec<Value> = shown.iter().map(|route| route.describe()).collect();
        print(&format!("{:#}\n", Value::Array(described)))?;
    } else {
        print(&text(&shown))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(shown: &[&Route]) -> String {
    let path = |route: &Route| route.paths().into_iter().map(|(_, path)| path).next().unwrap_or_default();
    let width = shown.iter().map(|route| path(route).len()).max().unwrap_or(0);
    let mut out = String::new();
    for route in shown {
        let evidence: Vec<&str> = route.evidence.iter().map(|evidence| evidence.as_str()).collect();
        let served = if route.handler.is_some() { "" } else { "  (501)" };
        let _ = writeln!(
            out,
            "{:6} {:width$}  {}  [{}]{served}",
            route.method,
            path(route),
            route.operation,
            evidence.join(", ")
        );
        for difference in route.differences {
            let _ = writeln!(out, "         may differ: {difference}");
        }
    }
    let served = routes::all().filter(|route| route.handler.is_some()).count();
    let _ = writeln!(
        out,
        "\n{served} of {} operations are served; REST paths exist under /v1 as well. The others answer 501 by name (--all shows them).",
        routes::all().count()
    );
    out
}
