//! Small changes to events and requests, of which mutants are made.

use serde_json::{Map, Value, json};

use crate::destination::reference::Outgoing;

/// Changes the body of a request whose path holds this.
pub(super) fn body(request: &mut Outgoing, path: &str, change: impl FnOnce(&mut Value)) {
    if request.url.contains(path)
        && let Some(fields) = request.body.take()
    {
        let mut value = Value::Object(fields);
        change(&mut value);
        if let Value::Object(fields) = value {
            request.body = Some(fields);
        }
    }
}

pub(super) fn traits(event: &mut Value, change: impl FnOnce(&mut Map<String, Value>)) {
    within(event, "traits", change);
}

pub(super) fn within(event: &mut Value, field: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Some(fields) =
        event.get_mut(field).and_then(Value::as_object_mut).filter(|fields| !fields.is_empty())
    {
        change(fields);
    }
}

pub(super) fn text(event: &mut Value, field: &str, change: impl FnOnce(&str) -> String) {
    if let Some(changed) = event.get(field).and_then(Value::as_str).map(change) {
        event[field] = json!(changed);
    }
}

pub(super) fn remove(value: &mut Value, field: &str) {
    if let Some(fields) = value.as_object_mut() {
        fields.shift_remove(field);
    }
}

pub(super) fn each(fields: &mut Map<String, Value>, change: fn(&mut Value)) {
    fields.values_mut().for_each(change);
}

pub(super) fn rename(fields: &mut Map<String, Value>, name: impl Fn(&str) -> String) {
    *fields = std::mem::take(fields).into_iter().map(|(key, value)| (name(&key), value)).collect();
}

pub(super) fn camel(key: &str) -> String {
    let mut parts = key.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let mut letters = part.chars();
        let head = letters.next().map(|c| c.to_ascii_uppercase()).map(String::from).unwrap_or_default();
        name + &head + letters.as_str()
    })
}

pub(super) fn drop_first(fields: &mut Map<String, Value>) {
    if let Some(key) = fields.keys().next().cloned() {
        fields.shift_remove(&key);
    }
}

pub(super) fn swap(fields: &mut Map<String, Value>) {
    let mut values = fields.values_mut();
    if let (Some(first), Some(second)) = (values.next(), values.next()) {
        std::mem::swap(first, second);
    }
}

pub(super) fn flatten(fields: &mut Map<String, Value>) {
    let mut flat = Map::new();
    for (key, value) in std::mem::take(fields) {
        match value {
            Value::Object(inner) => {
                flat.extend(inner.into_iter().map(|(part, value)| (format!("{key}_{part}"), value)))
            }
            value => {
                flat.insert(key, value);
            }
        }
    }
    *fields = flat;
}

pub(super) fn stringify(value: &mut Value) {
    if value.is_number() || value.is_boolean() {
        *value = json!(value.to_string());
    }
}

pub(super) fn cut(value: &mut Value, length: usize) {
    if let Some(text) = value.as_str() {
        *value = json!(text.chars().take(length).collect::<String>());
    }
}

pub(super) fn numeric(value: &mut Value) {
    if let Some(number) = value.as_str().and_then(|text| text.parse::<f64>().ok()) {
        *value = json!(number);
    }
}

pub(super) fn trim(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.trim());
    }
}
