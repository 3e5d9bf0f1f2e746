//! When two values are the same.

use serde_json::{Map, Value};

use super::difference::Differences;

/// Whether two values are the same. 1 and 1.0 are: JSON has one kind of number.
pub(super) fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(expected), Value::Number(got)) => expected == got || expected.as_f64() == got.as_f64(),
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(expected, got)| same(expected, got))
        }
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(key, expected)| got.get(key).is_some_and(|got| same(expected, got)))
        }
        _ => expected == got,
    }
}

/// Compares two objects field by field. With `open` the second may have more.
pub(super) fn objects(
    place: &str,
    expected: &Map<String, Value>,
    got: &Map<String, Value>,
    open: bool,
    differences: &mut Differences,
) {
    for (key, expected) in expected {
        value(&format!("{place}.{key}"), Some(expected), got.get(key), differences);
    }
    if !open {
        for (key, got) in got.iter().filter(|(key, _)| !expected.contains_key(*key)) {
            differences.differ(&format!("{place}.{key}"), None, Some(got));
        }
    }
}

/// Compares two values, and names the innermost place where they differ.
pub(super) fn value(
    place: &str,
    expected: Option<&Value>,
    got: Option<&Value>,
    differences: &mut Differences,
) {
    match (expected, got) {
        (Some(Value::Object(expected)), Some(Value::Object(got))) => {
            objects(place, expected, got, false, differences)
        }
        (Some(expected), Some(got)) if same(expected, got) => {}
        (None, None) => {}
        (expected, got) => differences.differ(place, expected, got),
    }
}

/// The field as an object; an empty one where it is absent.
pub(super) fn object(value: &Value, key: &str) -> Map<String, Value> {
    value.get(key).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The field as a list; an empty one where it is absent.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether an expected item says `open: true`.
pub(super) fn is_open(item: &Value) -> bool {
    item.get("open").and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_the_same_in_length_and_order() {
        assert!(same(&json!([1, [2]]), &json!([1.0, [2]])));
        for other in [json!([1]), json!([1, 2, 3]), json!([2, 1])] {
            assert!(!same(&json!([1, 2]), &other) && !same(&other, &json!([1, 2])), "{other}");
        }
    }

    #[test]
    fn objects_are_the_same_in_their_keys_and_values() {
        assert!(same(&json!({ "a": 1, "b": 2 }), &json!({ "b": 2, "a": 1 })));
        for other in [json!({ "a": 1 }), json!({ "a": 1, "c": 2 }), json!({ "a": 1, "b": 3 })] {
            assert!(!same(&json!({ "a": 1, "b": 2 }), &other) && !same(&other, &json!({ "a": 1, "b": 2 })));
        }
    }
}
