//! The vendor's "Actions" destination talks to this (FACTS, "Segment ingest").

use serde_json::{Map, Value, json};

use super::identity::{Identity, Resolved};
use crate::account::State;
use crate::account_lists::{self, AccountList};
use crate::contact_activities::{NewActivity, action_problem, properties_problem};
use crate::contacts::{Change, Contact};
use crate::dates;
use crate::hints;
use crate::input::Input;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;

/// `GET /api/checkAuth`: that the request got here says that its key is good.
///
/// # Errors
/// None; a bad key is refused before.
pub fn check_auth(_: &Call, _: &mut State) -> Result<Reply, Refusal> {
    Ok(done())
}

/// `POST /api/segment/upsertContact`: attributes that the account lacks are left out (client).
///
/// # Errors
/// 422 for values that do not fit their attribute.
pub fn upsert_contact(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let attributes = object(&call.body, "attributes")?;
    let Some((mut contact, created)) = contact(call, state) else { return Ok(ignored()) };
    let (known, left_out) = known_fields(attributes, state);
    let change = Change::read(&Input::from(known), Some(&contact), state)?;
    contact.last_update_source = "api".into();
    change.apply(contact, created, state, call.now)?;
    let mut reply = done();
    if !left_out.is_empty() {
        let hints = left_out.iter().filter_map(|key| hints::name("attribute", key, state.attributes.keys()));
        let why = format!("the account has no attribute {}: left out", left_out.join(", "));
        reply.why = Some(std::iter::once(why).chain(hints).collect::<Vec<_>>().join("; "));
    }
    Ok(reply)
}

/// `POST /api/segment/createContactactivity`.
///
/// # Errors
/// 422 for an action, time or properties that REST refuses too.
pub fn create_activity(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut errors = FieldErrors::default();
    let action = match call.body.fields.get("action") {
        Some(Value::String(action)) if !action.is_empty() => {
            if let Some(problem) = action_problem("action", action) {
                errors.add("action", problem);
            }
            action.clone()
        }
        None | Some(Value::Null | Value::String(_)) => {
            errors.required("action");
            String::new()
        }
        Some(_) => {
            errors.add("action", "The action must be a string.");
            String::new()
        }
    };
    // An empty time means the time of the upload (vendor docs).
    let time = match call.body.fields.get("time") {
        None | Some(Value::Null) => call.now,
        Some(Value::String(text)) if text.is_empty() => call.now,
        Some(value) => value
            .as_str()
            .and_then(|text| dates::parse(text, state.settings.timezone.zone()))
            .unwrap_or_else(|| {
                errors.add("time", "The time is not a valid date.");
                call.now
            }),
    };
    errors.into_result()?;
    let properties = object(&call.body, "properties")?;
    if let Some(problem) = properties_problem(&properties) {
        return Err(invalid("properties", problem));
    }
    let Some((contact, created)) = contact(call, state) else { return Ok(ignored()) };
    let id = contact.id;
    store(contact, created, call, state)?;
    state.add_activity(NewActivity { contact: id, action, time, uid: None, properties }, call.ids, call.now);
    Ok(done())
}

/// `POST /api/segment/addContactToList`: a list that does not exist is created, enhanced (client).
///
/// # Errors
/// 422 without a group id, or for a new list whose name REST refuses, too.
pub fn add_to_list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let group_id = group_id(call)?;
    let name = list_name(call, &group_id)?;
    let Some((mut contact, created)) = contact(call, state) else { return Ok(ignored()) };
    let list = match find_list(&group_id, &name, state) {
        Some(list) => list.clone(),
        None => new_list(group_id, name, state)?,
    };
    contact.lists.entry(list.id).or_insert_with(|| list.enhanced.then_some(call.now));
    // The contact first, as it can be refused, and the list is not made then.
    store(contact, created, call, state)?;
    state.lists.entry(list.id).or_insert(list);
    Ok(done())
}

/// `POST /api/segment/removeContactFromList`: nothing happens when there is no such list (client).
///
/// # Errors
/// 422 without a group id.
pub fn remove_from_list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let group_id = group_id(call)?;
    let name = list_name(call, &group_id)?;
    let Some(list) = find_list(&group_id, &name, state).map(|list| list.id) else {
        return Ok(Reply {
            why: Some(format!("no list belongs to the group `{group_id}`: nothing to leave")),
            ..done()
        });
    };
    let Some((mut contact, created)) = contact(call, state) else { return Ok(ignored()) };
    contact.lists.remove(&list);
    store(contact, created, call, state)?;
    Ok(done())
}

/// The contact that the request means, marked with what it is known by, and whether it is new. `None` when the
/// request identifies nobody.
pub(super) fn contact(call: &Call, state: &mut State) -> Option<(Contact, bool)> {
    let identity = Identity::read(&call.body, state);
    let (mut contact, created) = match identity.resolve(state) {
        Resolved::Known(contact) => (Contact::clone(&contact), false),
        Resolved::New => (Contact::new(state.fresh_id(call.ids, call.now), call.now), true),
        Resolved::Nobody => return None,
    };
    identity.mark(&mut contact, state);
    Some((contact, created))
}

pub(super) fn store(contact: Contact, created: bool, call: &Call, state: &mut State) -> Result<(), Refusal> {
    Change::default().apply(contact, created, state, call.now)
}

/// The fields that the account has a place for, in the form that a contact's body takes, and the keys of the others.
fn known_fields(attributes: Map<String, Value>, state: &State) -> (Map<String, Value>, Vec<String>) {
    let (mut known, mut left_out) = (Map::new(), Vec::new());
    for (key, value) in attributes {
        let attribute = key.split_once('.').map_or(key.as_str(), |(attribute, _)| attribute);
        if let Some(path) = key.strip_prefix("channels.") {
            nest(&mut known, path, value);
        } else if state.attributes.contains_key(attribute) || key == "channels" {
            known.insert(key, value);
        } else {
            left_out.push(key);
        }
    }
    (known, left_out)
}

/// Puts `email.address` and the like where a contact's body has it.
fn nest(body: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((channel, field)) = path.split_once('.') else { return };
    let mut fields = body;
    for step in ["channels", channel] {
        let slot = fields.entry(step).or_insert_with(|| json!({}));
        // What is no object was sent as such under `channels`, and is refused with the rest of the body.
        let Some(inner) = slot.as_object_mut() else { return };
        fields = inner;
    }
    fields.insert(field.to_owned(), value);
}

fn group_id(call: &Call) -> Result<String, Refusal> {
    call.body.text("groupId").filter(|id| !id.is_empty()).ok_or_else(|| {
        let mut errors = FieldErrors::default();
        errors.required("groupId");
        errors.into()
    })
}

/// The list's name: `listName` with its first space turned into a dash, as the vendor's client once did it, or a
/// name made of the group's id.
fn list_name(call: &Call, group_id: &str) -> Result<String, Refusal> {
    match call.body.fields.get("listName") {
        Some(Value::String(name)) if !name.is_empty() => Ok(name.replacen(' ', "-", 1)),
        None | Some(Value::Null | Value::String(_)) => Ok(format!("segment_{group_id}")),
        Some(_) => Err(invalid("listName", "The listName must be a string.")),
    }
}

fn find_list<'a>(group_id: &str, name: &str, state: &'a State) -> Option<&'a AccountList> {
    let by_group = state.lists.values().find(|list| list.segment_group_id.as_deref() == Some(group_id));
    by_group.or_else(|| state.list_named(name))
}

/// A list that REST would not make is not made here either: a group's name with a second space or a comma, for one.
fn new_list(group_id: String, name: String, state: &State) -> Result<AccountList, Refusal> {
    account_lists::check_name(&name, None, state)?;
    Ok(AccountList { id: state.next_list_id(), name, enhanced: true, segment_group_id: Some(group_id) })
}

fn object(body: &Input, field: &str) -> Result<Map<String, Value>, Refusal> {
    match body.fields.get(field) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields.clone()),
        Some(_) => Err(invalid(field, format!("The {field} must be an array."))),
    }
}

fn invalid(field: &str, text: impl Into<String>) -> Refusal {
    let mut errors = FieldErrors::default();
    errors.add(field, text);
    errors.into()
}

fn done() -> Reply {
    Reply::ok(&json!({}))
}

/// Why a request has no effect.
pub(super) const NOBODY: &str =
    "no identity could be used (userIdentities, segmentId with segmentIdKey, a known anonymousId): ignored";

/// A request that identifies nobody is ignored (vendor docs).
fn ignored() -> Reply {
    Reply { why: Some(NOBODY.to_owned()), ..done() }
}
