//! A contact as Cordial shows it: flat in v1 (recorded), nested in v2 (client).

use serde_json::{Map, Value, json};

use super::model::{Channel, Contact};
use crate::account::State;
use crate::dates;
use crate::routes::Version;

/// The body of GET contact.
#[must_use]
pub(super) fn contact(contact: &Contact, state: &State, version: Version) -> Value {
    let channels: Map<String, Value> =
        contact.channels.iter().map(|(name, value)| (name.to_owned(), channel(value))).collect();
    match version {
        Version::V1 => {
            let mut body = Map::new();
            body.insert("_id".to_owned(), json!(contact.id.to_string()));
            body.insert("channels".to_owned(), Value::Object(channels));
            body.append(&mut stamps(contact));
            body.append(&mut lists(contact, state));
            body.append(&mut cart(contact));
            body.extend(contact.attributes.clone());
            Value::Object(body)
        }
        Version::V2 => {
            let mut attributes = contact.attributes.clone();
            attributes.append(&mut stamps(contact));
            attributes.append(&mut lists(contact, state));
            attributes.append(&mut cart(contact));
            attributes.insert("lastUpdateSource".to_owned(), json!(contact.last_update_source));
            attributes.insert("cID".to_owned(), json!(contact.id.to_string()));
            json!({ "_id": contact.id.to_string(), "attributes": attributes, "channels": channels })
        }
    }
}

fn stamps(contact: &Contact) -> Map<String, Value> {
    let mut stamps = Map::new();
    stamps.insert("lastModified".to_owned(), json!(dates::format(contact.last_modified)));
    stamps.insert("createdAt".to_owned(), json!(dates::format(contact.created_at)));
    stamps
}

fn lists(contact: &Contact, state: &State) -> Map<String, Value> {
    let mut fields = Map::new();
    if !contact.lists.is_empty() {
        fields.insert("lists".to_owned(), contact.list_names(state).collect());
        let joined: Map<String, Value> = contact
            .list_join_dates(state)
            .map(|(name, at)| (name.to_owned(), json!(dates::format(at))))
            .collect();
        if !joined.is_empty() {
            fields.insert("listJoinDate".to_owned(), Value::Object(joined));
        }
    }
    fields
}

fn cart(contact: &Contact) -> Map<String, Value> {
    contact.cart.iter().map(|cart| ("cart".to_owned(), cart.to_json())).collect()
}

fn channel(channel: &Channel) -> Value {
    let mut fields = Map::new();
    fields.insert("address".to_owned(), json!(channel.address));
    fields.insert("subscribeStatus".to_owned(), json!(channel.subscribe_status.as_str()));
    if let Some(at) = channel.subscribed_at {
        fields.insert("subscribedAt".to_owned(), json!(dates::format(at)));
    }
    if let Some(at) = channel.unsubscribed_at {
        fields.insert("unsubscribedAt".to_owned(), json!(dates::format(at)));
    }
    if channel.invalid {
        fields.insert("invalid".to_owned(), json!(true));
    }
    Value::Object(fields)
}
