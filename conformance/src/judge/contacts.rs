//! Contacts, matched by who they are and compared by what they hold.

use serde_json::{Map, Value};

use super::commerce;
use super::compare::{is_open, list, object, objects, value};
use super::difference::Differences;

/// Fields that the server assigns: judged only where an expectation names them.
const ASSIGNED: [&str; 5] = ["cID", "createdAt", "lastModified", "lastUpdateSource", "anonymousIds"];

/// Every expected contact is there, and no other one.
pub(super) fn compare(expected: &[Value], got: &[Value], primary_key: &str, differences: &mut Differences) {
    let mut left: Vec<&Value> = got.iter().collect();
    for wanted in expected {
        let name = name_of(wanted, primary_key);
        match left.iter().position(|contact| is_same_person(wanted, contact, primary_key)) {
            Some(at) => compare_one(&format!("contacts[{name}]"), wanted, left.remove(at), differences),
            None => differences.say(format!("contacts[{name}]\n  expected: a contact\n       got: none")),
        }
    }
    for contact in left {
        let name = name_of(contact, primary_key);
        differences.say(format!("contacts[{name}]\n  expected: no such contact\n       got: {contact}"));
    }
}

fn name_of(contact: &Value, primary_key: &str) -> String {
    let identity = identity(contact, primary_key).or_else(|| addresses(contact).next().map(str::to_owned));
    identity.unwrap_or_else(|| "without an identifier".to_owned())
}

/// The contact's value of the account's primary key.
fn identity(contact: &Value, primary_key: &str) -> Option<String> {
    let value = match primary_key.strip_prefix("channels.").and_then(|rest| rest.strip_suffix(".address")) {
        Some(channel) => contact.get("channels")?.get(channel)?.get("address")?,
        None => contact.get("attributes")?.get(primary_key)?,
    };
    value.as_str().map(str::to_owned).or_else(|| Some(value.to_string()))
}

fn addresses(contact: &Value) -> impl Iterator<Item = &str> {
    let channels = contact.get("channels").and_then(Value::as_object);
    channels.into_iter().flat_map(Map::values).filter_map(|channel| channel.get("address")?.as_str())
}

fn is_same_person(expected: &Value, got: &Value, primary_key: &str) -> bool {
    if let Some(id) = expected.get("cID") {
        return got.get("cID") == Some(id);
    }
    match identity(expected, primary_key) {
        Some(identity_wanted) => identity(got, primary_key) == Some(identity_wanted),
        None if addresses(expected).next().is_some() => {
            addresses(expected).any(|address| addresses(got).any(|other| other == address))
        }
        // Without any identifier: by what is left, the attributes.
        None => identity(got, primary_key).is_none() && expected.get("attributes") == got.get("attributes"),
    }
}

fn compare_one(place: &str, expected: &Value, got: &Value, differences: &mut Differences) {
    compare_channels(
        &format!("{place}.channels"),
        &object(expected, "channels"),
        &object(got, "channels"),
        differences,
    );
    let (wanted, held) = (object(expected, "attributes"), object(got, "attributes"));
    objects(&format!("{place}.attributes"), &wanted, &held, is_open(expected), differences);
    compare_lists(
        &format!("{place}.lists"),
        list(expected, "lists"),
        list(got, "lists"),
        is_open(expected),
        differences,
    );
    commerce::cart(place, expected.get("cart"), got.get("cart"), differences);
    for field in ASSIGNED.into_iter().chain(["listJoinDate"]).filter(|field| expected.get(field).is_some()) {
        value(&format!("{place}.{field}"), expected.get(field), got.get(field), differences);
    }
}

fn compare_channels(
    place: &str,
    expected: &Map<String, Value>,
    got: &Map<String, Value>,
    differences: &mut Differences,
) {
    for (name, wanted) in expected {
        let place = format!("{place}.{name}");
        let Some(channel) = got.get(name) else {
            differences.differ(&place, Some(wanted), None);
            continue;
        };
        let none = Value::from("none");
        value(&format!("{place}.address"), wanted.get("address"), channel.get("address"), differences);
        let status = |channel: &Value| channel.get("subscribeStatus").unwrap_or(&none).clone();
        value(
            &format!("{place}.subscribeStatus"),
            Some(&status(wanted)),
            Some(&status(channel)),
            differences,
        );
        let invalid =
            |channel: &Value| Value::Bool(channel.get("invalid").and_then(Value::as_bool).unwrap_or(false));
        value(&format!("{place}.invalid"), Some(&invalid(wanted)), Some(&invalid(channel)), differences);
        for stamp in
            ["subscribedAt", "unsubscribedAt"].into_iter().filter(|stamp| wanted.get(stamp).is_some())
        {
            value(&format!("{place}.{stamp}"), wanted.get(stamp), channel.get(stamp), differences);
        }
    }
    for (name, channel) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
        differences.differ(&format!("{place}.{name}"), None, Some(channel));
    }
}

/// Memberships have no order.
fn compare_lists(place: &str, expected: &[Value], got: &[Value], open: bool, differences: &mut Differences) {
    for name in expected.iter().filter(|name| !got.contains(name)) {
        differences.differ(place, Some(name), None);
    }
    if !open {
        for name in got.iter().filter(|name| !expected.contains(name)) {
            differences.differ(place, None, Some(name));
        }
    }
}
