//! From an event to the calls that it becomes.

use serde_json::{Map, Value, json};

use super::identity::{Identity, id};
use super::{Instance, attributes, commerce};

/// The action of a page call.
const PAGE_VIEW: &str = "pageView";

/// One request to the ingest.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    /// The last part of its path.
    pub(super) action: &'static str,
    pub(super) body: Map<String, Value>,
}

/// Why an event, or a call of it, is not sent.
#[derive(Debug, PartialEq)]
pub(super) enum Unfit {
    /// It is about nobody, and so about nothing.
    Nobody,
    /// It lacks what the call cannot do without.
    Lacks(&'static str),
    /// No call is made of events of this type.
    NotSupported(String),
}

impl Call {
    /// A call about a person, with what is to be done.
    pub(super) fn new(
        action: &'static str,
        mut person: Map<String, Value>,
        fields: Map<String, Value>,
    ) -> Self {
        person.extend(fields);
        Self { action, body: person }
    }
}

/// The calls of an event, in the order in which they are made. An event that is unfit as a whole is one such call.
pub(super) fn calls(instance: &Instance, event: &Value) -> Vec<Result<Call, Unfit>> {
    let Some(who) = Identity::of(event) else { return vec![Err(Unfit::Nobody)] };
    let person = who.body(instance);
    match event["type"].as_str() {
        Some("identify") => vec![Ok(identify(instance, event, &who, person))],
        Some("group") => vec![group(event, person)],
        Some("track") => track(event, person),
        Some("page") => vec![Ok(activity(event, person, PAGE_VIEW))],
        Some("alias") => vec![alias(instance, event, &who)],
        other => vec![Err(Unfit::NotSupported(other.unwrap_or("without a type").to_owned()))],
    }
}

fn identify(instance: &Instance, event: &Value, who: &Identity, person: Map<String, Value>) -> Call {
    let attributes = attributes::mapped(&instance.rows, &event["traits"], who.user_id.as_deref());
    Call::new("upsertContact", person, fields([("attributes", Some(Value::Object(attributes)))]))
}

/// Cordial finds the list by the group's id, then by its name, and makes it otherwise.
fn group(event: &Value, person: Map<String, Value>) -> Result<Call, Unfit> {
    let id = id(event, "groupId").ok_or(Unfit::Lacks("the event has no groupId"))?;
    let name = event["traits"].get("name").filter(|name| !name.is_null()).cloned();
    Ok(Call::new("addContactToList", person, fields([("groupId", Some(json!(id))), ("listName", name)])))
}

fn track(event: &Value, person: Map<String, Value>) -> Vec<Result<Call, Unfit>> {
    let Some(name) = event["event"].as_str().filter(|name| !name.is_empty()) else {
        return vec![Err(Unfit::Lacks("the event has no name"))];
    };
    let own = commerce::call(name, event, person.clone());
    own.into_iter().chain([Ok(activity(event, person, name))]).collect()
}

fn activity(event: &Value, person: Map<String, Value>, action: &str) -> Call {
    let given = |field: &str| event.get(field).filter(|value| !value.is_null()).cloned();
    let what = fields([
        ("action", Some(json!(action))),
        ("time", given("timestamp")),
        ("properties", given("properties")),
        ("context", given("context")),
    ]);
    Call::new("createContactactivity", person, what)
}

/// Whoever was known by the earlier id is one with whoever is known by the user id.
fn alias(instance: &Instance, event: &Value, who: &Identity) -> Result<Call, Unfit> {
    let previous = id(event, "previousId");
    if who.user_id.is_none() || (previous.is_none() && who.anonymous_id.is_none()) {
        return Err(Unfit::Lacks("an alias needs a userId and the id before it"));
    }
    let previous = fields([("previousId", previous.map(Value::String))]);
    Ok(Call::new("mergeContacts", who.segment_ids(instance), previous))
}

/// The fields that have a value.
fn fields<const N: usize>(all: [(&str, Option<Value>); N]) -> Map<String, Value> {
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
