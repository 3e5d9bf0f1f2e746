//! `/supplements`: tables of the account's own, and their records.

mod model;
pub mod records;

use std::sync::Arc;

use serde_json::{Value, json};

pub use model::{Index, IndexType, Supplement};

use crate::account::State;
use crate::contacts::decode;
use crate::dates;
use crate::hints;
use crate::message::Reply;
use crate::query::{self, Page};
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;

/// `POST /supplements`.
///
/// # Errors
/// 422 with the official texts.
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut errors = FieldErrors::default();
    let key = call.body.text("key").filter(|key| !key.is_empty()).unwrap_or_default();
    if key.is_empty() {
        errors.add("key", "key is required");
    } else if state.supplements.contains_key(&key) {
        errors.add("key", "Key exists");
    }
    let indexes = read_indexes(call, &mut errors);
    errors.into_result()?;
    let mut supplement = Supplement::new(key.clone(), indexes, call.now);
    read_options(call, &mut supplement)?;
    state.supplements.insert(key, Arc::new(supplement));
    Ok(Reply::success())
}

fn read_indexes(call: &Call, errors: &mut FieldErrors) -> Vec<Index> {
    let sent = call.body.fields.get("indexes").and_then(Value::as_array);
    let Some(indexes) = sent.filter(|indexes| !indexes.is_empty()) else {
        errors.add("indexes", "The indexes field is required");
        return Vec::new();
    };
    let mut read: Vec<Index> = Vec::with_capacity(indexes.len());
    for (at, index) in indexes.iter().enumerate() {
        let text = |field: &str| index.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let place = |field: &str| format!("indexes.{at}.{field}");
        let Some(field) = text("field") else {
            errors.add(&place("field"), "field is required");
            continue;
        };
        if read.iter().any(|other| other.field == field) {
            let place = place("field");
            errors.add(&place, format!("The {place} field has a duplicate value."));
            continue;
        }
        match text("type").map(IndexType::parse) {
            None => errors.add(&place("type"), "type is required"),
            Some(None) => errors.add(&place("type"), "The selected type is invalid"),
            Some(Some(r#type)) => read.push(Index { field: field.to_owned(), r#type }),
        }
    }
    read
}

fn read_options(call: &Call, supplement: &mut Supplement) -> Result<(), Refusal> {
    let mut errors = FieldErrors::default();
    let mut flag = |name: &str, before: bool| {
        let sent = call.body.fields.get(name).filter(|value| !value.is_null());
        let value = sent.map_or(Some(before), |value| call.body.as_bool(value));
        value.unwrap_or_else(|| {
            errors.add(name, format!("The {name} field must be true or false."));
            before
        })
    };
    supplement.contact_object = flag("contactObject", supplement.contact_object);
    supplement.autogenerate_ids = flag("autogenerateIDs", supplement.autogenerate_ids);
    if let Some(name) = call.body.text("name") {
        supplement.name = name;
    }
    errors.into_result()
}

/// `GET /supplements/{key}`.
///
/// # Errors
/// 404 for an unknown one.
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let supplement = find(call, state, "key")?
        .ok_or_else(|| unknown(Refusal::record_not_found(), call.param("key"), state))?;
    Ok(Reply::ok(&Value::Object(query::select(render(&supplement), &call.query))))
}

/// `GET /supplements`.
///
/// # Errors
/// 404 when there is none.
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let page = Page::read(&call.query)?;
    let all: Vec<Value> = state.supplements.values().map(|one| Value::Object(render(one))).collect();
    if all.is_empty() {
        return Err(Refusal::record_not_found().because("the account has no supplement"));
    }
    Ok(Reply::ok(&json!(page.of(&all))))
}

/// `PUT /supplements/{key}`: what is not sent stays. An index keeps its type.
///
/// # Errors
/// 422 `'<key>' provided but no record found`, `Field type can't be changed.` (official), and field errors.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut supplement = known(call, state)?;
    let mut errors = FieldErrors::default();
    let indexes = match call.body.fields.get("indexes") {
        Some(_) => read_indexes(call, &mut errors),
        None => supplement.indexes.clone(),
    };
    errors.into_result()?;
    for index in &indexes {
        let before = supplement.indexes.iter().find(|before| before.field == index.field);
        if before.is_some_and(|before| before.r#type != index.r#type) {
            return Err(Refusal::message("Field type can't be changed."));
        }
    }
    supplement.indexes = indexes;
    read_options(call, &mut supplement)?;
    state.supplements.insert(supplement.key.clone(), Arc::new(supplement));
    Ok(Reply::success())
}

/// `DELETE /supplements/{key}`, with its records.
///
/// # Errors
/// 422 `'<key>' provided but no record found` (official).
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let supplement = known(call, state)?;
    state.supplements.remove(&supplement.key);
    Ok(Reply::success())
}

/// `PUT /supplements/{supplement}/clear`: the records go, the supplement stays.
///
/// # Errors
/// 404 for an unknown one.
pub fn clear(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let found = find(call, state, "supplement")?
        .ok_or_else(|| unknown(Refusal::record_not_found(), call.param("supplement"), state))?;
    let mut supplement = Supplement::clone(&found);
    supplement.records.clear();
    supplement.last_data_update = call.now;
    state.supplements.insert(supplement.key.clone(), Arc::new(supplement));
    Ok(Reply::success())
}

fn find(call: &Call, state: &State, param: &str) -> Result<Option<Arc<Supplement>>, Refusal> {
    Ok(state.supplements.get(&decode(call.param(param))?).cloned())
}

fn known(call: &Call, state: &State) -> Result<Supplement, Refusal> {
    let key = decode(call.param("key"))?;
    find(call, state, "key")?.map(|found| Supplement::clone(&found)).ok_or_else(|| {
        let refusal = Refusal::message(format!("'{key}' provided but no record found"));
        unknown(refusal, call.param("key"), state)
    })
}

/// The refusal with what the journal says of the supplement that is not there.
fn unknown(refusal: Refusal, key: &str, state: &State) -> Refusal {
    refusal.because(format!("no supplement has the key `{key}`")).hint(hints::encoded_name(
        "supplement",
        key,
        state.supplements.keys(),
    ))
}

fn render(supplement: &Supplement) -> serde_json::Map<String, Value> {
    let body = json!({
        "key": supplement.key,
        "name": supplement.name,
        "indexes": supplement.indexes,
        "createdAt": dates::format(supplement.created_at),
        "lastDataUpdate": dates::format(supplement.last_data_update),
        "contactObject": supplement.contact_object,
        "autogenerateIDs": supplement.autogenerate_ids,
    });
    match body {
        Value::Object(body) => body,
        _ => serde_json::Map::new(),
    }
}
