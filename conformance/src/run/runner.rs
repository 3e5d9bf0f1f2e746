//! Plays a whole plan: every scenario on an account of its own, all at once, on one mock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use tokio::task::{JoinError, JoinSet};

use crate::driver::DriverErrorKind;
use crate::judge::gives_away;
use crate::scenario::Scenario;

use super::account_key::{self, account_key};
use super::applicability::is_of_contract;
use super::conclude::{self, Played};
use super::end_states::{EndState, compare};
use super::harness::{Attempt, CLOCK, Harness, HarnessFault, PrepareError, one_line};
use super::known_failures::Review;
use super::plan::{Plan, PlannedScenario};
use super::replay::{is_shared_breakdown, replay_alone};
use super::report::{DestinationReport, EndStateDifference, Problem, ProblemKind, RunReport, ScenarioReport};
use super::subject::Subject;
use super::verdict::Verdict;

/// How to run, beside what to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Seed of ids and keys.
    pub seed: u64,
    /// How many scenarios may be in flight at once.
    pub jobs: usize,
    /// How often each scenario is played, each time on a fresh account.
    pub repeat: usize,
    /// Whether plays start in an order that the seed makes, and not in that of their ids.
    pub shuffle: bool,
    /// Whether what is recommended is demanded.
    pub strict: bool,
    /// Whether what the destination does not claim is tried as well, for information.
    pub probe: bool,
    /// Whether destinations of one dialect are compared by the accounts that they leave behind.
    pub compare: bool,
    /// The day on which known failures expire or do not.
    pub today: Date,
    /// How this program is called, for the line that reruns a scenario.
    pub program: String,
    /// Arguments of such a line that are the same for every destination.
    pub arguments: Vec<String>,
}

impl RunOptions {
    /// Every scenario once, on this day.
    #[must_use]
    pub fn on(today: Date) -> Self {
        Self {
            seed: 1,
            jobs: 8,
            repeat: 1,
            shuffle: false,
            strict: false,
            probe: false,
            compare: true,
            today,
            program: String::new(),
            arguments: Vec::new(),
        }
    }
}

/// A run that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Scenarios whose `given` the mock refuses, one message each.
    #[error("{}", .0.join("\n"))]
    BadScenarios(Vec<String>),
    /// The harness is at fault.
    #[error(transparent)]
    Fault(#[from] HarnessFault),
}

/// Is told about each scenario as it ends, in whatever order they do.
pub trait Progress: Send + Sync {
    /// `total` plays will be made.
    fn started(&self, total: usize);
    /// One play ended.
    fn finished(&self, destination: &str, scenario: &str);
    /// All of them ended.
    fn ended(&self);
}

/// Progress that nobody looks at.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _total: usize) {}
    fn finished(&self, _destination: &str, _scenario: &str) {}
    fn ended(&self) {}
}

/// One play of one scenario by one destination. Ordered as reports are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Play {
    pub(super) subject: usize,
    pub(super) scenario: String,
    pub(super) repetition: String,
}

/// The name of the play that tells the culprit of a crash from the victims. It is no number, so that it sorts last
/// and meets no repetition.
pub(super) const ALONE: &str = "alone";

/// Runs `plan` against every subject.
pub async fn run(
    plan: &Plan<'_>,
    subjects: &[Subject],
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<RunReport, RunError> {
    let plays = plays(plan, subjects, options);
    let keys = plays.iter().flat_map(|(play, _)| {
        let alone = Play { repetition: ALONE.to_owned(), ..play.clone() };
        [key_of(play, subjects, options.seed), key_of(&alone, subjects, options.seed)]
    });
    let harness = Arc::new(Harness::start(keys.collect::<BTreeSet<_>>(), options.seed).await?);
    prepare_all(&harness, &plays, subjects, options.seed)?;

    progress.started(plays.len());
    let (mut attempts, mut faults) = play_all(&harness, &plays, subjects, options, progress).await;
    replay_alone(&harness, &plays, subjects, options, &mut attempts, &mut faults).await;
    progress.ended();

    // Only when every destination has ended can nothing arrive any more: what is late shows now.
    let (mut leave_takings, mut logs) = (Vec::with_capacity(subjects.len()), Vec::new());
    for subject in subjects {
        leave_takings.push(take_leave(subject).await);
        logs.push(subject.driver.log().await.unwrap_or_default());
    }
    let mut late = BTreeMap::new();
    for (play, attempt) in &mut attempts {
        attempt.key_in_log = gives_away(&logs[play.subject], &attempt.key);
        let requests = harness.late_requests(&key_of(play, subjects, options.seed), &attempt.exchanges)?;
        late.insert(play.clone(), requests);
    }

    let destinations = subjects
        .iter()
        .enumerate()
        .zip(leave_takings)
        .map(|((index, subject), problem)| {
            let played = |scenario: &Scenario| played(&attempts, &late, index, scenario, options.repeat);
            destination_report(plan, subject, played, problem, options)
        })
        .collect();
    let report = RunReport {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        clock: CLOCK.to_owned(),
        seed: options.seed,
        selected: plan.selected().len(),
        available: plan.all_ids().len(),
        destinations,
        differences: if options.compare { differences(plan, subjects, &attempts) } else { Vec::new() },
        stray_requests: harness.stray_requests().iter().map(one_line).collect(),
        harness_faults: faults,
        requirements: None,
        shard: plan.shard(),
        fingerprint: plan.fingerprint().to_owned(),
    };
    if let Some(harness) = Arc::into_inner(harness) {
        harness.shutdown().await;
    }
    Ok(report)
}

/// Every play there will be, with its scenario.
fn plays<'a>(plan: &Plan<'a>, subjects: &[Subject], options: &RunOptions) -> Vec<(Play, &'a Scenario)> {
    let mut plays = Vec::new();
    for (subject, Subject { claims, .. }) in subjects.iter().enumerate() {
        let is_played = |planned: &PlannedScenario<'_>| {
            planned.not_applicable.is_none() || (options.probe && is_of_contract(planned.scenario, claims))
        };
        for planned in plan.for_claims(claims).into_iter().filter(is_played) {
            for repetition in 1..=options.repeat {
                let scenario = planned.scenario.id.clone();
                plays
                    .push((Play { subject, scenario, repetition: repetition.to_string() }, planned.scenario));
            }
        }
    }
    if options.shuffle {
        plays.sort_by_cached_key(|(play, _)| account_key::fnv1a(&[&key_of(play, subjects, options.seed)]));
    }
    plays
}

pub(super) fn key_of(play: &Play, subjects: &[Subject], seed: u64) -> String {
    account_key(&subjects[play.subject].name, &play.scenario, &play.repetition, seed)
}

/// Makes every account ready before the first event is sent, so that a bad scenario stops the run at once, and all
/// bad ones are named together.
fn prepare_all(
    harness: &Harness,
    plays: &[(Play, &Scenario)],
    subjects: &[Subject],
    seed: u64,
) -> Result<(), RunError> {
    let mut refused = BTreeSet::new();
    for (play, scenario) in plays {
        match harness.prepare(scenario, &key_of(play, subjects, seed)) {
            Ok(()) => {}
            Err(error @ PrepareError::BadGiven { .. }) => {
                refused.insert(error.to_string());
            }
            Err(PrepareError::Fault(fault)) => return Err(fault.into()),
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(RunError::BadScenarios(refused.into_iter().collect())) }
}

pub(super) type Attempts = BTreeMap<Play, Attempt>;

async fn play_all(
    harness: &Arc<Harness>,
    plays: &[(Play, &Scenario)],
    subjects: &[Subject],
    options: &RunOptions,
    progress: &dyn Progress,
) -> (Attempts, Vec<String>) {
    let (mut attempts, mut faults) = (Attempts::new(), Vec::new());
    let mut collect = |task: Result<(Play, Result<Attempt, HarnessFault>), JoinError>| match task {
        Ok((play, Ok(attempt))) => {
            progress.finished(&subjects[play.subject].name, &play.scenario);
            attempts.insert(play, attempt);
        }
        Ok((play, Err(fault))) => faults.push(format!("{}: {fault}", play.scenario)),
        Err(panic) => faults.push(format!("a scenario's task ended by itself: {panic}")),
    };
    let mut tasks = JoinSet::new();
    for (play, scenario) in plays {
        // They start in their order, so that one job at a time plays one after the other.
        if tasks.len() >= options.jobs.max(1)
            && let Some(task) = tasks.join_next().await
        {
            collect(task);
        }
        let (harness, play) = (Arc::clone(harness), play.clone());
        let (driver, scenario) = (Arc::clone(&subjects[play.subject].driver), (*scenario).clone());
        let key = key_of(&play, subjects, options.seed);
        tasks.spawn(async move {
            let attempt = harness.play(&driver, &scenario, &key).await;
            (play, attempt)
        });
    }
    while let Some(task) = tasks.join_next().await {
        collect(task);
    }
    faults.sort();
    (attempts, faults)
}

/// Says goodbye. A destination that cannot end properly may have lost what was pending.
async fn take_leave(subject: &Subject) -> Option<Problem> {
    let error = subject.driver.bye().await.err()?;
    matches!(error.kind, DriverErrorKind::Crash | DriverErrorKind::Timeout).then(|| Problem {
        kind: ProblemKind::DidNotEnd,
        scenario: None,
        message: format!("did not end properly after `bye`: {}", error.message),
    })
}

/// The plays of `scenario` that count.
fn played<'a>(
    attempts: &'a Attempts,
    late: &'a BTreeMap<Play, Vec<cordial_mock::JournalEntry>>,
    subject: usize,
    scenario: &Scenario,
    repeat: usize,
) -> Vec<Played<'a>> {
    let play = |repetition: String| Play { subject, scenario: scenario.id.clone(), repetition };
    let of = |play: Play| {
        let attempt = attempts.get(&play)?;
        Some(Played { attempt, late: late.get(&play).map_or(&[], Vec::as_slice) })
    };
    let alone = of(play(ALONE.to_owned()));
    (1..=repeat)
        .filter_map(|repetition| {
            let played = of(play(repetition.to_string()))?;
            Some(alone.filter(|_| is_shared_breakdown(played.attempt)).unwrap_or(played))
        })
        .collect()
}

fn destination_report<'a>(
    plan: &Plan<'_>,
    subject: &Subject,
    played: impl Fn(&Scenario) -> Vec<Played<'a>>,
    leave_taking: Option<Problem>,
    options: &RunOptions,
) -> DestinationReport {
    let mut scenarios = Vec::new();
    let mut applicable = BTreeSet::new();
    for planned in plan.for_claims(&subject.claims) {
        let scenario = planned.scenario;
        let rerun = rerun_line(subject, scenario, options);
        match planned.not_applicable {
            Some(reason) => {
                let probed = played(scenario);
                let reason = match probed.is_empty() {
                    true => reason,
                    false => {
                        let probe =
                            conclude::conclude(subject, scenario, &probed, String::new(), options.strict);
                        format!("{reason}; probed all the same: {}", probe.verdict.name())
                    }
                };
                let verdict = Verdict::NotApplicable { reason };
                scenarios.push(ScenarioReport {
                    why: scenario.why.clone(),
                    level: scenario.level,
                    of_contract: is_of_contract(scenario, &subject.claims),
                    rerun,
                    ..ScenarioReport::blank(&scenario.id, verdict)
                });
            }
            None => {
                applicable.insert(scenario.id.as_str());
                let played = played(scenario);
                // A play that the harness lost leaves a hole here, which `RunReport::conclusion` sees.
                if !played.is_empty() {
                    scenarios.push(conclude::conclude(subject, scenario, &played, rerun, options.strict));
                }
            }
        }
    }
    let mut problems = subject.problems.clone();
    let review = Review { known_ids: plan.all_ids(), today: options.today };
    problems.extend(subject.known_failures.apply(&mut scenarios, review));
    if !plan.is_partial() {
        problems.extend(subject.snapshots.unreferenced(&subject.name, &applicable));
    }
    problems.extend(leave_taking);
    DestinationReport {
        name: subject.name.clone(),
        about: subject.about.clone(),
        claims: subject.claims.clone(),
        snapshots: subject.snapshots.clone(),
        scenarios,
        problems,
    }
}

/// The command that runs one scenario alone.
fn rerun_line(subject: &Subject, scenario: &Scenario, options: &RunOptions) -> String {
    let only = ["--only".to_owned(), scenario.id.clone()];
    let arguments = subject.arguments.iter().chain(&options.arguments).chain(&only);
    let quoted = arguments.map(|argument| {
        // Only a NUL cannot be quoted, and no argument of a process holds one.
        shlex::try_quote(argument).map_or_else(|_| argument.clone(), |quoted| quoted.into_owned())
    });
    std::iter::once(format!("{} run", options.program)).chain(quoted).collect::<Vec<_>>().join(" ")
}

/// Where two destinations of one dialect left different accounts behind.
fn differences(plan: &Plan<'_>, subjects: &[Subject], attempts: &Attempts) -> Vec<EndStateDifference> {
    let end_state = |subject: usize, scenario: &Scenario| {
        let play = Play { subject, scenario: scenario.id.clone(), repetition: "1".to_owned() };
        let attempt = attempts.get(&play)?;
        attempt.results.is_ok().then(|| EndState::of(&attempt.state))
    };
    let mut differences = Vec::new();
    for scenario in plan.selected() {
        let states: Vec<_> = subjects
            .iter()
            .enumerate()
            .filter_map(|(at, subject)| Some((subject, end_state(at, scenario)?)))
            .collect();
        for (at, (first, one)) in states.iter().enumerate() {
            let of_same_dialect =
                states[at + 1..].iter().filter(|(second, _)| second.claims.dialect == first.claims.dialect);
            differences.extend(of_same_dialect.filter_map(|(second, other)| {
                Some(EndStateDifference {
                    scenario: scenario.id.clone(),
                    destinations: (first.name.clone(), second.name.clone()),
                    diff: compare(one, other)?,
                })
            }));
        }
    }
    differences
}
