//! The self-test: is the judge to be trusted?
//!
//! First the built-in destinations have to pass everything, and one that does nothing has to fail; otherwise nothing
//! that follows means anything. Then come the mutants: the reference destination with one small thing wrong each.
//! Every one has to be caught, and most of them by the check that is there for it. Then the harmless variants,
//! which differ in what no rule is about, and all have to pass.

mod actions;
mod behaviour;
mod destination;
mod lifecycle;
mod mutants;
mod report;
mod requests;
mod together;
mod variants;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::date;

pub(crate) use lifecycle::{Quirk, serve};
pub use report::{Caught, MutantReport, SelfTestReport, render};

use crate::destination::reference::Misread;
use crate::destination::{NAMES, built_in};
use serde_json::Value;

use behaviour::Behaviour;

use crate::driver::{Driver, InProcess, Program, Stdio};
use crate::protocol::DeliveryResult;
use crate::run::{
    Conclusion, DestinationReport, Filter, Plan, Progress, RunError, RunOptions, RunReport, Silent, Subject,
    Verdict, run,
};
use crate::scenario::ScenarioSet;

/// How long a destination in a process of its own may take here: long for the machine, short for whoever waits for a
/// hang.
const DEADLINE: Duration = Duration::from_secs(3);

/// What kept the self-test from saying anything.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// A destination could not be made.
    #[error("a destination could not be made: {0}")]
    Client(#[from] reqwest::Error),
    /// A run could not be made.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A play was lost, so that nothing can be said.
    #[error("a play was lost: {0}")]
    Lost(String),
    /// A destination did not greet as it should.
    #[error("{name} did not start: {message}")]
    Greeting {
        /// Which.
        name: String,
        /// Why.
        message: String,
    },
}

/// One wrong thing.
pub(crate) struct Mutant {
    /// Its name.
    pub(crate) name: &'static str,
    /// What kind of thing is wrong.
    pub(crate) area: &'static str,
    /// The beginnings of the ids of the checks that are there to see it.
    pub(crate) intended: &'static [&'static str],
    /// Whether a crash, a hang or a broken protocol is what is wrong, and so counts as a catch.
    pub(crate) breaks_down: bool,
    pub(crate) make: Make,
}

/// How a destination under test comes about.
pub(crate) enum Make {
    /// In this process.
    InProcess(fn() -> Result<Arc<dyn Driver>, reqwest::Error>),
    /// With another integration config than the account has.
    Config(fn(&mut Value)),
    /// With a request of its own before an event.
    Extra(behaviour::Extra),
    /// With another reading of replies.
    Misreads(Misread),
    /// With something else to say than what happened.
    Says(fn(&mut DeliveryResult)),
    /// As a child process, which this program plays.
    Process(Quirk),
}

/// Runs it all.
///
/// # Errors
/// When a destination cannot be made or a run cannot be started.
pub async fn self_test(
    set: &ScenarioSet,
    program: &std::path::Path,
    seed: u64,
    progress: &dyn Progress,
) -> Result<SelfTestReport, SelfTestError> {
    let sound = sound(set, seed, progress).await?;
    let mut report = SelfTestReport { void: void(&sound), ..SelfTestReport::default() };
    report.sound = sound.destinations.iter().map(|one| (one.name.clone(), !one.is_red())).collect();
    if report.void.is_some() {
        return Ok(report);
    }
    let (mutants, variants) = (mutants::all(), variants::all());
    let wrong = made(mutants.iter().map(|mutant| (mutant.name, &mutant.make)), program).await?;
    let harmless = made_variants(&variants, program).await?;
    // Side by side: some of the mutants hang, which is waited for.
    let (of_wrong, of_harmless) =
        tokio::try_join!(play(set, &wrong, seed, progress), play(set, &harmless, seed, &Silent))?;
    report.mutants =
        mutants.iter().zip(&of_wrong.destinations).map(|(mutant, seen)| judge(mutant, seen)).collect();
    report.checks = checks_that_must(&sound);
    report.variants =
        variants.iter().zip(&of_harmless.destinations).map(|(one, seen)| (one.name, alarms(seen))).collect();
    Ok(report)
}

async fn made_variants(
    variants: &[variants::Variant],
    program: &std::path::Path,
) -> Result<Vec<Subject>, SelfTestError> {
    made(variants.iter().map(|variant| (variant.name, &variant.make)), program).await
}

async fn made<'a>(
    all: impl Iterator<Item = (&'static str, &'a Make)>,
    program: &std::path::Path,
) -> Result<Vec<Subject>, SelfTestError> {
    let mut subjects = Vec::new();
    for (name, make) in all {
        let driver: Arc<dyn Driver> = match make {
            Make::InProcess(make) => make()?,
            Make::Config(change) => {
                Arc::new(InProcess::new(Behaviour { config: Some(*change), ..Behaviour::default() }.once()?))
            }
            Make::Extra(extra) => {
                Arc::new(InProcess::new(Behaviour { extra: Some(*extra), ..Behaviour::default() }.once()?))
            }
            Make::Misreads(misread) => {
                let behaviour = Behaviour { misread: Some(*misread), ..Behaviour::default() };
                Arc::new(InProcess::new(behaviour.once()?))
            }
            Make::Says(change) => {
                Arc::new(InProcess::new(Behaviour { says: Some(*change), ..Behaviour::default() }.once()?))
            }
            Make::Process(quirk) => {
                let command = vec![program.into(), "destination".into(), quirk.name().into()];
                Arc::new(Stdio::new(Program { command, ..Program::default() }, DEADLINE))
            }
        };
        subjects.push(greeted(name, driver).await?);
    }
    Ok(subjects)
}

async fn greeted(name: &str, driver: Arc<dyn Driver>) -> Result<Subject, SelfTestError> {
    let failed = |message: String| SelfTestError::Greeting { name: name.to_owned(), message };
    let hello = driver.hello().await.map_err(|error| failed(error.message))?;
    let mut subject = Subject::greeted(driver, &hello).map_err(failed)?;
    name.clone_into(&mut subject.name);
    Ok(subject)
}

/// The built-in destinations, and one that does nothing.
async fn sound(set: &ScenarioSet, seed: u64, progress: &dyn Progress) -> Result<RunReport, SelfTestError> {
    let mut subjects = Vec::new();
    for name in NAMES {
        if let Some(driver) = built_in(name)? {
            subjects.push(greeted(name, driver).await?);
        }
    }
    subjects.push(greeted(destination::IDLE, destination::idle()).await?);
    play(set, &subjects, seed, progress).await
}

fn void(sound: &RunReport) -> Option<String> {
    if sound.conclusion() == Conclusion::NothingRan {
        return Some("nothing ran".to_owned());
    }
    sound.destinations.iter().find_map(|one| match (one.name == destination::IDLE, one.is_red()) {
        (false, true) => Some(format!("{} does not pass everything", one.name)),
        (true, false) => Some("a destination that does nothing passes".to_owned()),
        _ => None,
    })
}

async fn play(
    set: &ScenarioSet,
    subjects: &[Subject],
    seed: u64,
    progress: &dyn Progress,
) -> Result<RunReport, SelfTestError> {
    // Without a filter there is nothing that a plan could refuse.
    let Ok(plan) = Plan::new(set, &Filter::default(), None) else {
        return Err(SelfTestError::Greeting {
            name: "the plan".to_owned(),
            message: "is refused".to_owned(),
        });
    };
    let options = RunOptions {
        seed,
        jobs: 64,
        // Among so many that are wrong nearly every pair differs, and nobody asks how.
        compare: false,
        // No destination here has a known failure that could expire.
        ..RunOptions::on(date(2026, 1, 2))
    };
    let report = run(&plan, subjects, &options, progress).await?;
    match report.harness_faults.first() {
        Some(fault) => Err(SelfTestError::Lost(fault.clone())),
        None => Ok(report),
    }
}

/// Which checks saw the mutant, and whether one of them was there for it.
fn judge(mutant: &Mutant, seen: &DestinationReport) -> MutantReport {
    let (mut caught_by, mut seen_in) = (BTreeSet::new(), BTreeSet::new());
    let is_intended = |id: &String| mutant.intended.iter().any(|intended| id.starts_with(intended));
    for scenario in seen.scenarios.iter().filter(|scenario| scenario.verdict.is_red()) {
        let broke_down = matches!(
            scenario.verdict,
            Verdict::Crashed { .. } | Verdict::TimedOut { .. } | Verdict::Untestable { .. }
        );
        let protocol = scenario.checks.iter().any(|check| check.id == "destination" && !check.passed);
        if (broke_down || protocol) && !mutant.breaks_down {
            continue;
        }
        let failed = scenario.checks.iter().filter(|check| !check.passed);
        let failed: Vec<String> = failed.map(|check| general(&check.id)).collect();
        if failed.iter().any(is_intended) {
            seen_in.insert(scenario.id.clone());
        }
        caught_by.extend(failed);
    }
    if mutant.breaks_down {
        caught_by.extend(seen.problems.iter().map(|problem| format!("problem.{:?}", problem.kind)));
    }
    let intended = caught_by.iter().any(is_intended);
    let caught = match (caught_by.is_empty(), intended) {
        (true, _) => Caught::Not,
        (false, true) => Caught::AsIntended,
        (false, false) => Caught::Otherwise,
    };
    MutantReport {
        name: mutant.name,
        area: mutant.area,
        intended: mutant.intended,
        caught,
        caught_by,
        seen_in,
    }
}

/// The id of a check without its number: `result[2].outcome` is `result.outcome`.
fn general(id: &str) -> String {
    let mut general = String::new();
    let mut within = false;
    for c in id.chars() {
        match c {
            '[' => within = true,
            ']' => within = false,
            c if !within => general.push(c),
            _ => {}
        }
    }
    general
}

/// Every kind of check that a must scenario has: each should be what some mutant is there for.
fn checks_that_must(sound: &RunReport) -> BTreeSet<String> {
    let scenarios = sound.destinations.iter().flat_map(|one| &one.scenarios);
    let must = scenarios.filter(|scenario| scenario.level == crate::scenario::Level::Must);
    must.flat_map(|scenario| scenario.checks.iter().map(|check| general(&check.id))).collect()
}

/// What was red about a destination that is as good as the reference.
fn alarms(seen: &DestinationReport) -> Vec<String> {
    let red = seen.scenarios.iter().filter(|scenario| scenario.verdict.is_red());
    let problems = seen.problems.iter().map(|problem| problem.message.clone());
    red.map(|scenario| format!("{}: {}", scenario.id, scenario.verdict.name())).chain(problems).collect()
}
