//! Tells the culprit of a breakdown from its victims: what broke down is played again with nothing beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::harness::{Attempt, Harness, HarnessFault};
use super::runner::{ALONE, Attempts, Play, RunOptions, key_of};
use super::subject::Subject;
use crate::driver::{Driver, DriverErrorKind};
use crate::scenario::{Capability, Scenario};

/// How many scenarios that hung alone as well it takes to believe the rest of them unseen: each costs a deadline.
const HANGS_THAT_SUFFICE: usize = 3;

/// What hung with nothing beside it.
#[derive(Debug, Default)]
struct Hangs {
    count: usize,
    /// The calls that all of them need.
    needs: BTreeSet<Capability>,
}

impl Hangs {
    fn add(&mut self, needs: &BTreeSet<Capability>) {
        self.needs = if self.count == 0 { needs.clone() } else { &self.needs & needs };
        self.count += 1;
    }

    fn suffice(&self) -> bool {
        self.count >= HANGS_THAT_SUFFICE
    }

    /// Whether what needs these calls is likely to hang: it needs all that everything needs that did.
    fn are_likely(&self, needs: &BTreeSet<Capability>) -> bool {
        !self.needs.is_empty() && self.needs.is_subset(needs)
    }
}

/// One process serves many scenarios at once, so its crash, its noise or its hang fails all that were in flight. Each
/// of them is played once more with nothing beside it: whoever still fails so is the culprit, the others get the
/// verdict they earn. Destinations do not wait for each other.
pub(super) async fn replay_alone(
    harness: &Arc<Harness>,
    plays: &[(Play, &Scenario)],
    subjects: &[Subject],
    options: &RunOptions,
    attempts: &mut Attempts,
    faults: &mut Vec<String>,
) {
    if plays.len() < 2 || options.jobs < 2 {
        return;
    }
    let mut tasks = JoinSet::new();
    for (index, subject) in subjects.iter().enumerate() {
        let broken: Vec<Broken> = plays
            .iter()
            .filter(|(play, _)| play.subject == index)
            .filter_map(|(play, scenario)| {
                let attempt = attempts.get(play).filter(|attempt| is_shared_breakdown(attempt))?;
                let alone = Play { repetition: ALONE.to_owned(), ..play.clone() };
                let key = key_of(&alone, subjects, options.seed);
                Some(Broken { alone, scenario: (*scenario).clone(), key, hung: hung(attempt) })
            })
            .collect();
        tasks.spawn(replay_one_by_one(Arc::clone(harness), Arc::clone(&subject.driver), broken));
    }
    while let Some(task) = tasks.join_next().await {
        match task {
            Ok(replayed) => {
                for (play, attempt) in replayed {
                    match attempt {
                        Ok(attempt) => {
                            attempts.insert(play, attempt);
                        }
                        Err(fault) => faults.push(format!("{}: {fault}", play.scenario)),
                    }
                }
            }
            Err(panic) => faults.push(format!("a replay ended by itself: {panic}")),
        }
    }
}

/// A play that broke down and is to be played again.
struct Broken {
    alone: Play,
    scenario: Scenario,
    key: String,
    hung: bool,
}

async fn replay_one_by_one(
    harness: Arc<Harness>,
    driver: Arc<dyn Driver>,
    broken: Vec<Broken>,
) -> Vec<(Play, Result<Attempt, HarnessFault>)> {
    let mut hangs = Hangs::default();
    let mut replayed = Vec::with_capacity(broken.len());
    for Broken { alone, scenario, key, hung: hung_before } in broken {
        if hangs.suffice() && (hung_before || hangs.are_likely(&scenario.needs)) {
            continue;
        }
        let attempt = match harness.prepare(&scenario, &key) {
            Ok(()) => harness.play(&driver, &scenario, &key).await,
            Err(error) => Err(HarnessFault(error.to_string())),
        };
        if attempt.as_ref().is_ok_and(hung) {
            hangs.add(&scenario.needs);
        }
        replayed.push((alone, attempt));
    }
    replayed
}

fn hung(attempt: &Attempt) -> bool {
    attempt.results.as_ref().is_err_and(|error| error.kind == DriverErrorKind::Timeout)
}

/// Whether a play failed in a way that another scenario beside it may have caused.
pub(super) fn is_shared_breakdown(attempt: &Attempt) -> bool {
    attempt.results.as_ref().is_err_and(|error| {
        matches!(error.kind, DriverErrorKind::Crash | DriverErrorKind::Timeout | DriverErrorKind::Protocol)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: [Capability; 1] = [Capability::Group];
    const BOTH: [Capability; 2] = [Capability::Identify, Capability::Group];
    const IDENTIFY: [Capability; 1] = [Capability::Identify];

    fn hung<const N: usize>(scenarios: [&[Capability]; N]) -> Hangs {
        let mut hangs = Hangs::default();
        scenarios.into_iter().for_each(|needs| hangs.add(&needs.iter().copied().collect()));
        hangs
    }

    #[test]
    fn what_needs_the_call_that_all_of_them_need_is_likely_to_hang() {
        let hangs = hung([&GROUP, &BOTH, &GROUP]);
        assert!(hangs.suffice() && !hung([&GROUP, &BOTH]).suffice());
        assert!(hangs.are_likely(&GROUP.into()) && hangs.are_likely(&BOTH.into()));
        assert!(!hangs.are_likely(&IDENTIFY.into()));
    }

    #[test]
    fn hangs_with_nothing_in_common_make_none_likely() {
        assert!(!hung([&GROUP, &IDENTIFY, &BOTH]).are_likely(&BOTH.into()));
    }
}
