//! Which values an attribute takes (FACTS, "Contacts": types and validators). The texts follow Laravel's catalogue
//! where the real ones are not known.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::model::{Attribute, AttributeType};
use crate::dates;

/// The longest text by default (official).
const MAX_LENGTH: f64 = 128.0;
/// How many items an array keeps by default (official).
const MAX_ITEMS: usize = 25;
/// The parts of a geo value (vendor docs).
const GEO_PARTS: [&str; 10] = [
    "street_address",
    "street_address2",
    "city",
    "state",
    "postal_code",
    "country",
    "countryISO",
    "tz",
    "loc",
    "auto",
];

/// The value as it is stored, or `None` where `null` clears it (inferred). `before` is what an `add` or `remove`
/// starts from.
///
/// # Errors
/// The text of the validation error.
pub fn read(
    attribute: &Attribute,
    value: &Value,
    before: Option<&Value>,
    zone: &TimeZone,
) -> Result<Option<Value>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let key = &attribute.key;
    match attribute.r#type {
        AttributeType::String => text(attribute, value),
        AttributeType::Number => number(attribute, value),
        AttributeType::Date => match value.as_str().and_then(|text| dates::parse(text, zone)) {
            Some(at) => Ok(Value::String(dates::format(at))),
            None => Err(format!("The {key} is not a valid date.")),
        },
        AttributeType::Geo => geo(key, value),
        AttributeType::Array => array(attribute, value, before),
    }
    .map(Some)
}

fn text(attribute: &Attribute, value: &Value) -> Result<Value, String> {
    let key = &attribute.key;
    let Value::String(text) = value else {
        return Err(format!("The {key} must be a string."));
    };
    check_length(attribute, text)?;
    Ok(value.clone())
}

fn check_length(attribute: &Attribute, text: &str) -> Result<(), String> {
    let key = &attribute.key;
    let (min, max) = bounds(attribute);
    // Laravel counts characters; a text is far from 2^52 characters long, so nothing is lost.
    #[expect(clippy::cast_precision_loss, reason = "a text is far shorter than 2^52 characters")]
    let length = text.chars().count() as f64;
    if length > max.unwrap_or(MAX_LENGTH) {
        return Err(format!("The {key} may not be greater than {} characters.", max.unwrap_or(MAX_LENGTH)));
    }
    match min {
        Some(min) if length < min => Err(format!("The {key} must be at least {min} characters.")),
        _ => Ok(()),
    }
}

fn number(attribute: &Attribute, value: &Value) -> Result<Value, String> {
    let key = &attribute.key;
    let Some(number) = value.as_f64().filter(|_| value.is_number()) else {
        return Err(format!("The {key} must be a number."));
    };
    match bounds(attribute) {
        (Some(min), _) if number < min => Err(format!("The {key} must be at least {min}.")),
        (_, Some(max)) if number > max => Err(format!("The {key} may not be greater than {max}.")),
        _ => Ok(value.clone()),
    }
}

fn bounds(attribute: &Attribute) -> (Option<f64>, Option<f64>) {
    attribute.validators.as_ref().map_or((None, None), |validators| (validators.min, validators.max))
}

fn geo(key: &str, value: &Value) -> Result<Value, String> {
    let Value::Object(parts) = value else {
        return Err(format!("The {key} must be an array."));
    };
    for (part, value) in parts {
        if !GEO_PARTS.contains(&part.as_str()) {
            return Err(format!("key {key}.{part} is not part of the schema for this resource"));
        }
        let fits = match part.as_str() {
            "loc" => ["lat", "lon"].iter().all(|axis| value.get(axis).is_some_and(Value::is_number)),
            "auto" => value.is_boolean(),
            _ => value.is_string(),
        };
        if !fits {
            return Err(match part.as_str() {
                "loc" => format!("The {key}.loc must have the numbers lat and lon."),
                "auto" => format!("The {key}.auto field must be true or false."),
                _ => format!("The {key}.{part} must be a string."),
            });
        }
    }
    // Partial objects are kept as sent (client).
    Ok(value.clone())
}

/// Sets a part of a geo value by its dotted name, such as `city` or `loc.lat`.
pub fn set_part(whole: &mut Map<String, Value>, part: &str, value: Value) {
    match part.split_once('.') {
        None => {
            whole.insert(part.to_owned(), value);
        }
        Some((outer, inner)) => {
            let slot = whole.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(fields) = slot {
                fields.insert(inner.to_owned(), value);
            }
        }
    }
}

/// An array replaces the old one; an object with `add` and `remove` changes it (client). Past the limit the newest
/// push out the oldest (vendor docs).
fn array(attribute: &Attribute, value: &Value, before: Option<&Value>) -> Result<Value, String> {
    let key = &attribute.key;
    let mut items = match value {
        Value::Array(items) => checked_items(attribute, items)?,
        Value::Object(edit)
            if !edit.is_empty() && edit.keys().all(|verb| verb == "add" || verb == "remove") =>
        {
            let mut items = before.and_then(Value::as_array).cloned().unwrap_or_default();
            if let Some(removed) = edit.get("remove") {
                let removed =
                    removed.as_array().ok_or_else(|| format!("The {key}.remove must be an array."))?;
                items.retain(|item| !removed.contains(item));
            }
            if let Some(added) = edit.get("add") {
                let added = added.as_array().ok_or_else(|| format!("The {key}.add must be an array."))?;
                items.extend(checked_items(attribute, added)?);
            }
            items
        }
        _ => return Err(format!("The {key} must be an array.")),
    };
    let limit = attribute.options.as_ref().and_then(|options| options.maxitems).unwrap_or(MAX_ITEMS);
    items.drain(..items.len().saturating_sub(limit));
    Ok(Value::Array(items))
}

fn checked_items(attribute: &Attribute, items: &[Value]) -> Result<Vec<Value>, String> {
    for item in items {
        match item {
            Value::String(text) => check_length(attribute, text)?,
            Value::Number(_) => {}
            _ => return Err(format!("The {} must be an array of strings or numbers.", attribute.key)),
        }
    }
    Ok(items.to_vec())
}
