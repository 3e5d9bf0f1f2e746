//! An attribute's definition.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::Input;
use crate::refusal::{FieldErrors, Refusal};

/// A contact attribute of the account. It must exist before a contact can have a value (official, recorded).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribute {
    /// The key that contacts use; case counts (recorded).
    pub key: String,
    /// The name that people see. Defaults to the key in a seed.
    #[serde(default)]
    pub name: String,
    /// The type of its values.
    #[serde(default)]
    pub r#type: AttributeType,
    /// Whether audiences can be built on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub index: bool,
    /// Whether two contacts may not share a value; such an attribute identifies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// Bounds of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validators: Option<Validators>,
    /// Further options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
    /// Kept and shown; the mock does nothing with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// Kept and shown; the mock does nothing with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_unauthenticated: Option<bool>,
    /// `anonymized`, `unchanged` or empty: what becomes of the value when a contact is destroyed. Kept and shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain_on_destroy: Option<String>,
    /// When it was created.
    #[serde(rename = "ct", default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was last changed.
    #[serde(rename = "lm", default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

/// The types of an attribute (official).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeType {
    /// Any text.
    #[default]
    String,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Parts of an address, with coordinates.
    Geo,
    /// Several texts or numbers.
    Array,
}

impl AttributeType {
    /// The type of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::String),
            "number" => Some(Self::Number),
            "date" => Some(Self::Date),
            "geo" => Some(Self::Geo),
            "array" => Some(Self::Array),
            _ => None,
        }
    }

    /// The type as Cordial writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Date => "date",
            Self::Geo => "geo",
            Self::Array => "array",
        }
    }
}

/// Bounds of an attribute's values (official).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validators {
    /// Shortest text (0 by default), or smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Longest text (128 by default), or largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Kept and shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Whether a new contact must have a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

/// Further options of an attribute (official).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// How many items an array keeps; 25 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maxitems: Option<usize>,
}

impl Attribute {
    /// Whether a new contact must have a value.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.validators.as_ref().and_then(|validators| validators.required).unwrap_or(false)
    }

    /// The attribute as the API shows it.
    #[must_use]
    pub fn render(&self) -> Value {
        // Plain fields only, so that this cannot fail; null would be seen at once in a test.
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    /// Reads the body of a creation.
    ///
    /// # Errors
    /// 422 `invalid field type` (official); a validation error for a missing or misshapen field.
    pub fn read(body: &Input) -> Result<Self, Refusal> {
        let mut errors = FieldErrors::default();
        for field in ["key", "name", "type"] {
            if body.text(field).is_none_or(|text| text.is_empty()) {
                errors.required(field);
            }
        }
        errors.into_result()?;
        let wanted = body.text("type").unwrap_or_default();
        let r#type = AttributeType::parse(&wanted).ok_or_else(|| {
            Refusal::message("invalid field type")
                .because(format!("`{wanted}`: write string, number, date, geo or array"))
        })?;
        let mut errors = FieldErrors::default();
        let mut flag = |field: &str| {
            let sent = body.fields.get(field).filter(|value| !value.is_null());
            sent.is_some_and(|value| {
                body.as_flag(value).unwrap_or_else(|| {
                    errors.add(field, format!("The {field} field must be true or false."));
                    false
                })
            })
        };
        let (index, unique) = (flag("index"), flag("unique"));
        errors.into_result()?;
        let attribute = Self {
            key: body.text("key").unwrap_or_default(),
            name: body.text("name").unwrap_or_default(),
            r#type,
            // A geo attribute is always indexed (vendor docs).
            index: index || r#type == AttributeType::Geo,
            unique,
            validators: None,
            options: None,
            schema: body.fields.get("schema").cloned(),
            update_unauthenticated: None,
            retain_on_destroy: None,
            created: None,
            modified: None,
        };
        attribute.updated(body)
    }

    /// The attribute with what a body changes: the fields that PUT may change (official).
    ///
    /// # Errors
    /// 422 for a misshapen field.
    pub fn updated(&self, body: &Input) -> Result<Self, Refusal> {
        let mut after = self.clone();
        let mut errors = FieldErrors::default();
        if let Some(name) = body.text("name").filter(|name| !name.is_empty()) {
            after.name = name;
        }
        if let Some(validators) = body.fields.get("validators") {
            match serde_json::from_value(typed(body, validators)) {
                Ok(validators) => after.validators = Some(validators),
                Err(error) => errors.add("validators", format!("The validators are invalid: {error}.")),
            }
        }
        if let Some(options) = body.fields.get("options") {
            match serde_json::from_value(typed(body, options)) {
                Ok(options) => after.options = Some(options),
                Err(error) => errors.add("options", format!("The options are invalid: {error}.")),
            }
        }
        if let Some(value) = body.fields.get("updateUnauthenticated") {
            match body.as_bool(value) {
                Some(value) => after.update_unauthenticated = Some(value),
                None => errors
                    .add("updateUnauthenticated", "The updateUnauthenticated field must be true or false."),
            }
        }
        match body.fields.get("retainOnDestroy") {
            None => {}
            Some(Value::Null) => after.retain_on_destroy = None,
            Some(Value::String(text)) if matches!(text.as_str(), "" | "anonymized" | "unchanged") => {
                after.retain_on_destroy = Some(text.clone())
            }
            Some(_) => errors.add("retainOnDestroy", "The selected retainOnDestroy is invalid."),
        }
        errors.into_result()?;
        Ok(after)
    }
}

/// Bounds and options with a form's texts as what they are meant to be.
fn typed(body: &Input, value: &Value) -> Value {
    let Value::Object(fields) = value else { return value.clone() };
    let typed = fields.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "min" | "max" | "maxitems" => body.as_number(value),
            "required" => body.as_bool(value).map_or_else(|| value.clone(), Value::Bool),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::Object(typed.collect())
}
