//! From traits to attributes, by the rows that the customer chose.

use serde_json::{Map, Value, json};

/// One row of the mapping.
#[derive(Debug)]
pub(super) struct Row {
    /// A path into the traits, or the user id.
    segment_field: String,
    cordial_key: String,
}

/// The rows of an integration config. The rest of it is about the classic destination.
pub(super) fn rows(integration: &Value) -> Vec<Row> {
    let rows = integration["attributeMapping"].as_array().into_iter().flatten();
    let text = |row: &Value, field: &str| row[field].as_str().map(str::to_owned);
    rows.filter_map(|row| {
        Some(Row { segment_field: text(row, "segmentField")?, cordial_key: text(row, "cordialKey")? })
    })
    .collect()
}

/// What the rows make of the traits; a row without its trait does nothing.
pub(super) fn mapped(rows: &[Row], traits: &Value, user_id: Option<&str>) -> Map<String, Value> {
    let value = |row: &Row| match row.segment_field.as_str() {
        "user_id" | "userId" => user_id.map(|id| json!(id)),
        path => at(traits, path).cloned(),
    };
    rows.iter().filter_map(|row| Some((row.cordial_key.clone(), value(row)?))).collect()
}

/// The value at a dotted path; a name with dots in it is found as it stands, too.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    value.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        at(value.get(first)?, rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_take_their_traits_and_nothing_else_is_sent() {
        let row = |from: &str, to: &str| json!({ "segmentField": from, "cordialKey": to });
        let rows = rows(&json!({ "attributeMapping": [
            row("first_name", "fname"), row("user_id", "extid"), row("address.state", "home.state"),
            row("address.zip", "zip"), row("first_name", "nickname"), { "segmentField": "plan" },
        ] }));
        let traits = json!({ "first_name": "J", "address": { "state": "CA", "city": "LA" }, "plan": 2 });
        let expected = json!({ "fname": "J", "extid": "u-1", "home.state": "CA", "nickname": "J" });
        assert_eq!(Value::Object(mapped(&rows, &traits, Some("u-1"))), expected);
        assert_eq!(mapped(&rows, &json!(null), None), Map::new());
    }
}
