//! Account contact attributes (FACTS, "Account contact attributes").

mod model;
pub mod values;

use http::StatusCode;
use serde_json::{Map, Value};

pub use model::{Attribute, AttributeType, Options, Validators};

use crate::account::State;
use crate::contacts::decode;
use crate::dates;
use crate::hints;
use crate::message::Reply;
use crate::refusal::Refusal;
use crate::routes::{Call, Version};

/// `GET /accountcontactattributes`: v1 an array (official), v2 an object by key (two clients, against the official
/// description).
///
/// # Errors
/// 404 when none matches; 422 `invalid field type` (official), and for an `indexed` that is neither 0 nor 1.
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if call.query.get("type").is_some_and(|wanted| AttributeType::parse(wanted).is_none()) {
        return Err(Refusal::message("invalid field type"));
    }
    let indexed = match call.query.get("indexed") {
        None => None,
        Some("1") => Some(true),
        Some("0") => Some(false),
        Some(_) => return Err(Refusal::message("The selected indexed is invalid.")),
    };
    let matching: Vec<&Attribute> = state
        .attributes
        .values()
        .filter(|attribute| call.query.get("type").is_none_or(|wanted| attribute.r#type.as_str() == wanted))
        .filter(|attribute| indexed.is_none_or(|wanted| attribute.index == wanted))
        .collect();
    if matching.is_empty() {
        return Err(Refusal::record_not_found().because("the account has no such attribute"));
    }
    let body: Value = match call.version {
        Version::V1 => matching.into_iter().map(Attribute::render).collect(),
        Version::V2 => Value::Object(
            matching
                .into_iter()
                .map(|attribute| (attribute.key.clone(), attribute.render()))
                .collect::<Map<_, _>>(),
        ),
    };
    Ok(Reply::ok(&body))
}

/// `GET /accountcontactattributes/{key}`.
///
/// # Errors
/// 422 `Key not exist` (official: this one declares no 404).
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&find(call, state)?.render()))
}

/// `POST /accountcontactattributes`.
///
/// # Errors
/// 422 with the official texts.
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut attribute = Attribute::read(&call.body)?;
    if state.attributes.contains_key(&attribute.key) || state.list_named(&attribute.key).is_some() {
        return Err(
            Refusal::message("Key must be unique").because("attributes and lists share one namespace")
        );
    }
    if name_is_taken(&attribute, state) {
        return Err(Refusal::message("Name must be unique"));
    }
    attribute.created = Some(dates::format(call.now));
    attribute.modified.clone_from(&attribute.created);
    let unique = attribute.unique;
    state.attributes.insert(attribute.key.clone(), attribute);
    if unique {
        state.reindex_contacts();
    }
    Ok(Reply::success())
}

/// `PUT /accountcontactattributes/{key}`: name, validators, `updateUnauthenticated`, `retainOnDestroy`.
///
/// # Errors
/// 422 `Key not exist`, `You can not change type`, `Name must be unique` (official).
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let before = find(call, state)?.clone();
    if call.body.fields.get("type").is_some_and(|wanted| wanted != before.r#type.as_str()) {
        return Err(Refusal::message("You can not change type"));
    }
    let mut after = before.updated(&call.body)?;
    if name_is_taken(&after, state) {
        return Err(Refusal::message("Name must be unique"));
    }
    after.modified = Some(dates::format(call.now));
    state.attributes.insert(after.key.clone(), after);
    Ok(Reply::success())
}

/// `DELETE /accountcontactattributes/{key}`: the attribute, and its values on every contact (inferred).
///
/// # Errors
/// 404 `Key not exist` (official).
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let key = find(call, state).map_err(|refusal| refusal.with_status(StatusCode::NOT_FOUND))?.key.clone();
    let with_value: Vec<_> =
        state.contacts.iter().filter(|contact| contact.attributes.contains_key(&key)).cloned().collect();
    for contact in with_value {
        let mut contact = crate::contacts::Contact::clone(&contact);
        contact.attributes.remove(&key);
        state.put_contact(contact).map_err(Refusal::message)?;
    }
    state.attributes.remove(&key);
    Ok(Reply::success())
}

fn find<'a>(call: &Call, state: &'a State) -> Result<&'a Attribute, Refusal> {
    let key = decode(call.param("key"))?;
    state.attributes.get(&key).ok_or_else(|| {
        Refusal::message("Key not exist")
            .because(format!("no attribute has the key `{key}`"))
            .hint(hints::name("attribute", &key, state.attributes.keys()))
    })
}

fn name_is_taken(attribute: &Attribute, state: &State) -> bool {
    state.attributes.values().any(|other| other.key != attribute.key && other.name == attribute.name)
}
