//! Whether a reply is what a case expects.

use serde_json::{Map, Value};

/// How much of a body is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// Some: further fields may be there, and further items.
    Part,
}

/// Every place where the reply differs; none when it is as expected.
pub(crate) fn differences(expected: &Value, actual: &Value, extent: Extent) -> Vec<String> {
    let mut found = Vec::new();
    compare(expected, actual, extent, "", &mut found);
    found
}

fn compare(expected: &Value, actual: &Value, extent: Extent, at: &str, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => objects(expected, actual, extent, at, found),
        (Value::Array(expected), Value::Array(actual)) => arrays(expected, actual, extent, at, found),
        (Value::String(pattern), actual) if is_matcher(pattern) => {
            if !fits(pattern, actual) {
                found.push(format!("{at}: expected {pattern}, found {actual}"));
            }
        }
        (expected, actual) if equal(expected, actual) => {}
        _ => found.push(format!("{at}: expected {expected}, found {actual}")),
    }
}

fn objects(
    expected: &Map<String, Value>,
    actual: &Map<String, Value>,
    extent: Extent,
    at: &str,
    found: &mut Vec<String>,
) {
    for (key, value) in expected {
        match actual.get(key) {
            Some(actual) => compare(value, actual, extent, &format!("{at}/{key}"), found),
            None => found.push(format!("{at}/{key}: expected {value}, found nothing")),
        }
    }
    if extent == Extent::Whole {
        for (key, value) in actual.iter().filter(|(key, _)| !expected.contains_key(*key)) {
            found.push(format!("{at}/{key}: expected nothing, found {value}"));
        }
    }
}

fn arrays(expected: &[Value], actual: &[Value], extent: Extent, at: &str, found: &mut Vec<String>) {
    if extent == Extent::Part {
        for item in expected {
            if !actual.iter().any(|actual| differences(item, actual, extent).is_empty()) {
                found.push(format!("{at}: no item is {item}; found {}", Value::from(actual)));
            }
        }
    } else if expected.len() == actual.len() {
        for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
            compare(expected, actual, extent, &format!("{at}/{index}"), found);
        }
    } else {
        let (wanted, actual) = (expected.len(), Value::from(actual));
        found.push(format!("{at}: expected {wanted} items, found {actual}"));
    }
}

/// 1 and 1.0 are the same number in JSON.
fn equal(expected: &Value, actual: &Value) -> bool {
    expected == actual
        || matches!((expected, actual), (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64())
}

fn is_matcher(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>')
}

/// The matchers; one that is not known fits nothing, so that a slip is seen.
fn fits(pattern: &str, actual: &Value) -> bool {
    match pattern {
        "<any>" => true,
        "<text>" => actual.is_string(),
        "<integer>" => actual.is_i64() || actual.is_u64(),
        "<id>" => actual.as_str().is_some_and(is_id),
        "<time>" => actual.as_str().is_some_and(is_time),
        _ => false,
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `2018-08-07T18:47:35+0000`.
fn is_time(text: &str) -> bool {
    let shape = "dddd-dd-ddTdd:dd:dd+0000";
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            shape => byte == shape,
        })
}
