//! From a Segment identify to the fields of a contact, by the account's integration config.

use serde_json::{Map, Value};

use crate::account::{EMAIL_ADDRESS, State};
use crate::integrations::{ContactsErrorHandling, IntegrationConfig};

/// The fields of the contact that the traits describe, in the form that `POST /contacts` takes. For a new contact
/// they hold the primary key, too; a mapped value of it wins.
pub(super) fn contact_body(
    traits: &Map<String, Value>,
    user_id: &str,
    new: bool,
    state: &State,
) -> Map<String, Value> {
    let no_config = IntegrationConfig::default();
    let config = state.integration.as_ref().unwrap_or(&no_config);
    let mut fields = mapped(traits, user_id, config);
    if config.contacts_error_handling == Some(ContactsErrorHandling::IgnoreMissingAttributes) {
        fields.retain(|key, _| exists(key, state));
    }
    let key = &state.settings.primary_key;
    if new && !fields.contains_key(key) {
        fields.insert(key.clone(), Value::String(user_id.to_owned()));
    }
    nest_channels(fields)
}

/// Every trait under the key that it goes to.
fn mapped(traits: &Map<String, Value>, user_id: &str, config: &IntegrationConfig) -> Map<String, Value> {
    let mut rest = traits.clone();
    for path in &config.ignore_fields {
        take(&mut rest, path);
    }
    let mut fields = Map::new();
    for row in &config.attribute_mapping {
        let value = match row.segment_field.as_str() {
            "user_id" | "userId" => Some(Value::String(user_id.to_owned())),
            path => take(&mut rest, path),
        };
        if let Some(value) = value {
            fields.insert(row.cordial_key.clone(), value);
        }
    }
    for (key, value) in rest {
        fields.entry(key).or_insert(value);
    }
    fields
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

/// Whether the account has a place for the key.
fn exists(key: &str, state: &State) -> bool {
    let attribute = key.split_once('.').map_or(key, |(attribute, _)| attribute);
    attribute == "channels" || state.attributes.contains_key(key) || state.attributes.contains_key(attribute)
}

/// `channels.email.address` as the object that a contact's body has.
fn nest_channels(fields: Map<String, Value>) -> Map<String, Value> {
    let mut body = Map::new();
    for (key, value) in fields {
        if key == EMAIL_ADDRESS {
            body.insert("channels".to_owned(), serde_json::json!({ "email": { "address": value } }));
        } else {
            body.insert(key, value);
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> IntegrationConfig {
        serde_json::from_value(value).unwrap()
    }

    fn traits(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
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
        assert_eq!(Value::Object(mapped(&traits, "u1", &config)), expected);
    }

    #[test]
    fn what_a_mapping_leaves_of_an_object_goes_on_under_its_own_name() {
        let config = config(
            json!({"name": "segment", "attributeMapping": [{"segmentField": "address.state", "cordialKey": "state"}]}),
        );
        let traits = traits(json!({"address": {"state": "CA", "city": "LA"}}));
        assert_eq!(
            Value::Object(mapped(&traits, "u1", &config)),
            json!({"state": "CA", "address": {"city": "LA"}})
        );
    }

    #[test]
    fn a_field_that_is_ignored_is_not_mapped_either() {
        let config = config(json!({
            "name": "segment",
            "attributeMapping": [{"segmentField": "a", "cordialKey": "b"}],
            "ignoreFields": ["a", "c.d"],
        }));
        assert_eq!(Value::Object(mapped(&traits(json!({"a": 1, "c": {"d": 2}})), "u1", &config)), json!({}));
    }
}
