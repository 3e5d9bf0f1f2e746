//! Wrong destinations of the Actions dialect, and harmless ones: each is its reference destination with one small
//! thing changed.

/// A mutant that changes requests.
macro_rules! wire {
    ($area:expr, $name:literal, $intended:expr, $change:expr) => {
        mutant($area, $name, $intended, || {
            driver(Behaviour { tamper: Some($change), ..Behaviour::default() })
        })
    };
}

/// A mutant that changes events.
macro_rules! event {
    ($area:expr, $name:literal, $intended:expr, $change:expr) => {
        mutant($area, $name, $intended, || driver(Behaviour { event: Some($change), ..Behaviour::default() }))
    };
}

/// A mutant that says something else than what happened.
macro_rules! says {
    ($area:expr, $name:literal, $intended:expr, $change:expr) => {
        mutant($area, $name, $intended, || {
            driver(Behaviour { result: Some($change), ..Behaviour::default() })
        })
    };
}

mod commerce;
mod delivery;
mod people;
mod variants;

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::{Make, Mutant};
use crate::destination::client::Outgoing;
use crate::driver::{Driver, InProcess};

pub(super) use variants::variants;

type Made = Result<Arc<dyn Driver>, reqwest::Error>;

const CONTACTS: &[&str] = &["state.contacts"];
const ACTIVITIES: &[&str] = &["state.activities"];
const OUTCOME: &[&str] = &["result.outcome"];

/// All of them.
pub(super) fn mutants() -> Vec<Mutant> {
    [people::mutants(), commerce::mutants(), delivery::mutants()].into_iter().flatten().collect()
}

fn mutant(
    area: &'static str,
    name: &'static str,
    intended: &'static [&'static str],
    make: fn() -> Made,
) -> Mutant {
    Mutant { name, area, intended, breaks_down: false, make: Make::InProcess(make) }
}

fn driver(behaviour: Behaviour) -> Made {
    Ok(Arc::new(InProcess::new(behaviour.actions()?)))
}

/// Changes the body of a call of this action.
fn call(request: &mut Outgoing, action: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    if is_call(request, action) {
        every_call(request, change);
    }
}

/// Changes the body, whatever the action.
fn every_call(request: &mut Outgoing, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Some(body) = &mut request.body {
        change(body);
    }
}

fn is_call(request: &Outgoing, action: &str) -> bool {
    request.url.rsplit('/').next() == Some(action)
}

/// Another action with the same body.
fn instead(request: &mut Outgoing, action: &str, other: &str) {
    if is_call(request, action) {
        request.url = request.url.replace(action, other);
    }
}

/// Leaves out calls of this action whose body is so: a question that changes nothing takes their place.
fn leave_out(request: &mut Outgoing, action: &str, is_meant: impl FnOnce(&Map<String, Value>) -> bool) {
    if is_call(request, action) && request.body.as_ref().is_some_and(is_meant) {
        request.method = Method::GET;
        request.url = request.url.replace(&format!("segment/{action}"), "checkAuth");
        request.body = None;
    }
}

/// The object in this field, where it is one.
fn object<'a>(body: &'a mut Map<String, Value>, field: &str) -> Option<&'a mut Map<String, Value>> {
    body.get_mut(field)?.as_object_mut()
}

fn swap(body: &mut Map<String, Value>, one: &str, other: &str) {
    let values = (body.shift_remove(one), body.shift_remove(other));
    body.extend(values.0.map(|value| (other.to_owned(), value)));
    body.extend(values.1.map(|value| (one.to_owned(), value)));
}
