//! One event, from Segment to Cordial.

use serde_json::{Map, Value, json};

use super::contact::Fields;
use super::user_id::field;
use super::{Instance, contact, path, user_id};
use crate::destination::client::Taken;
use crate::protocol::{DeliveryResult, Outcome};

/// The action of a page call.
const PAGE_VIEW: &str = "pageView";

type Delivered = Result<Taken, DeliveryResult>;

/// Delivers an event: one attempt, and its outcome.
pub(super) async fn deliver(instance: &Instance, event: &Value) -> DeliveryResult {
    match attempt(instance, event).await {
        Ok(taken) => DeliveryResult { status: Some(taken.status), ..DeliveryResult::new(Outcome::Delivered) },
        Err(other) => other,
    }
}

async fn attempt(instance: &Instance, event: &Value) -> Delivered {
    if !instance.config().await?.enabled {
        return Err(
            DeliveryResult::new(Outcome::Dropped).with_message("the account's integration is disabled")
        );
    }
    let user_id = user_id::of(event, &instance.primary_key).map_err(rejected)?;
    match event["type"].as_str() {
        Some("identify") => identify(instance, event, user_id).await,
        Some("group") => group(instance, event, user_id).await,
        Some("track") => {
            let name = event["event"].as_str().filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| rejected("the event has no name"))?;
            activity(instance, event, user_id, name).await
        }
        Some("page") => activity(instance, event, user_id, PAGE_VIEW).await,
        other => Err(rejected(format!("the call {} is not supported", other.unwrap_or("without a type")))),
    }
}

/// Known: update. Unknown: create.
async fn identify(instance: &Instance, event: &Value, user_id: &str) -> Delivered {
    let config = instance.config().await?;
    let none = Map::new();
    let traits = match field(event, "traits", "traits") {
        None => &none,
        Some(Value::Object(traits)) => traits,
        Some(_) => return Err(rejected("the traits are no object")),
    };
    let fields = contact::fields(traits, user_id, config);
    let mut fields = with_attributes(instance, fields, config.ignores_missing_attributes()).await?;
    let path = path::contact(&instance.primary_key, user_id);
    if instance.client.find(&path).await?.is_some() {
        return instance.client.put(&path, &contact::body(fields)).await;
    }
    if !fields.contains_key(&instance.primary_key) {
        fields.insert(instance.primary_key.clone(), json!(user_id));
    }
    instance.client.post("/v2/contacts", &contact::body(fields)).await
}

/// The fields that the account has a place for. A trait is data: one that is called like an option of the request, or
/// like a list, must not become that, so that every key is held against the account's attributes.
async fn with_attributes(
    instance: &Instance,
    fields: Fields,
    ignores: bool,
) -> Result<Map<String, Value>, DeliveryResult> {
    if fields == Fields::default() {
        return Ok(Map::new());
    }
    // An account without attributes answers 404 here.
    let attributes = instance.client.find("/v2/accountcontactattributes").await?.unwrap_or_default();
    let is_part =
        |key: &str| key.split_once('.').is_some_and(|(attribute, _)| attributes[attribute]["type"] == "geo");
    let has_place = |key: &str| attributes.get(key).is_some() || is_part(key);
    let mut known = Map::new();
    let mapped = fields.mapped.into_iter().map(|field| (field, true));
    for ((key, value), is_mapped) in mapped.chain(fields.unmapped.into_iter().map(|field| (field, false))) {
        if has_place(&key) || (is_mapped && key == user_id::EMAIL) {
            known.entry(key).or_insert(value);
        } else if !ignores {
            return Err(rejected(format!("the account has no attribute `{key}`")));
        }
    }
    Ok(known)
}

/// The group id is a list's id; contacts join lists by name.
async fn group(instance: &Instance, event: &Value, user_id: &str) -> Delivered {
    let id = match field(event, "groupId", "group_id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(rejected("the event has no groupId")),
    };
    let path = path::contact(&instance.primary_key, user_id);
    instance.client.get(&path).await?;
    let list = instance.client.get(&path::list(&id)).await?.body;
    let name = list["name"].as_str().ok_or_else(|| rejected(format!("the list {id} has no name")))?;
    let membership = Map::from_iter([(name.to_owned(), json!(true))]);
    instance.client.put(&path, &membership).await
}

/// Cordial itself refuses an activity of an unknown contact, and makes none.
async fn activity(instance: &Instance, event: &Value, user_id: &str, name: &str) -> Delivered {
    let key = if instance.primary_key == user_id::EMAIL { "email" } else { &instance.primary_key };
    let mut body = Map::from_iter([("a".to_owned(), json!(name)), (key.to_owned(), json!(user_id))]);
    if let Some(time) = field(event, "timestamp", "timestamp") {
        body.insert("ats".to_owned(), time.clone());
    }
    if let Some(properties) = field(event, "properties", "properties") {
        body.insert("properties".to_owned(), properties.clone());
    }
    instance.client.post("/v2/contactactivities", &body).await
}

fn rejected(why: impl Into<String>) -> DeliveryResult {
    DeliveryResult::new(Outcome::Rejected).with_message(why)
}
