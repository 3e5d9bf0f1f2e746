//! Segment's classic destination: `/segment` takes Segment's calls as they are and translates them by the account's
//! integration config (the seed; FACTS, "The classic destination").

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::traits::contact_body;
use crate::account::{EMAIL_ADDRESS, State};
use crate::contact_activities::{NewActivity, action_problem, properties_problem};
use crate::contacts::{Change, Contact};
use crate::dates;
use crate::email;
use crate::hints;
use crate::input::Input;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;

/// The action of a page call. `pageview` is reserved on REST; the vendor's own integration sends this (client).
const PAGE_VIEW: &str = "pageView";

/// `POST /segment`: what to do stands in the event's `type`.
///
/// # Errors
/// 400 `Incompatible type` for another type (client), then those of the call.
pub fn event(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    match call.body.fields.get("type").and_then(Value::as_str) {
        Some("identify") => identify(call, state),
        Some("group") => group(call, state),
        Some("track") => track(call, state),
        Some("page") => page(call, state),
        other => {
            let found =
                other.map_or_else(|| "there is none".to_owned(), |found| format!("this one is `{found}`"));
            Err(Refusal::incompatible_type()
                .because(format!("the event's type has to be identify, group, track or page: {found}")))
        }
    }
}

/// `POST /segment/identify`: updates the contact of the user id, or creates it.
///
/// # Errors
/// 422 for an invalid user id, a trait without an attribute (unless the config ignores those), a value that does
/// not fit its attribute. Nothing is stored then.
pub fn identify(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if let Some(dropped) = dropped(state) {
        return Ok(dropped);
    }
    let user_id = user_id(&call.body, state)?;
    let traits = object(&call.body, &["traits"])?;
    let found = state.contacts.find(&state.settings.primary_key, &user_id).cloned();
    let body = contact_body(&traits, &user_id, found.is_none(), state)?;
    let change = Change::read(&Input::from(body), found.as_deref(), state)?;
    change.store(found, call, state)?;
    Ok(done())
}

/// `POST /segment/group`: adds the contact to the list with the id `group_id`.
///
/// # Errors
/// 422 for an invalid user or group id, 404 for an unknown contact or list.
pub fn group(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if let Some(dropped) = dropped(state) {
        return Ok(dropped);
    }
    let contact = known_contact(call, state)?;
    let (field, group_id) = field(&call.body, &["groupId", "group_id"]);
    let id = match group_id {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        None | Some(Value::Null | Value::String(_)) => return Err(required(field)),
        Some(_) => return Err(invalid(field, format!("The {field} must be a string."))),
    };
    let Some(list) = state.list_with_id(&id) else {
        return Err(Refusal::record_not_found()
            .because(format!("no list has the id `{id}`: {field} is the list's id, a number"))
            .hint(hints::list_id(&id.replace('%', "%25"), state)));
    };
    let joined = list.enhanced.then_some(call.now);
    let mut contact = Contact::clone(&contact);
    contact.lists.entry(list.id).or_insert(joined);
    contact.last_modified = call.now;
    state.put_contact(contact).map_err(Refusal::messages)?;
    Ok(done())
}

/// `POST /segment/track`: one activity with the event's name and properties.
///
/// # Errors
/// 422 for an invalid user id, or a name that REST refuses too; 404 for an unknown contact, and none is made.
pub fn track(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if let Some(dropped) = dropped(state) {
        return Ok(dropped);
    }
    let contact = known_contact(call, state)?;
    let action = match call.body.fields.get("event") {
        Some(Value::String(event)) if !event.is_empty() => event.clone(),
        None | Some(Value::Null | Value::String(_)) => return Err(required("event")),
        Some(_) => return Err(invalid("event", "The event must be a string.")),
    };
    if let Some(problem) = action_problem("event", &action) {
        return Err(invalid("event", problem));
    }
    add_activity(call, state, &contact, action)
}

/// `POST /segment/page`: one page-view activity.
///
/// # Errors
/// 422 for an invalid user id, 404 for an unknown contact, and none is made.
pub fn page(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if let Some(dropped) = dropped(state) {
        return Ok(dropped);
    }
    let contact = known_contact(call, state)?;
    add_activity(call, state, &contact, PAGE_VIEW.to_owned())
}

fn add_activity(call: &Call, state: &mut State, contact: &Contact, action: String) -> Result<Reply, Refusal> {
    let properties = object(&call.body, &["properties"])?;
    if let Some(problem) = properties_problem(&properties) {
        return Err(invalid("properties", problem));
    }
    let time = timestamp(call, state)?;
    state.add_activity(
        NewActivity { contact: contact.id, action, time, uid: None, properties },
        call.ids,
        call.now,
    );
    Ok(done())
}

fn timestamp(call: &Call, state: &State) -> Result<Timestamp, Refusal> {
    match call.body.fields.get("timestamp") {
        None | Some(Value::Null) => Ok(call.now),
        Some(value) => value
            .as_str()
            .and_then(|text| dates::parse(text, state.settings.timezone.zone()))
            .ok_or_else(|| invalid("timestamp", "The timestamp is not a valid date.")),
    }
}

fn known_contact(call: &Call, state: &State) -> Result<Arc<Contact>, Refusal> {
    let user_id = user_id(&call.body, state)?;
    let key = &state.settings.primary_key;
    state.contacts.find(key, &user_id).cloned().ok_or_else(|| {
        Refusal::record_not_found()
            .because(format!(
                "the user id is valid, but no contact has `{user_id}` as its {key}: an identify creates one"
            ))
            .hint(hints::contact(key, &user_id, state))
    })
}

/// The user id, where it can be a value of the account's primary key.
fn user_id(body: &Input, state: &State) -> Result<String, Refusal> {
    let (field, value) = field(body, &["userId", "user_id"]);
    let key = &state.settings.primary_key;
    match value {
        None | Some(Value::Null) => Err(required(field)),
        Some(Value::String(text)) if text.is_empty() => Err(required(field)),
        Some(Value::String(text)) if key == EMAIL_ADDRESS && !email::is_valid(text) => {
            let refusal = invalid(field, format!("The {field} must be a valid email address."));
            Err(refusal
                .because(format!("the account's primary key is {key}, and `{text}` is no e-mail address")))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(invalid(field, format!("The {field} must be a string."))),
    }
}

/// The first of the names that the body has, else the first of them.
fn field<'a>(body: &'a Input, names: &[&'static str]) -> (&'static str, Option<&'a Value>) {
    let present = names.iter().find_map(|name| body.fields.get(*name).map(|value| (*name, Some(value))));
    present.unwrap_or((names.first().copied().unwrap_or_default(), None))
}

fn object(body: &Input, names: &[&'static str]) -> Result<Map<String, Value>, Refusal> {
    match field(body, names) {
        (_, None | Some(Value::Null)) => Ok(Map::new()),
        (_, Some(Value::Object(fields))) => Ok(fields.clone()),
        (name, Some(_)) => Err(invalid(name, format!("The {name} must be an array."))),
    }
}

/// The reply while the integration is disabled; `None` while it is not.
fn dropped(state: &State) -> Option<Reply> {
    state.integration.as_ref().filter(|config| !config.enabled)?;
    let why = "the account's segment integration is disabled: the event is dropped";
    Some(Reply { why: Some(why.to_owned()), ..done() })
}

fn done() -> Reply {
    Reply::ok(&json!({}))
}

fn required(field: &str) -> Refusal {
    let mut errors = FieldErrors::default();
    errors.required(field);
    errors.into()
}

fn invalid(field: &str, text: impl Into<String>) -> Refusal {
    let mut errors = FieldErrors::default();
    errors.add(field, text);
    errors.into()
}
