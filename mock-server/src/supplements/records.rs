//! The records of a supplement: `/supplements/{supplement}/records`.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::model::Record;
use super::{IndexType, Supplement};
use crate::account::State;
use crate::contacts::{decode, identifier_text};
use crate::hints;
use crate::message::Reply;
use crate::query::{self, Page, Query};
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;
use crate::sorting;
use crate::world::ObjectId;

/// The most bytes of an indexed value (official).
const MAX_INDEX_BYTES: usize = 1024;
/// Fields of a body that are no attributes.
const CONTROLS: [&str; 2] = ["id", "suppressTriggers"];

/// `POST /supplements/{supplement}/records`: creates, or takes the place of the record with this id.
///
/// # Errors
/// 422 with the official texts, under `message` and not under `messages`.
pub fn upsert(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut supplement = known(call, state)?;
    if call.body.fields.is_empty() {
        return Err(Refusal::message("empty post"));
    }
    let mut errors = FieldErrors::default();
    let id = match call.body.text("id").filter(|id| !id.is_empty()) {
        Some(id) if id.parse::<ObjectId>().is_ok() => {
            errors.add("id", "The id format is invalid.");
            id
        }
        Some(id) => id,
        None if supplement.autogenerate_ids => state.fresh_id(call.ids, call.now).to_string(),
        None => {
            errors.add("id", "id is required");
            String::new()
        }
    };
    check_indexes(call, &supplement, &mut errors);
    errors.into_message(StatusCode::UNPROCESSABLE_ENTITY)?;
    if supplement.contact_object && !names_a_contact(call, state) {
        return Err(Refusal::message("Must include email or secondaryKey email,cID,push")
            .because("the supplement is a contact object: each record says whose it is"));
    }
    put(id, attributes(call), &mut supplement, call);
    state.supplements.insert(supplement.key.clone(), Arc::new(supplement));
    Ok(Reply::json(StatusCode::CREATED, &json!({ "success": true, "message": "record created" })))
}

/// `PUT /supplements/{supplement}/records/{id}`: what is not sent stays ("any number of field values": official), but
/// the id and what is indexed have to be sent.
///
/// # Errors
/// 400 with the official texts, also for an unknown supplement or record: the description has no other refusal here.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut supplement =
        known(call, state).map_err(|refusal| refusal.with_status(StatusCode::BAD_REQUEST))?;
    let id = decode(call.param("id"))?;
    let mut errors = FieldErrors::default();
    let sent = call.body.text("id").filter(|id| !id.is_empty());
    if sent.as_ref().is_some_and(|sent| *sent != id) {
        return Err(Refusal::message("ID cannot be updated").with_status(StatusCode::BAD_REQUEST));
    }
    if sent.is_none() {
        errors.add("id", "id is required");
    } else if !supplement.records.contains_key(&id) {
        errors.add("id", "record not found");
        errors.hint(hints::name("record", &id, supplement.records.keys()));
    }
    check_indexes(call, &supplement, &mut errors);
    errors.into_message(StatusCode::BAD_REQUEST)?;
    let mut fields = supplement.records.get(&id).map(|before| before.attributes.clone()).unwrap_or_default();
    fields.extend(attributes(call));
    put(id, fields, &mut supplement, call);
    state.supplements.insert(supplement.key.clone(), Arc::new(supplement));
    Ok(Reply::success())
}

fn names_a_contact(call: &Call, state: &State) -> bool {
    state.identifiers_in_body(&call.body.fields).iter().any(|(_, value)| identifier_text(value).is_some())
}

fn attributes(call: &Call) -> Map<String, Value> {
    let mut attributes = call.body.fields.clone();
    attributes.retain(|key, _| !CONTROLS.contains(&key.as_str()));
    attributes
}

fn put(id: String, attributes: Map<String, Value>, supplement: &mut Supplement, call: &Call) {
    let created_at = supplement.records.get(&id).map_or(call.now, |before| before.created_at);
    supplement.records.insert(id, Record { attributes, created_at, last_modified: call.now });
    supplement.last_data_update = call.now;
}

fn check_indexes(call: &Call, supplement: &Supplement, errors: &mut FieldErrors) {
    for index in &supplement.indexes {
        let field = index.field.as_str();
        match call.body.fields.get(field) {
            None | Some(Value::Null) => errors.add(field, format!("{field} is required")),
            Some(Value::String(text)) if text.is_empty() => errors.add(field, format!("{field} is required")),
            Some(value) if index.r#type == IndexType::Number && !call.body.as_number(value).is_number() => {
                errors.add(field, format!("The {field} must be a number."));
            }
            Some(Value::String(text)) if text.len() > MAX_INDEX_BYTES => {
                errors.add(field, format!("The {field} may not be greater than {MAX_INDEX_BYTES} bytes."));
            }
            Some(_) => {}
        }
    }
}

/// `GET /supplements/{supplement}/records/{id}`.
///
/// # Errors
/// 422 for an unknown supplement, 404 for an unknown record (official).
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let supplement = known(call, state)?;
    let id = decode(call.param("id"))?;
    let record = supplement.records.get(&id).ok_or_else(|| unknown(&id, &supplement))?;
    Ok(Reply::ok(&Value::Object(record.render(&id))))
}

/// `GET /supplements/{supplement}/records`.
///
/// # Errors
/// 422 for an unknown supplement, 404 when it has no record (official).
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let supplement = known(call, state)?;
    let page = Page::read(&call.query)?;
    let mut records: Vec<(&String, &Record)> = supplement.records.iter().collect();
    if records.is_empty() {
        return Err(Refusal::record_not_found().because("the supplement has no record"));
    }
    sorting::sort(&mut records, &call.query, |(id, record), key| match key {
        "id" => Some(json!(id)),
        key => record.attributes.get(key).cloned(),
    });
    let shown = page.of(&records).iter();
    let body: Value =
        shown.map(|(id, record)| Value::Object(select(record.render(id), &call.query))).collect();
    Ok(query::with_count(Reply::ok(&body), &call.query, records.len()))
}

/// `fields` picks among what was sent of a record. The id stays: the official description requires it.
fn select(mut record: Map<String, Value>, query: &Query) -> Map<String, Value> {
    if query.all("fields").next().is_some()
        && let Some(Value::Object(attributes)) = record.get_mut("attributes")
    {
        attributes.retain(|key, _| query.all("fields").any(|wanted| wanted == key));
    }
    record
}

/// `DELETE /supplements/{supplement}/records/{id}`.
///
/// # Errors
/// 422 for an unknown supplement, 404 for an unknown record (official).
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut supplement = known(call, state)?;
    let id = decode(call.param("id"))?;
    if supplement.records.remove(&id).is_none() {
        return Err(unknown(&id, &supplement));
    }
    supplement.last_data_update = call.now;
    state.supplements.insert(supplement.key.clone(), Arc::new(supplement));
    Ok(Reply::success())
}

fn known(call: &Call, state: &State) -> Result<Supplement, Refusal> {
    let key = decode(call.param("supplement"))?;
    super::find(call, state, "supplement")?.map(|found| Supplement::clone(&found)).ok_or_else(|| {
        let refusal = Refusal::message(format!("The supplement '{key}' does not exist."));
        super::unknown(refusal, call.param("supplement"), state)
    })
}

fn unknown(id: &str, supplement: &Supplement) -> Refusal {
    Refusal::record_not_found()
        .because(format!("the supplement {} has no record `{id}`", supplement.key))
        .hint(hints::name("record", id, supplement.records.keys()))
}
