//! Holds the mock against the official description of v2. The description is not part of this project: without it
//! these tests are shown as ignored.

mod description;
mod faults;

use std::collections::BTreeSet;
use std::sync::Arc;

use cordial_mock::routes::{self, Router, Surface};
use http::Method;
use libtest_mimic::{Failed, Trial};

use self::description::{Description, VARIABLE, shape};
use self::faults::Finding;
use crate::case::Case;
use crate::play::{self, Exchange};
use crate::target::Target;
use crate::{Numbered, RUNTIME};

/// What the three tests share.
struct Oracle {
    description: Description,
    router: Router,
    cases: Vec<Numbered>,
    target: Arc<Target>,
}

type Check = fn(&Oracle) -> Result<(), Failed>;

const CHECKS: [(&str, Check); 3] = [
    ("oracle::operations", operations_are_those_described),
    ("oracle::replies", replies_are_as_described),
    ("oracle::description-faults", every_known_fault_is_still_there),
];

pub(crate) fn trials(cases: &[Numbered], target: &Arc<Target>) -> Result<Vec<Trial>, String> {
    let Some(description) = Description::find()? else {
        let reason = format!("needs the official description: set {VARIABLE}");
        return Ok(CHECKS.into_iter().map(|(name, _)| without_description(name, &reason)).collect());
    };
    let router = Router::new().map_err(|error| error.to_string())?;
    let oracle = Arc::new(Oracle { description, router, cases: cases.to_vec(), target: Arc::clone(target) });
    let with = |(name, check): (&str, Check)| {
        let oracle = Arc::clone(&oracle);
        Trial::test(name, move || check(&oracle))
    };
    Ok(CHECKS.into_iter().map(with).collect())
}

fn without_description(name: &str, reason: &str) -> Trial {
    let told = reason.to_owned();
    Trial::test(name, move || Err(told.into())).with_kind(reason).with_ignored_flag(true)
}

fn operations_are_those_described(oracle: &Oracle) -> Result<(), Failed> {
    report(unexplained(oracle.differing_operations())?)
}

fn replies_are_as_described(oracle: &Oracle) -> Result<(), Failed> {
    report(unexplained(oracle.differing_replies(100_000)?)?)
}

/// An entry that explains nothing is out of date. Of an operation whose cases are all pending nothing is known yet.
fn every_known_fault_is_still_there(oracle: &Oracle) -> Result<(), Failed> {
    let mut findings = oracle.differing_operations();
    findings.extend(oracle.differing_replies(200_000)?);
    let tried = oracle.operations_of(|one| one.pending.is_none());
    let pending = oracle.operations_of(|one| one.pending.is_some());
    let stale: Vec<String> = faults::known()?
        .iter()
        .filter(|fault| !findings.iter().any(|finding| fault.explains(finding)))
        .filter(|fault| tried.contains(fault.operation()) || !pending.contains(fault.operation()))
        .map(|fault| fault.describe())
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("these entries match nothing any more: remove them\n{}", stale.join("\n")).into())
}

fn unexplained(findings: Vec<Finding>) -> Result<Vec<Finding>, String> {
    let known = faults::known()?;
    let is_new = |finding: &Finding| !known.iter().any(|fault| fault.explains(finding));
    Ok(findings.into_iter().filter(is_new).collect())
}

fn report(findings: Vec<Finding>) -> Result<(), Failed> {
    let mut seen = BTreeSet::new();
    let told: Vec<String> = findings
        .iter()
        .filter(|finding| seen.insert((&finding.operation, finding.status, &finding.problem)))
        .map(|Finding { operation, status, problem, exchange }| {
            let status = status.map(|status| format!(" {status}")).unwrap_or_default();
            format!("{operation}{status}: {problem}\n{exchange}")
        })
        .collect();
    if told.is_empty() { Ok(()) } else { Err(told.join("\n").into()) }
}

impl Oracle {
    /// Operations that only one of the routes table and the description has.
    fn differing_operations(&self) -> Vec<Finding> {
        let rest = routes::all().filter(|route| route.surface == Surface::Rest);
        let table: Vec<(String, String)> = rest
            .flat_map(|route| route.paths().into_iter().map(|(_, path)| (route.method, path)))
            .filter(|(_, path)| path.starts_with("/v2/"))
            .map(|(method, path)| (shape(method, &path), format!("{method} {path}")))
            .collect();
        let described: BTreeSet<&str> = self.description.operations().collect();
        let finding = |operation: &str, problem: &str| Finding {
            operation: operation.to_owned(),
            status: None,
            problem: problem.to_owned(),
            exchange: String::new(),
        };
        let extra = table
            .iter()
            .filter(|(shape, _)| !described.contains(shape.as_str()))
            .map(|(_, operation)| finding(operation, "the operation is not described"));
        let missing = described
            .iter()
            .filter(|operation| !table.iter().any(|(shape, _)| shape == *operation))
            .map(|operation| finding(operation, "the routes table lacks the operation"));
        extra.chain(missing).collect()
    }

    /// Replies of v2 that are not as described. `offset` sets the accounts of this round apart from those of others.
    fn differing_replies(&self, offset: usize) -> Result<Vec<Finding>, Failed> {
        let mut findings = Vec::new();
        let ready = self.cases.iter().filter(|one| one.pending.is_none() && one.case.mock.is_none());
        for one in ready {
            let exchanges = play::exchanges(&self.target, &one.case, one.number + offset);
            for exchange in RUNTIME.block_on(exchanges)? {
                findings.extend(self.judge(&exchange));
            }
        }
        Ok(findings)
    }

    fn judge(&self, exchange: &Exchange) -> Vec<Finding> {
        let path = exchange.path.split('?').next().unwrap_or_default();
        let Some((shape, operation)) = self.operation(&exchange.method, path) else { return Vec::new() };
        let problems = self.description.problems(&shape, exchange.status, &exchange.body);
        let finding = |problem: String| Finding {
            operation: operation.clone(),
            status: Some(exchange.status),
            problem,
            exchange: exchange.failure(""),
        };
        problems.into_iter().map(finding).collect()
    }

    /// The operation of v2 that a request calls, by its shape and by its name; `None` for everything else.
    fn operation(&self, method: &str, path: &str) -> Option<(String, String)> {
        let path = path.starts_with("/v2/").then_some(path)?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let route = self.router.find(&method, path)?.route;
        let path = format!("/v2{}", route.path);
        Some((shape(route.method, &path), format!("{} {path}", route.method)))
    }

    /// The operations of v2 that these cases are about.
    fn operations_of(&self, wanted: impl Fn(&Numbered) -> bool) -> BTreeSet<String> {
        let cases = self.cases.iter().filter(|one| wanted(one)).map(|one| &one.case);
        let operation = |case: &Arc<Case>| self.operation(&case.request.method, case.request.path_only());
        cases.filter_map(operation).map(|(_, name)| name).collect()
    }
}
