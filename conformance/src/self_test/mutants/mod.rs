//! The mutants: each is the reference destination with one small thing wrong, and says which checks are there to see
//! it.

/// A mutant that changes events.
macro_rules! event {
    ($name:literal, $area:literal, $intended:expr, $change:expr) => {
        mutant($name, $area, $intended, || once(Behaviour { event: Some($change), ..Behaviour::default() }))
    };
}

/// A mutant that changes requests.
macro_rules! wire {
    ($name:literal, $area:literal, $intended:expr, $change:expr) => {
        mutant($name, $area, $intended, || once(Behaviour { tamper: Some($change), ..Behaviour::default() }))
    };
}

/// A mutant that says something else than what happened.
macro_rules! says {
    ($name:literal, $area:literal, $intended:expr, $change:expr) => {
        mutant($name, $area, $intended, || once(Behaviour { result: Some($change), ..Behaviour::default() }))
    };
}

mod changes;
mod cheating;
mod classification;
mod events;
mod lifecycle;
mod mapping;
mod privacy;
mod retry;
mod routing;
mod together;

use std::sync::Arc;

use serde_json::Value;

use crate::destination::reference::Misread;
use crate::driver::{Driver, InProcess};
use crate::self_test::behaviour::Behaviour;
use crate::self_test::{Make, Mutant};

type Made = Result<Arc<dyn Driver>, reqwest::Error>;

/// Checks of the account at the end.
const CONTACTS: &[&str] = &["state.contacts"];
const ACTIVITIES: &[&str] = &["state.activities"];
const OUTCOME: &[&str] = &["result.outcome"];
const WIRE: &[&str] = &["honest-delivery"];

fn once(behaviour: Behaviour) -> Made {
    Ok(Arc::new(InProcess::new(behaviour.once()?)))
}

fn mutant(
    name: &'static str,
    area: &'static str,
    intended: &'static [&'static str],
    make: fn() -> Made,
) -> Mutant {
    Mutant { name, area, intended, breaks_down: false, make: Make::InProcess(make) }
}

/// A mutant that reads another integration config from the account than there is.
fn config(name: &'static str, intended: &'static [&'static str], change: fn(&mut Value)) -> Mutant {
    Mutant { name, area: "mapping", intended, breaks_down: false, make: Make::Config(change) }
}

/// A mutant that takes a reply for something else.
fn misreads(
    name: &'static str,
    area: &'static str,
    intended: &'static [&'static str],
    misread: Misread,
) -> Mutant {
    Mutant { name, area, intended, breaks_down: false, make: Make::Misreads(misread) }
}

/// All of them.
pub(super) fn all() -> Vec<Mutant> {
    let of_classic = [
        mapping::mutants(),
        events::mutants(),
        routing::mutants(),
        privacy::mutants(),
        classification::mutants(),
        retry::mutants(),
        lifecycle::mutants(),
        together::mutants(),
        cheating::mutants(),
    ];
    of_classic.into_iter().flatten().chain(super::actions::mutants()).collect()
}
