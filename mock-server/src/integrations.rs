//! The config of the Segment integration (FACTS, "Integration config"; the seed).

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::State;
use crate::input::Input;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;

/// How an account translates Segment's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntegrationConfig {
    /// Always `segment`.
    #[serde(default = "segment")]
    pub name: String,
    /// Whether events are taken at all.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Which trait goes where.
    #[serde(default)]
    pub attribute_mapping: Vec<MappingRow>,
    /// Traits that go nowhere.
    #[serde(default)]
    pub ignore_fields: Vec<String>,
    /// What becomes of a trait whose attribute the account lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts_error_handling: Option<ContactsErrorHandling>,
}

/// One row of the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MappingRow {
    /// A dotted path into the traits, or `user_id`.
    pub segment_field: String,
    /// An attribute's key, or `channels.email.address`.
    pub cordial_key: String,
}

/// The only public value; without one a missing attribute is an error (inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContactsErrorHandling {
    /// A trait whose attribute the account lacks is left out.
    IgnoreMissingAttributes,
}

impl Default for IntegrationConfig {
    /// What an account without a config does: an empty mapping (inferred).
    fn default() -> Self {
        Self {
            name: segment(),
            enabled: enabled(),
            attribute_mapping: Vec::new(),
            ignore_fields: Vec::new(),
            contacts_error_handling: None,
        }
    }
}

fn segment() -> String {
    "segment".to_owned()
}

const fn enabled() -> bool {
    true
}

/// `POST /api/integrations/segment`.
///
/// # Errors
/// 422 for a field that is wrong, and `Name must be unique` when the account has one (inferred).
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let config = read(&call.body)?;
    if state.integration.is_some() {
        return Err(Refusal::message("Name must be unique")
            .because("the account has a segment integration: PUT changes it"));
    }
    state.integration = Some(config);
    Ok(Reply::success())
}

/// `PUT /api/integrations/segment`: takes the place of the whole config (the same JSON as POST).
///
/// # Errors
/// 404 when there is none, 422 for a field that is wrong (inferred).
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let config = read(&call.body)?;
    if state.integration.is_none() {
        return Err(Refusal::record_not_found()
            .because("the account has no segment integration yet: POST creates it"));
    }
    state.integration = Some(config);
    Ok(Reply::success())
}

/// `GET /api/integrations`: an array, empty when there is none.
///
/// # Errors
/// None.
pub fn list(_: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let configs: Vec<Value> = state.integration.iter().map(|config| json!(config)).collect();
    Ok(Reply::json(StatusCode::OK, &Value::Array(configs)))
}

fn read(body: &Input) -> Result<IntegrationConfig, Refusal> {
    let mut errors = FieldErrors::default();
    for field in body.fields.keys() {
        if !["name", "enabled", "attributeMapping", "ignoreFields", "contactsErrorHandling"]
            .contains(&field.as_str())
        {
            errors.not_in_schema(field);
        }
    }
    match body.fields.get("name") {
        None | Some(Value::Null) => errors.required("name"),
        Some(Value::String(name)) if name == "segment" => {}
        Some(_) => errors.add("name", "The selected name is invalid."),
    }
    let config = IntegrationConfig {
        name: segment(),
        enabled: read_enabled(body, &mut errors),
        attribute_mapping: read_mapping(body, &mut errors),
        ignore_fields: read_ignored(body, &mut errors),
        contacts_error_handling: read_error_handling(body, &mut errors),
    };
    errors.into_result()?;
    Ok(config)
}

fn read_enabled(body: &Input, errors: &mut FieldErrors) -> bool {
    body.fields.get("enabled").is_none_or(|value| {
        body.as_bool(value).unwrap_or_else(|| {
            errors.add("enabled", "The enabled field must be true or false.");
            false
        })
    })
}

fn read_mapping(body: &Input, errors: &mut FieldErrors) -> Vec<MappingRow> {
    let rows = match body.fields.get("attributeMapping") {
        None => return Vec::new(),
        Some(Value::Array(rows)) => rows,
        Some(_) => {
            errors.add("attributeMapping", "The attributeMapping must be an array.");
            return Vec::new();
        }
    };
    let mut mapping = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let mut text =
            |field: &str| match row.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()) {
                Some(text) => text.to_owned(),
                None => {
                    errors.required(&format!("attributeMapping.{at}.{field}"));
                    String::new()
                }
            };
        mapping.push(MappingRow { segment_field: text("segmentField"), cordial_key: text("cordialKey") });
        for field in row.as_object().into_iter().flat_map(serde_json::Map::keys) {
            if !["segmentField", "cordialKey"].contains(&field.as_str()) {
                errors.not_in_schema(&format!("attributeMapping.{at}.{field}"));
            }
        }
    }
    mapping
}

fn read_ignored(body: &Input, errors: &mut FieldErrors) -> Vec<String> {
    let fields = match body.fields.get("ignoreFields") {
        None => return Vec::new(),
        Some(Value::Array(fields)) => fields,
        Some(_) => {
            errors.add("ignoreFields", "The ignoreFields must be an array.");
            return Vec::new();
        }
    };
    let texts: Vec<String> = fields.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if texts.len() != fields.len() {
        errors.add("ignoreFields", "The ignoreFields must be an array of strings.");
    }
    texts
}

fn read_error_handling(body: &Input, errors: &mut FieldErrors) -> Option<ContactsErrorHandling> {
    match body.fields.get("contactsErrorHandling") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text == "ignoreMissingAttributes" => {
            Some(ContactsErrorHandling::IgnoreMissingAttributes)
        }
        Some(_) => {
            errors.add("contactsErrorHandling", "The selected contactsErrorHandling is invalid.");
            None
        }
    }
}
