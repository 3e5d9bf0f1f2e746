//! Contact activities, which Segment calls events (FACTS, "Contact activities").

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::account::{EMAIL_ADDRESS, State};
use crate::dates;
use crate::hints;
use crate::message::Reply;
use crate::query::{self, Page};
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::{Call, Version};
use crate::world::{IdStamp, ObjectId};

/// The longest name of an action (vendor docs).
const MAX_ACTION_LENGTH: usize = 40;
/// How many properties an activity may have (vendor docs).
const MAX_PROPERTIES: usize = 1000;
/// Names that only Cordial itself gives (vendor docs).
const RESERVED_ACTIONS: [&str; 8] =
    ["message-sent", "open", "click", "optout", "bounce", "complaint", "pageview", "message-stopped"];

/// How the names of Cordial's system events begin, which are reserved as well (vendor docs).
const SYSTEM_PREFIX: &str = "crdl_";
/// What a body may have besides an identifier (official).
const FIELDS: [&str; 4] = ["a", "ats", "properties", "UID"];

/// Something that a contact did.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Cordial's id of it.
    pub id: ObjectId,
    /// Whose it is.
    pub contact: ObjectId,
    /// Its name; `a` when sent, `action` when read.
    pub action: String,
    /// When it happened; `ats` when sent, `time` when read.
    pub time: Timestamp,
    /// The sender's own id of it.
    pub uid: Option<String>,
    /// What else is known.
    pub properties: Map<String, Value>,
}

/// An activity to be stored, whoever sends it.
#[derive(Debug)]
pub struct NewActivity {
    /// Whose it is.
    pub contact: ObjectId,
    /// Its name.
    pub action: String,
    /// When it happened.
    pub time: Timestamp,
    /// The sender's own id of it.
    pub uid: Option<String>,
    /// What else is known, as sent.
    pub properties: Map<String, Value>,
}

impl State {
    /// Stores an activity, without the property keys that Cordial strips.
    pub fn add_activity(&mut self, new: NewActivity, ids: IdStamp, now: Timestamp) {
        let id = self.fresh_id(ids, now);
        let mut properties = new.properties;
        properties.retain(|key, _| !is_stripped(key));
        self.activities.push_back(Arc::new(Activity {
            id,
            contact: new.contact,
            action: new.action,
            time: new.time,
            uid: new.uid,
            properties,
        }));
    }
}

/// Keys that are only digits, or hold a dot, are dropped without a word (vendor docs, official).
fn is_stripped(key: &str) -> bool {
    key.contains('.') || (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Why an action's name, which stands in `field`, is refused; `None` when it is fine.
#[must_use]
pub fn action_problem(field: &str, action: &str) -> Option<String> {
    if action.chars().count() > MAX_ACTION_LENGTH {
        return Some(format!("The {field} may not be greater than {MAX_ACTION_LENGTH} characters."));
    }
    let reserved = RESERVED_ACTIONS.contains(&action) || action.starts_with(SYSTEM_PREFIX);
    reserved.then(|| format!("The selected {field} is invalid."))
}

/// Why properties are refused; `None` when they are fine.
#[must_use]
pub fn properties_problem(properties: &Map<String, Value>) -> Option<String> {
    (properties.len() > MAX_PROPERTIES)
        .then(|| format!("The properties may not have more than {MAX_PROPERTIES} items."))
}

/// `POST /contactactivities`. An activity never makes a contact (inferred).
///
/// # Errors
/// Field errors: 422 in v1 (recorded), 400 in v2 (official). 422 `Contact doesn't exist`, `too many parameters`.
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut errors = FieldErrors::default();
    let action = read_action(call, &mut errors);
    let time = read_time(call, state, &mut errors);
    let properties = read_properties(call, &mut errors);
    let uid = read_uid(call, &mut errors);
    let status = match call.version {
        Version::V1 => StatusCode::UNPROCESSABLE_ENTITY,
        Version::V2 => StatusCode::BAD_REQUEST,
    };
    errors.into_result().map_err(|refusal| refusal.with_status(status))?;
    let contact = state.contact_in_body(&call.body.fields).map_err(|refusal| refusal.with_status(status))?;
    let new = NewActivity { contact: contact.id, action, time, uid, properties };
    state.add_activity(new, call.ids, call.now);
    let status = if call.version == Version::V2 { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Reply { status, why: left_out(call, state), ..Reply::success() })
}

/// What the journal says of fields that no activity has, `time` for `ats` being the most common.
fn left_out(call: &Call, state: &State) -> Option<String> {
    let is_known = |key: &str| FIELDS.contains(&key) || state.identifier_key(key).is_some();
    let unknown = call.body.fields.keys().find(|key| !is_known(key))?;
    let hint = match unknown.as_str() {
        "time" => Some("the time of an activity is `ats`".to_owned()),
        key => hints::name("field", key, FIELDS),
    };
    let why = format!("an activity has no field `{unknown}`: left out");
    Some(hint.map_or_else(|| why.clone(), |hint| format!("{why}; {hint}")))
}

fn read_uid(call: &Call, errors: &mut FieldErrors) -> Option<String> {
    let sent = call.body.fields.get("UID").filter(|value| !value.is_null())?;
    if !sent.is_string() && !sent.is_number() {
        errors.add("UID", "The UID must be a string.");
    }
    call.body.text("UID")
}

fn read_action(call: &Call, errors: &mut FieldErrors) -> String {
    match call.body.fields.get("a") {
        Some(Value::String(action)) if !action.is_empty() => {
            if let Some(problem) = action_problem("a", action) {
                errors.add("a", problem);
            }
            return action.clone();
        }
        None | Some(Value::Null | Value::String(_)) => errors.required("a"),
        Some(_) => errors.add("a", "The a must be a string."),
    }
    String::new()
}

fn read_time(call: &Call, state: &State, errors: &mut FieldErrors) -> Timestamp {
    match call.body.fields.get("ats") {
        None | Some(Value::Null) => call.now,
        Some(value) => value
            .as_str()
            .and_then(|text| dates::parse(text, state.settings.timezone.zone()))
            .unwrap_or_else(|| {
                errors.add("ats", "The ats is not a valid date.");
                call.now
            }),
    }
}

fn read_properties(call: &Call, errors: &mut FieldErrors) -> Map<String, Value> {
    match call.body.fields.get("properties") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(properties)) => {
            if let Some(problem) = properties_problem(properties) {
                errors.add("properties", problem);
            }
            properties.clone()
        }
        // PHP does not tell an empty list from an empty map.
        Some(Value::Array(items)) if items.is_empty() => Map::new(),
        Some(_) => {
            errors.add("properties", "The properties must be an array.");
            Map::new()
        }
    }
}

/// `GET /contactactivities`: v1 a bare array, oldest first (recorded); v2 `{"data":[...]}` (client).
///
/// # Errors
/// 404 when none matches (recorded); 422 `Time value is incorrect` (as for orders: inferred).
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let page = Page::read(&call.query)?;
    let range = query::TimeRange::read(&call.query, "time", state.settings.timezone.zone())?;
    let mut matching: Vec<_> = state
        .activities
        .iter()
        .filter(|activity| range.contains(activity.time) && matches(activity, call, state))
        .cloned()
        .collect();
    if matching.is_empty() {
        return Err(Refusal::record_not_found()
            .because("no activity matches the filters")
            .hint(hint(call, state)));
    }
    matching.sort_by_key(|activity| activity.time);
    if call.query.get("sort_dir") == Some("desc") {
        matching.reverse();
    }
    let items: Value = page.of(&matching).iter().map(|activity| render(activity, call, state)).collect();
    let body = match call.version {
        Version::V1 => items,
        Version::V2 => json!({ "data": items }),
    };
    Ok(query::with_count(Reply::ok(&body), &call.query, matching.len()))
}

/// What is wrong with the filters, where one of them cannot match.
fn hint(call: &Call, state: &State) -> Option<String> {
    let email = call.query.get("email").filter(|email| state.contacts.find(EMAIL_ADDRESS, email).is_none());
    let of_contact = email.and_then(|email| hints::contact(EMAIL_ADDRESS, email, state));
    of_contact.or_else(|| {
        let known = state.activities.iter().rev().map(|activity| &activity.action);
        hints::name("action", call.query.get("action")?, known)
    })
}

fn matches(activity: &Activity, call: &Call, state: &State) -> bool {
    // Messages are sent by Cordial alone, so nothing here can have been caused by one.
    if call.query.get("mcID").is_some() || call.query.get("mdtID").is_some() {
        return false;
    }
    call.query.get("action").is_none_or(|action| activity.action == action)
        && call.query.get("email").is_none_or(|email| {
            state.contacts.find(EMAIL_ADDRESS, email).is_some_and(|contact| contact.id == activity.contact)
        })
}

fn render(activity: &Activity, call: &Call, state: &State) -> Value {
    let contact = state.contacts.get(activity.contact);
    let mut body = Map::new();
    body.insert("cID".to_owned(), json!(activity.contact.to_string()));
    body.insert("_id".to_owned(), json!(activity.id.to_string()));
    body.insert("action".to_owned(), json!(activity.action));
    body.insert("time".to_owned(), json!(dates::format(activity.time)));
    if let Some(email) = contact.and_then(|contact| contact.identifier(EMAIL_ADDRESS)) {
        body.insert("email".to_owned(), json!(email));
    }
    if let Some(uid) = &activity.uid {
        body.insert("UID".to_owned(), json!(uid));
    }
    if !activity.properties.is_empty() {
        body.insert("properties".to_owned(), Value::Object(activity.properties.clone()));
    }
    for field in call.query.all("contactFields") {
        if let Some(value) = contact.and_then(|contact| contact.attributes.get(field)) {
            body.insert(field.to_owned(), value.clone());
        }
    }
    Value::Object(body)
}
