//! Contacts (FACTS, "Contacts" and "Contact identifiers").

mod change;
mod channels;
mod collection;
mod identifier;
mod list;
mod merge;
mod model;
mod render;
mod unsubscribe;

use std::sync::Arc;

use http::StatusCode;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

pub use change::Change;
pub use channels::Channels;
pub use collection::Contacts;
pub use identifier::decode;
pub use list::list;
pub(crate) use merge::Options as MergeOptions;
pub use merge::{merge, split};
pub use model::{Channel, Contact, SubscribeStatus, channel_of, identifier_text};
pub use unsubscribe::unsubscribe;

use crate::account::State;
use crate::hints;
use crate::input::Input;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::{Call, Version};
use crate::world::ObjectId;
use render::Shown;

/// `POST /contacts`: updates the contact that the body identifies, or creates it.
///
/// # Errors
/// 422 as in FACTS, "Contacts".
pub fn upsert(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let found = identify(&call.body, state)?;
    let change = Change::read(&call.body, found.as_deref(), state)?;
    let created = found.is_none();
    let id = change.store(found, call, state)?;
    let status = if created && call.version == Version::V2 { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Reply::json(status, &Upserted { created, id }))
}

/// The reply to an upsert, written without a tree of values: nothing is called more often.
struct Upserted {
    created: bool,
    id: ObjectId,
}

impl Serialize for Upserted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("Upserted", 3)?;
        body.serialize_field("success", &true)?;
        body.serialize_field("message", if self.created { "contact created" } else { "contact updated" })?;
        body.serialize_field("cID", &format_args!("{}", self.id))?;
        body.end()
    }
}

/// The contact that an upsert's body means: by `identifyBy` in falling priority, else by the primary key.
fn identify(body: &Input, state: &State) -> Result<Option<Arc<Contact>>, Refusal> {
    let Some(keys) = body.fields.get("identifyBy") else {
        let key = state.settings.primary_key.as_str();
        let value = body.lookup(key).and_then(identifier_text).ok_or_else(|| missing_key(key))?;
        return Ok(state.contacts.find(key, &value).cloned());
    };
    let Value::Array(keys) = keys else {
        let mut errors = FieldErrors::default();
        errors.add("identifyBy", "The identifyBy must be an array.");
        return Err(errors.into());
    };
    let mut named = Vec::new();
    for key in keys {
        let Some(key) = key.as_str().and_then(|key| state.identifier_key(key)) else {
            return Err(Refusal::messages("Search field is not correct")
                .because(format!("identifyBy names {key}, which is not an identifier of this account"))
                .hint(key.as_str().and_then(|key| hints::identifier(key, state))));
        };
        let value = body
            .lookup(key)
            .or_else(|| body.fields.get("email").filter(|_| key == crate::account::EMAIL_ADDRESS));
        if let Some(value) = value.and_then(identifier_text) {
            named.push(key);
            if let Some(contact) = state.contacts.find(key, &value) {
                return Ok(Some(Arc::clone(contact)));
            }
        }
    }
    if named.is_empty() {
        return Err(Refusal::messages("Search field is not correct")
            .because("the body has no value for any key of identifyBy"));
    }
    let has = |key: &String| key != "cID" && body.lookup(key).is_some();
    if named.iter().all(|key| *key == "cID") && !state.identifier_keys().iter().any(has) {
        return Err(Refusal::messages("Contact doesn't exist")
            .because("Cordial gives the cID of a new contact itself: there is nothing to make one of"));
    }
    Ok(None)
}

fn missing_key(key: &str) -> Refusal {
    let mut errors = FieldErrors::default();
    errors.required(key);
    Refusal::from(errors).because(format!("the body has no value for the account's primary key {key}"))
}

/// `PUT /contacts/{key}`: changes what is sent, never creates.
///
/// # Errors
/// 404 for an unknown contact, 422 as for an upsert.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = state.contact_in_path(call.param("key"))?.ok_or_else(|| unknown_on_update(call, state))?;
    let change = Change::read(&call.body, Some(&contact), state)?;
    let id = contact.id;
    drop(contact);
    change.update(id, state, call.now)?;
    Ok(Reply::success())
}

/// v1 says what every 404 says; v2 has a key of its own here (a client branches on it).
fn unknown_on_update(call: &Call, state: &State) -> Refusal {
    let refusal = match call.version {
        Version::V1 => Refusal::record_not_found(),
        Version::V2 => Refusal::not_found("CONTACTS_CONTACT_NOT_FOUND", "record not found"),
    };
    unknown_contact(refusal, call, state)
}

/// The refusal with what the journal says of the contact that is not there.
pub(crate) fn unknown_contact(refusal: Refusal, call: &Call, state: &State) -> Refusal {
    refusal
        .because(format!("no contact is named by `{}`", call.param("key")))
        .hint(hints::contact_in_path(call.param("key"), state))
}

/// `GET /contacts/{key}`.
///
/// # Errors
/// 404 for an unknown contact.
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    Ok(Reply::ok(&Shown { contact: &contact, state, version: call.version }))
}

/// `DELETE /contacts/{key}`.
///
/// # Errors
/// 404 for an unknown contact.
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    state.remove_contact(contact.id);
    Ok(Reply::success())
}

fn find(call: &Call, state: &State) -> Result<Arc<Contact>, Refusal> {
    state
        .contact_in_path(call.param("key"))?
        .ok_or_else(|| unknown_contact(Refusal::record_not_found(), call, state))
}
