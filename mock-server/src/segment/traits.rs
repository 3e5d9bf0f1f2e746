//! From a Segment identify to the fields of a contact, by the account's integration config.

use serde_json::{Map, Value, json};

use crate::account::{EMAIL_ADDRESS, State};
use crate::contact_attributes::AttributeType;
use crate::hints;
use crate::integrations::{ContactsErrorHandling, IntegrationConfig};
use crate::refusal::{FieldErrors, Refusal};

/// The fields of the contact that the traits describe, in the form that `POST /contacts` takes. For a new contact
/// they hold the primary key, too; a mapped value of it wins.
///
/// A trait is data: it reaches an attribute or nothing. It never becomes an option of the request or a list, and it
/// reaches a channel only where a row sends it there.
///
/// # Errors
/// 422 for traits whose attribute the account lacks, unless the config ignores those.
pub(super) fn contact_body(
    traits: &Map<String, Value>,
    user_id: &str,
    new: bool,
    state: &State,
) -> Result<Map<String, Value>, Refusal> {
    let no_config = IntegrationConfig::default();
    let config = state.integration.as_ref().unwrap_or(&no_config);
    let ignores = config.contacts_error_handling == Some(ContactsErrorHandling::IgnoreMissingAttributes);
    let (mapped, rest) = mapped(traits, user_id, config);
    let mut errors = FieldErrors::default();
    let mut fields = Map::new();
    let unmapped = rest.into_iter().map(|(key, value)| (key, value, false));
    for (key, value, is_mapped) in mapped.into_iter().map(|(key, value)| (key, value, true)).chain(unmapped) {
        let has_place = has_attribute(&key, state) || (is_mapped && key == EMAIL_ADDRESS);
        if has_place {
            fields.entry(key).or_insert(value);
        } else if !ignores {
            errors.not_in_schema(&key);
            errors.hint(hints::name("attribute", &key, state.attributes.keys()));
        }
    }
    errors.into_result()?;
    let key = &state.settings.primary_key;
    if new && !fields.contains_key(key) {
        fields.insert(key.clone(), json!(user_id));
    }
    Ok(nest_channels(fields))
}

/// What the rows of the mapping take, under the keys that they send it to, and the traits that are left.
fn mapped(
    traits: &Map<String, Value>,
    user_id: &str,
    config: &IntegrationConfig,
) -> (Map<String, Value>, Map<String, Value>) {
    let mut rest = traits.clone();
    for path in &config.ignore_fields {
        take(&mut rest, path);
    }
    // Every row reads before the first one takes: two rows may want the same trait.
    let mut fields = Map::new();
    for row in &config.attribute_mapping {
        let value = match row.segment_field.as_str() {
            "user_id" | "userId" => Some(json!(user_id)),
            path => read(&rest, path).cloned(),
        };
        if let Some(value) = value {
            fields.insert(row.cordial_key.clone(), value);
        }
    }
    for row in &config.attribute_mapping {
        take(&mut rest, &row.segment_field);
    }
    (fields, rest)
}

/// The value at a dotted path; a name with dots in it is found as it stands, too.
fn read<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = fields.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    read(fields.get(first)?.as_object()?, rest)
}

/// Takes the value at a dotted path out of the traits; an object that this leaves empty goes as well.
fn take(fields: &mut Map<String, Value>, path: &str) -> Option<Value> {
    if let Some(value) = fields.shift_remove(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    let inner = fields.get_mut(first)?.as_object_mut()?;
    let value = take(inner, rest)?;
    if inner.is_empty() {
        fields.shift_remove(first);
    }
    Some(value)
}

/// Whether the key is an attribute's, or names a part of a geo attribute.
fn has_attribute(key: &str, state: &State) -> bool {
    let is_geo =
        |key: &str| state.attributes.get(key).is_some_and(|attribute| attribute.r#type == AttributeType::Geo);
    state.attributes.contains_key(key) || key.split_once('.').is_some_and(|(attribute, _)| is_geo(attribute))
}

/// `channels.email.address` as the object that a contact's body has.
fn nest_channels(fields: Map<String, Value>) -> Map<String, Value> {
    let mut body = Map::new();
    for (key, value) in fields {
        if key == EMAIL_ADDRESS {
            body.insert("channels".to_owned(), json!({ "email": { "address": value } }));
        } else {
            body.insert(key, value);
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: Value) -> IntegrationConfig {
        serde_json::from_value(value).unwrap()
    }

    fn traits(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn whole(traits: &Map<String, Value>, config: &IntegrationConfig) -> Value {
        let (mut fields, mut rest) = mapped(traits, "u1", config);
        fields.append(&mut rest);
        Value::Object(fields)
    }

    #[test]
    fn two_rows_may_take_the_same_trait() {
        let row = |key: &str| json!({"segmentField": "a", "cordialKey": key});
        let config = config(json!({"name": "segment", "attributeMapping": [row("b"), row("c")]}));
        assert_eq!(whole(&traits(json!({"a": 1})), &config), json!({"b": 1, "c": 1}));
    }

    #[test]
    fn every_row_of_the_vendor_s_example_takes_its_trait() {
        let config = config(json!({
            "name": "segment",
            "attributeMapping": [
                {"segmentField": "first_name", "cordialKey": "fname"},
                {"segmentField": "user_id", "cordialKey": "extid"},
                {"segmentField": "address.state", "cordialKey": "state"},
                {"segmentField": "email", "cordialKey": "channels.email.address"},
            ],
            "ignoreFields": ["website"],
        }));
        let traits = traits(
            json!({"first_name": "Jane", "address": {"state": "CA"}, "email": "j@example.com", "website": "x", "plan": "pro"}),
        );
        let expected = json!({"fname": "Jane", "extid": "u1", "state": "CA", "channels.email.address": "j@example.com", "plan": "pro"});
        assert_eq!(whole(&traits, &config), expected);
    }

    #[test]
    fn what_a_mapping_leaves_of_an_object_goes_on_under_its_own_name() {
        let config = config(
            json!({"name": "segment", "attributeMapping": [{"segmentField": "address.state", "cordialKey": "state"}]}),
        );
        let traits = traits(json!({"address": {"state": "CA", "city": "LA"}}));
        assert_eq!(whole(&traits, &config), json!({"state": "CA", "address": {"city": "LA"}}));
    }

    #[test]
    fn a_field_that_is_ignored_is_not_mapped_either() {
        let config = config(json!({
            "name": "segment",
            "attributeMapping": [{"segmentField": "a", "cordialKey": "b"}],
            "ignoreFields": ["a", "c.d"],
        }));
        assert_eq!(whole(&traits(json!({"a": 1, "c": {"d": 2}})), &config), json!({}));
    }
}
