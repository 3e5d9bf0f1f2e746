//! The account at the end: exactly what the scenario says, and otherwise as it was given.

use serde_json::{Map, Value, json};

use super::Check;
use super::commerce;
use super::compare::{is_open, list, object, objects, value};
use super::contacts;
use super::difference::Differences;
use crate::scenario::{COLLECTIONS, Scenario};

const EMAIL: &str = "channels.email.address";

/// One check per collection.
pub(super) fn judge(scenario: &Scenario, got: &Value) -> Vec<Check> {
    // The loader has seen that the mock takes it.
    let given = cordial_mock::account::normalize(&scenario.given.state).unwrap_or_default();
    let primary_key = got["settings"]["primaryKey"].as_str().unwrap_or(EMAIL);
    let mut checks = Vec::new();
    for name in COLLECTIONS {
        if scenario.then.open.contains(name) {
            continue;
        }
        let expected = match scenario.then.state.get(name) {
            Some(expected) => expected.clone(),
            None => as_given(name, &scenario.given.state, &given),
        };
        let mut differences = Differences::default();
        match name {
            "contacts" => contacts::compare(items(&expected), list(got, name), primary_key, &mut differences),
            "orders" => commerce::orders(items(&expected), list(got, name), &mut differences),
            "products" => commerce::products(items(&expected), list(got, name), &mut differences),
            "activities" => activities(items(&expected), list(got, name), &mut differences),
            "lists" => named(name, "name", &["id"], items(&expected), list(got, name), &mut differences),
            "attributes" => {
                named(name, "key", &["ct", "lm"], items(&expected), list(got, name), &mut differences)
            }
            _ => integration(&expected, &got["integration"], &mut differences),
        }
        checks.push(Check::of(format!("state.{name}"), &differences.into_vec()));
    }
    checks
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What was given, as an expectation: what the file names, in the form that the mock shows it in.
fn as_given(name: &str, written: &Value, normal: &Value) -> Value {
    let normal_items = items(&normal[name]);
    match name {
        // Only what the file names is expected of a contact or an activity: the rest was assigned.
        "contacts" | "activities" | "orders" | "products" => {
            let pairs = items(&written[name]).iter().zip(normal_items);
            pairs.map(|(written, normal)| only_named(written, normal)).collect()
        }
        _ => normal[name].clone(),
    }
}

fn only_named(written: &Value, normal: &Value) -> Value {
    let (Value::Object(written), Value::Object(normal)) = (written, normal) else { return normal.clone() };
    let fields = written.keys().filter_map(|key| {
        let value = normal.get(key)?;
        let nested = matches!(key.as_str(), "channels");
        Some((key.clone(), if nested { only_named_within(&written[key], value) } else { value.clone() }))
    });
    Value::Object(fields.collect())
}

fn only_named_within(written: &Value, normal: &Value) -> Value {
    let (Value::Object(written), Value::Object(normal)) = (written, normal) else { return normal.clone() };
    Value::Object(
        written
            .iter()
            .filter_map(|(key, written)| Some((key.clone(), only_named(written, normal.get(key)?))))
            .collect(),
    )
}

/// Activities in the order of their arrival.
fn activities(expected: &[Value], got: &[Value], differences: &mut Differences) {
    for (at, pair) in (0..expected.len().max(got.len())).map(|at| (at, (expected.get(at), got.get(at)))) {
        let place = format!("activities[{at}]");
        match pair {
            (Some(expected), Some(got)) => activity(&place, expected, got, differences),
            (expected, got) => differences.differ(&place, expected, got),
        }
    }
}

fn activity(place: &str, expected: &Value, got: &Value, differences: &mut Differences) {
    for field in ["contact", "action", "time", "UID", "_id", "cID"]
        .into_iter()
        .filter(|field| expected.get(field).is_some())
    {
        value(&format!("{place}.{field}"), expected.get(field), got.get(field), differences);
    }
    let (wanted, held) = (object(expected, "properties"), object(got, "properties"));
    objects(&format!("{place}.properties"), &wanted, &held, is_open(expected), differences);
}

/// Things with a name of their own. `assigned` fields are judged only where the expectation names them; a field
/// that it leaves out has to be at its default.
fn named(
    collection: &str,
    key: &str,
    assigned: &[&str],
    expected: &[Value],
    got: &[Value],
    differences: &mut Differences,
) {
    let find =
        |items: &'_ [Value], name: &Value| items.iter().find(|item| item.get(key) == Some(name)).cloned();
    for wanted in expected {
        let name = wanted.get(key).cloned().unwrap_or_default();
        let place = format!("{collection}[{}]", name.as_str().unwrap_or_default());
        let Some(held) = find(got, &name) else {
            differences.differ(&place, Some(wanted), None);
            continue;
        };
        let defaults = |value: &Value| {
            let mut fields = value.as_object().cloned().unwrap_or_default();
            fields.shift_remove("open");
            if collection == "lists" {
                fields.entry("enhanced").or_insert(json!(false));
            }
            fields
        };
        let (wanted_fields, mut held_fields) = (defaults(wanted), defaults(&held));
        held_fields
            .retain(|field, _| wanted_fields.contains_key(field) || !assigned.contains(&field.as_str()));
        objects(&place, &wanted_fields, &held_fields, is_open(wanted), differences);
    }
    for held in got {
        let name = held.get(key).cloned().unwrap_or_default();
        if find(expected, &name).is_none() {
            differences.differ(
                &format!("{collection}[{}]", name.as_str().unwrap_or_default()),
                None,
                Some(held),
            );
        }
    }
}

fn integration(expected: &Value, got: &Value, differences: &mut Differences) {
    let filled = |config: &Value| {
        let mut fields: Map<String, Value> = config.as_object().cloned().unwrap_or_default();
        for (key, default) in [
            ("name", json!("segment")),
            ("enabled", json!(true)),
            ("attributeMapping", json!([])),
            ("ignoreFields", json!([])),
        ] {
            fields.entry(key).or_insert(default);
        }
        Value::Object(fields)
    };
    match (expected.is_null(), got.is_null()) {
        (true, true) => {}
        (false, false) => value("integration", Some(&filled(expected)), Some(&filled(got)), differences),
        _ => differences.differ("integration", Some(expected), Some(got)),
    }
}
