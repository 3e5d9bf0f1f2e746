//! Compares what two destinations of one contract left behind.

use serde_json::{Map, Value};
use similar::TextDiff;

/// An account at the end of a scenario, without what the server itself assigns.
#[derive(Debug, Clone, PartialEq)]
pub struct EndState(Value);

impl EndState {
    /// The comparable part of a whole state document.
    ///
    /// Left out is what no two destinations can have in common (ids, stamps of the server); the order of
    /// contacts, since a destination may well create them in another one; and the order of keys.
    #[must_use]
    pub fn of(state: &Value) -> Self {
        let mut state = state.clone();
        if let Value::Object(document) = &mut state {
            document.remove("format");
            // What a fault has struck is about the way, not about where it leads.
            document.remove("faults");
            for contact in items(document, "contacts") {
                remove(
                    contact,
                    &["cID", "createdAt", "lastModified", "lastUpdateSource", "listJoinDate", "anonymousIds"],
                );
                if let Some(Value::Object(channels)) = contact.get_mut("channels") {
                    for channel in channels.values_mut().filter_map(Value::as_object_mut) {
                        remove(channel, &["subscribedAt", "unsubscribedAt"]);
                    }
                }
            }
            items(document, "activities").for_each(|activity| remove(activity, &["_id", "cID", "UID"]));
            items(document, "lists").for_each(|list| remove(list, &["id"]));
        }
        state.sort_all_objects();
        if let Some(Value::Array(contacts)) = state.get_mut("contacts") {
            contacts.sort_by_cached_key(ToString::to_string);
        }
        Self(state)
    }
}

/// The difference between two end states, line by line with `-` and `+`; `None` when there is none.
#[must_use]
pub fn compare(one: &EndState, other: &EndState) -> Option<String> {
    if one == other {
        return None;
    }
    let (one, other) = (format!("{:#}", one.0), format!("{:#}", other.0));
    let diff = TextDiff::from_lines(&one, &other);
    Some(diff.unified_diff().context_radius(3).to_string())
}

fn items<'a>(
    document: &'a mut Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let items = document.get_mut(key).and_then(Value::as_array_mut).map(|items| items.iter_mut());
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn remove(from: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        from.shift_remove(*key);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_server_assigns_is_not_compared() {
        let state = |cid: &str, stamp: &str, id: u32| {
            EndState::of(&json!({
                "contacts": [{"cID": cid, "channels": {"email": {"address": "a@example.com", "subscribedAt": stamp}}}],
                "lists": [{"id": id, "name": "news"}],
                "activities": [{"_id": cid, "cID": cid, "contact": "a@example.com", "action": "Signed Up"}],
            }))
        };
        assert_eq!(compare(&state("1", "x", 1), &state("2", "y", 2)), None);
    }

    #[test]
    fn an_attribute_that_is_named_like_an_assigned_field_is_compared() {
        let state = |value: &str| {
            EndState::of(&json!({"contacts": [{"attributes": {"cID": value, "createdAt": value}}]}))
        };
        assert!(compare(&state("1"), &state("2")).is_some());
    }

    #[test]
    fn the_order_of_contacts_and_keys_does_not_matter() {
        let one = json!({"contacts": [{"attributes": {"a": 1, "b": 2}}, {"attributes": {"a": 3}}]});
        let other = json!({"contacts": [{"attributes": {"a": 3}}, {"attributes": {"b": 2, "a": 1}}]});
        assert_eq!(compare(&EndState::of(&one), &EndState::of(&other)), None);
    }

    #[test]
    fn the_order_of_activities_matters() {
        let one = json!({"activities": [{"action": "a"}, {"action": "b"}]});
        let other = json!({"activities": [{"action": "b"}, {"action": "a"}]});
        let diff = compare(&EndState::of(&one), &EndState::of(&other)).unwrap();
        assert!(
            diff.contains("-      \"action\": \"a\"") || diff.contains("+      \"action\": \"b\""),
            "{diff}"
        );
    }
}
