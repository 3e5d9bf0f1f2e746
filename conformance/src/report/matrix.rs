//! Many reports as one: shards of a run put together again, and destinations side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use super::json::FORMAT;
use crate::run::{Conclusion, Rate, Shard};

/// What is read of a JSON report.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    format: u32,
    suite: Suite,
    #[serde(default)]
    requirements: Option<String>,
    conclusion: String,
    destinations: Vec<Destination>,
    #[serde(default)]
    differences: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    stray_requests: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Suite {
    version: String,
    fingerprint: String,
    #[serde(default)]
    shard: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Destination {
    name: String,
    about: String,
    rates: Rates,
    problems: Vec<Problem>,
    scenarios: Vec<Scenario>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Rates {
    required: Rate,
    claimed: Rate,
    suite: Rate,
}

#[derive(Debug, Clone, Deserialize)]
struct Problem {
    message: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Scenario {
    id: String,
    verdict: String,
    snapshot: String,
}

/// Why reports cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// They do not belong together, or are none.
    #[error("{0}")]
    Incompatible(String),
    /// A part is missing: what is there would claim more than was seen.
    #[error("{0}")]
    Incomplete(String),
}

/// All destinations, in the order of their first report.
#[derive(Debug)]
pub struct Matrix {
    columns: Vec<Column>,
    /// What is red and belongs to no destination alone.
    beside: Vec<String>,
    harness_fault: bool,
}

#[derive(Debug)]
struct Column {
    name: String,
    about: String,
    rates: Rates,
    problems: Vec<String>,
    scenarios: BTreeMap<String, Scenario>,
}

impl Report {
    /// Reads a report as `run --report json=FILE` writes it.
    ///
    /// # Errors
    /// What is wrong with the text, in words for the one who named the file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let report: Self = serde_json::from_str(text).map_err(|error| {
            format!("is no report of this program: {error}\n  fix: name a file of `run --report json=FILE`")
        })?;
        if report.format != FORMAT {
            return Err(format!("has the format {}, and this program reads {FORMAT}", report.format));
        }
        Ok(report)
    }

    fn shard(&self, file: &str) -> Result<Option<Shard>, MatrixError> {
        let parse = |text: &String| {
            text.parse().map_err(|error| MatrixError::Incompatible(format!("{file}: {error}")))
        };
        self.suite.shard.as_ref().map(parse).transpose()
    }
}

impl Matrix {
    /// Puts reports together; each comes with the name of its file.
    ///
    /// # Errors
    /// Where they are of different suites, where a part is missing or there twice, and where destinations were not
    /// held to the same scenarios.
    pub fn new(reports: &[(String, Report)]) -> Result<Self, MatrixError> {
        same_suite(reports)?;
        let mut names: Vec<&str> = Vec::new();
        for (_, report) in reports {
            for destination in &report.destinations {
                if !names.contains(&destination.name.as_str()) {
                    names.push(&destination.name);
                }
            }
        }
        let columns: Vec<Column> =
            names.into_iter().map(|name| column(name, reports)).collect::<Result<_, _>>()?;
        same_scenarios(&columns)?;
        let mut beside = Vec::new();
        for (file, report) in reports {
            if !report.differences.is_empty() {
                beside.push(format!("{file}: destinations left different accounts behind"));
            }
            beside.extend(
                report.stray_requests.iter().map(|request| format!("{file}: a stray request, {request}")),
            );
        }
        let harness_fault = reports.iter().any(|(_, report)| report.conclusion == "harness-fault");
        Ok(Self { columns, beside, harness_fault })
    }

    /// What all of it says.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        if self.harness_fault {
            Conclusion::HarnessFault
        } else if self.columns.is_empty() || self.columns.iter().any(|column| column.ran() == 0) {
            Conclusion::NothingRan
        } else if !self.beside.is_empty() || self.columns.iter().any(Column::is_red) {
            Conclusion::DoesNotConform
        } else {
            Conclusion::Conforms
        }
    }

    /// A row for each scenario that fails or in which the destinations differ, or for `all`; then the rates.
    #[must_use]
    pub fn text(&self, all: bool) -> String {
        let ids: BTreeSet<&String> = self.columns.iter().flat_map(|column| column.scenarios.keys()).collect();
        let cells = |id: &String| self.columns.iter().map(move |column| column.cell(id)).collect::<Vec<_>>();
        let rows: Vec<(&str, Vec<String>)> = ids
            .into_iter()
            .map(|id| (id, cells(id)))
            .filter(|(_, cells)| all || differ(cells) || cells.iter().any(|cell| is_red(cell)))
            .map(|(id, cells)| (id.as_str(), cells))
            .collect();
        let mut out = String::new();
        if rows.is_empty() {
            out += "no scenario fails, and the destinations do not differ in one\n\n";
        } else {
            let names = self.columns.iter().map(|column| column.name.clone()).collect();
            let table: Vec<_> = std::iter::once(("scenario", names)).chain(rows).collect();
            out += &aligned(&table);
            out.push('\n');
        }
        for column in &self.columns {
            let Rates { required, claimed, suite } = column.rates;
            let _ = writeln!(
                out,
                "{} ({})\n  {} of {} passed; required {required}, claimed {claimed}, whole suite {suite}",
                column.name,
                column.about,
                column.count("passed"),
                column.scenarios.len()
            );
            for problem in &column.problems {
                let _ = writeln!(out, "  {problem}");
            }
        }
        for line in &self.beside {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(
            out,
            "\n{}",
            match self.conclusion() {
                Conclusion::Conforms => "All conform.",
                Conclusion::DoesNotConform => "Not all conform.",
                Conclusion::NothingRan => "Nothing ran for one destination at least. This is not a pass.",
                Conclusion::HarnessFault =>
                    "The harness was at fault in one run, so that none of this counts.",
            }
        );
        out
    }
}

impl Column {
    fn count(&self, verdict: &str) -> usize {
        self.scenarios.values().filter(|scenario| scenario.verdict == verdict).count()
    }

    fn ran(&self) -> usize {
        self.scenarios.len() - self.count("not-applicable")
    }

    fn is_red(&self) -> bool {
        !self.problems.is_empty() || self.scenarios.keys().any(|id| is_red(&self.cell(id)))
    }

    /// The verdict, with what its stored exchange came to where that is red.
    fn cell(&self, id: &String) -> String {
        let Some(scenario) = self.scenarios.get(id) else { return "-".to_owned() };
        match scenario.snapshot.as_str() {
            "changed" | "missing" | "unusable" => {
                format!("{}, snapshot {}", scenario.verdict, scenario.snapshot)
            }
            _ => scenario.verdict.clone(),
        }
    }
}

/// Every word that is not known to be good is red.
fn is_red(cell: &str) -> bool {
    !["passed", "advised", "not-applicable", "known-failure", "-"].contains(&cell)
}

fn differ(cells: &[String]) -> bool {
    cells.iter().any(|cell| *cell != cells[0])
}

fn aligned(rows: &[(&str, Vec<String>)]) -> String {
    let first = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    let columns = rows.first().map_or(0, |(_, cells)| cells.len());
    let width = |at: usize| rows.iter().map(|(_, cells)| cells[at].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (id, cells) in rows {
        let mut line = format!("{id:first$}");
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(line, "  {cell:width$}");
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

fn same_suite(reports: &[(String, Report)]) -> Result<(), MatrixError> {
    let Some(((first, one), rest)) = reports.split_first() else {
        return Err(MatrixError::Incomplete("there is no report".to_owned()));
    };
    let suite = |report: &Report| {
        let Suite { version, fingerprint, .. } = &report.suite;
        (version.clone(), fingerprint.clone(), report.requirements.clone())
    };
    match rest.iter().find(|(_, other)| suite(other) != suite(one)) {
        None => Ok(()),
        Some((file, _)) => Err(MatrixError::Incompatible(format!(
            "{first} and {file} are of different suites, and cannot be compared\n  fix: run both with the same \
             version, scenarios and requirements"
        ))),
    }
}

/// One destination's reports: a whole one, or every shard exactly once.
fn column(name: &str, reports: &[(String, Report)]) -> Result<Column, MatrixError> {
    let mut of: Option<u64> = None;
    let mut seen: BTreeMap<u64, &str> = BTreeMap::new();
    let mut column: Option<Column> = None;
    for (file, report) in reports {
        let (part, parts) = report.shard(file)?.map_or((1, 1), Shard::part);
        for destination in report.destinations.iter().filter(|destination| destination.name == name) {
            if *of.get_or_insert(parts) != parts {
                return Err(MatrixError::Incompatible(format!(
                    "{name}: {file} is of another number of shards"
                )));
            }
            if let Some(other) = seen.insert(part, file) {
                return Err(MatrixError::Incompatible(format!(
                    "{name}: {other} and {file} are the same part, {part} of {parts}\n  fix: name each report once; \
                     give destinations different names in their manifests"
                )));
            }
            match &mut column {
                None => column = Some(Column::of(destination)),
                Some(column) => column.add(destination, file)?,
            }
        }
    }
    let parts = of.unwrap_or(1);
    let missing: Vec<String> =
        (1..=parts).filter(|part| !seen.contains_key(part)).map(|part| format!("{part}/{parts}")).collect();
    match column {
        Some(column) if missing.is_empty() => Ok(column),
        _ => Err(MatrixError::Incomplete(format!(
            "{name}: the report of shard {} is missing\n  fix: name the reports of all {parts} shards",
            missing.join(" and ")
        ))),
    }
}

impl Column {
    fn of(destination: &Destination) -> Self {
        Self {
            name: destination.name.clone(),
            about: destination.about.clone(),
            rates: destination.rates,
            problems: destination.problems.iter().map(|problem| problem.message.clone()).collect(),
            scenarios: by_id(destination),
        }
    }

    fn add(&mut self, destination: &Destination, file: &str) -> Result<(), MatrixError> {
        if destination.about != self.about {
            return Err(MatrixError::Incompatible(format!(
                "{}: {file} is of `{}`, another one is of `{}`",
                self.name, destination.about, self.about
            )));
        }
        let sum = |a: Rate, b: Rate| Rate { passed: a.passed + b.passed, of: a.of + b.of };
        let more = destination.rates;
        self.rates = Rates {
            required: sum(self.rates.required, more.required),
            claimed: sum(self.rates.claimed, more.claimed),
            suite: sum(self.rates.suite, more.suite),
        };
        self.problems.extend(destination.problems.iter().map(|problem| problem.message.clone()));
        self.scenarios.extend(by_id(destination));
        Ok(())
    }
}

fn by_id(destination: &Destination) -> BTreeMap<String, Scenario> {
    destination.scenarios.iter().map(|scenario| (scenario.id.clone(), scenario.clone())).collect()
}

fn same_scenarios(columns: &[Column]) -> Result<(), MatrixError> {
    let Some((first, rest)) = columns.split_first() else { return Ok(()) };
    for other in rest {
        if !first.scenarios.keys().eq(other.scenarios.keys()) {
            return Err(MatrixError::Incompatible(format!(
                "{} and {} were held to different scenarios, and cannot be compared\n  fix: run both with the same \
                 --only and --profile",
                first.name, other.name
            )));
        }
    }
    Ok(())
}
