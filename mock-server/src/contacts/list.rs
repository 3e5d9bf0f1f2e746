//! `GET /contacts`: filters, sorting, paging.

use serde_json::{Value, json};

use super::model::{Contact, identifier_text};
use super::render::Shown;
use crate::account::{EMAIL_ADDRESS, State};
use crate::dates;
use crate::hints;
use crate::message::Reply;
use crate::query::{self, Page};
use crate::refusal::Refusal;
use crate::routes::Call;
use crate::sorting;

/// Query parameters that are not attribute filters.
const CONTROLS: [&str; 7] =
    ["email", "audience-key", "page", "per_page", "sort_by", "sort_dir", "return_count"];

/// Contacts that match every filter; 404 when none does (official).
///
/// # Errors
/// 404 for no match; 501 for `audience-key`, as the mock has no audiences.
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if call.query.get("audience-key").is_some() {
        return Err(Refusal::not_served("the filter audience-key of GET /contacts"));
    }
    let page = Page::read(&call.query)?;
    let mut matching: Vec<_> =
        state.contacts.iter().filter(|contact| matches(contact, call)).cloned().collect();
    if matching.is_empty() {
        return Err(Refusal::record_not_found()
            .because("no contact matches the filters")
            .hint(hint(call, state)));
    }
    sorting::sort(&mut matching, &call.query, |contact, key| sort_value(contact, key));
    let shown = |contact| Shown { contact, state, version: call.version };
    let body: Vec<Shown<'_>> = page.of(&matching).iter().map(|contact| shown(contact)).collect();
    Ok(query::with_count(Reply::ok(&body), &call.query, matching.len()))
}

/// What is wrong with the filters, where one of them cannot match.
fn hint(call: &Call, state: &State) -> Option<String> {
    call.query.pairs().find_map(|(key, value)| match key {
        "email" if state.contacts.find(EMAIL_ADDRESS, value).is_none() => {
            hints::contact(EMAIL_ADDRESS, value, state)
        }
        key if CONTROLS.contains(&key) || state.attributes.contains_key(key) => None,
        key => hints::field(key, state),
    })
}

fn matches(contact: &Contact, call: &Call) -> bool {
    let email = call
        .query
        .get("email")
        .is_none_or(|email| contact.identifier(EMAIL_ADDRESS).as_deref() == Some(email));
    email
        && call.query.pairs().filter(|(key, _)| !CONTROLS.contains(key)).all(|(key, wanted)| {
            value_at(contact, key).is_some_and(|value| match value {
                Value::Array(items) => items.iter().any(|item| reads_as(item, wanted)),
                value => reads_as(value, wanted),
            })
        })
}

/// Whether a value is what a query's text says.
fn reads_as(value: &Value, text: &str) -> bool {
    identifier_text(value).is_some_and(|value| value == text)
}

/// The value of an attribute, or of a part of one: `home.city`.
fn value_at<'a>(contact: &'a Contact, key: &str) -> Option<&'a Value> {
    contact.attributes.get(key).or_else(|| {
        let (attribute, part) = key.split_once('.')?;
        part.split('.').try_fold(contact.attributes.get(attribute)?, |value, step| value.get(step))
    })
}

/// What a listing is sorted by: a field of the contact or an attribute.
fn sort_value(contact: &Contact, key: &str) -> Option<Value> {
    match key {
        "createdAt" => Some(json!(dates::format(contact.created_at))),
        "lastModified" => Some(json!(dates::format(contact.last_modified))),
        "_id" => contact.identifier("cID").map(Value::String),
        "email" => contact.identifier(EMAIL_ADDRESS).map(Value::String),
        key => value_at(contact, key).cloned().or_else(|| contact.identifier(key).map(Value::String)),
    }
}
