//! The requests that are measured, and the account that they fit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::shared::wire::Template;

/// The attributes of every account here.
pub(crate) fn attributes() -> Value {
    json!([{ "key": "fname", "type": "string" }])
}

/// The address of the contact with this number, as the templates write it.
pub(crate) fn address(number: u64) -> String {
    format!("contact-{number:08}@example.com")
}

/// Creates or changes a contact.
pub(crate) fn upsert(key: &str) -> Template {
    let body = r#"{"channels":{"email":{"address":"contact-NNNNNNNN@example.com","subscribeStatus":"subscribed"}},"fname":"Jane"}"#;
    request("POST", "/v2/contacts", key, body)
}

/// Reads a contact.
pub(crate) fn get(key: &str) -> Template {
    request("GET", "/v2/contacts/contact-NNNNNNNN%40example.com", key, "")
}

/// Adds an activity.
pub(crate) fn activity(key: &str) -> Template {
    let body = r#"{"a":"Order Completed","email":"contact-NNNNNNNN@example.com","properties":{"sku":"A-1","total":12.5}}"#;
    request("POST", "/v2/contactactivities", key, body)
}

/// Changes nothing.
pub(crate) fn health(key: &str) -> Template {
    request("GET", "/v2/health", key, "")
}

fn request(method: &str, path: &str, key: &str, body: &str) -> Template {
    Template::new(method, path, &format!("Basic {}", STANDARD.encode(format!("{key}:"))), body)
}
