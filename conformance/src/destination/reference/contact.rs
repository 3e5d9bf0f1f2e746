//! From traits to the fields of a contact.

use serde_json::{Map, Value, json};

use super::config::{Config, Row};
use super::user_id::EMAIL;

/// Where traits go.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Fields {
    /// What rows of the mapping send somewhere.
    pub(super) mapped: Map<String, Value>,
    /// What goes to the attribute of its own name.
    pub(super) unmapped: Map<String, Value>,
}

/// Every trait under the key that it goes to.
pub(super) fn fields(traits: &Map<String, Value>, user_id: &str, config: &Config) -> Fields {
    let mut unmapped = traits.clone();
    for ignored in &config.ignore_fields {
        remove(&mut unmapped, &path(ignored));
    }
    let rows = || config.attribute_mapping.iter();
    let value = |row: &Row| match row.segment_field.as_str() {
        "user_id" | "userId" => Some(json!(user_id)),
        field => remove(&mut unmapped.clone(), &path(field)),
    };
    // Every row sees every trait, also one that another row has taken.
    let mapped = rows().filter_map(|row| Some((row.cordial_key.clone(), value(row)?))).collect();
    for row in rows() {
        remove(&mut unmapped, &path(&row.segment_field));
    }
    Fields { mapped, unmapped }
}

/// The body of a request to `/contacts`: the address of the e-mail channel stands in an object of its own.
pub(super) fn body(mut fields: Map<String, Value>) -> Map<String, Value> {
    if let Some(address) = fields.shift_remove(EMAIL) {
        fields.insert("channels".to_owned(), json!({ "email": { "address": address } }));
    }
    fields
}

fn path(field: &str) -> Vec<&str> {
    field.split('.').collect()
}

/// Takes a value out, and with it the objects that this empties.
fn remove(fields: &mut Map<String, Value>, path: &[&str]) -> Option<Value> {
    match path {
        [] => None,
        [last] => fields.shift_remove(*last),
        [first, rest @ ..] => {
            let inner = fields.get_mut(*first)?.as_object_mut()?;
            let value = remove(inner, rest)?;
            if inner.is_empty() {
                fields.shift_remove(*first);
            }
            Some(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(traits: Value, config: Value) -> Value {
        let config: Config = serde_json::from_value(config).unwrap();
        let Fields { mapped, mut unmapped } = fields(traits.as_object().unwrap(), "u@example.com", &config);
        unmapped.extend(mapped);
        Value::Object(body(unmapped))
    }

    #[test]
    fn rows_take_their_traits_and_the_rest_goes_on_under_its_own_name() {
        let config = json!({
            "attributeMapping": [
                { "segmentField": "first_name", "cordialKey": "fname" },
                { "segmentField": "user_id", "cordialKey": "extid" },
                { "segmentField": "address.state", "cordialKey": "state" },
                { "segmentField": "email", "cordialKey": "channels.email.address" },
            ],
            "ignoreFields": ["website", "a.b"],
        });
        let traits = json!({ "first_name": "J", "address": { "state": "CA", "city": "LA" }, "email": "e@example.com", "website": "w", "a": { "b": 1 }, "plan": 2 });
        let expected = json!({
            "fname": "J", "extid": "u@example.com", "state": "CA", "address": { "city": "LA" },
            "channels": { "email": { "address": "e@example.com" } }, "plan": 2,
        });
        assert_eq!(of(traits, config), expected);
    }

    #[test]
    fn a_row_without_a_trait_does_nothing() {
        assert_eq!(
            of(
                json!({ "a": 1 }),
                json!({ "attributeMapping": [{ "segmentField": "a.b", "cordialKey": "c" }] })
            ),
            json!({ "a": 1 })
        );
    }
}
