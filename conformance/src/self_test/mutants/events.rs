//! What becomes of tracks and pages.

use serde_json::{Map, Value, json};

use super::changes::{
    body, cut, drop_first, each, flatten, numeric, remove, rename, stringify, swap, text, within,
};
use super::{ACTIVITIES, OUTCOME, mutant, once};
use crate::self_test::Mutant;
use crate::self_test::behaviour::Behaviour;

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        event!("drops-properties", "events", ACTIVITIES, |event, _| within(event, "properties", Map::clear)),
        event!("drops-one-property", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| {
                drop_first(fields);
            }
        )),
        event!("swaps-two-properties", "events", ACTIVITIES, |event, _| within(event, "properties", swap)),
        event!("stringifies-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| each(fields, stringify)
        )),
        event!("flattens-properties", "events", ACTIVITIES, |event, _| within(event, "properties", flatten)),
        event!("lowercases-names", "events", ACTIVITIES, |event, _| text(event, "event", str::to_lowercase)),
        event!("underscores-names", "events", ACTIVITIES, |event, _| text(event, "event", |name| name
            .replace(' ', "_"))),
        event!("cuts-long-names", "events", OUTCOME, |event, _| text(event, "event", |name| name
            .chars()
            .take(40)
            .collect())),
        event!("names-what-has-no-name", "events", OUTCOME, |event, _| {
            if event["type"] == "track" && event["event"].as_str().is_none_or(str::is_empty) {
                event["event"] = json!("unnamed");
            }
        }),
        event!("forgets-the-time", "events", ACTIVITIES, |event, _| remove(event, "timestamp")),
        event!("takes-the-time-for-local", "events", ACTIVITIES, |event, _| text(
            event,
            "timestamp",
            |time| { time.trim_end_matches('Z').chars().take(19).collect() }
        )),
        event!("keeps-the-day-only", "events", ACTIVITIES, |event, _| text(event, "timestamp", |time| {
            format!("{}T00:00:00Z", time.chars().take(10).collect::<String>())
        })),
        event!("drops-empty-values", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| {
                fields.retain(|_, value| *value != json!("") && *value != json!([]));
            }
        )),
        event!("keeps-fifty-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| *fields = std::mem::take(fields).into_iter().take(50).collect()
        )),
        event!("cuts-long-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| each(fields, |value| cut(value, 255))
        )),
        event!("makes-a-text-of-deep-values", "events", ACTIVITIES, |event, _| {
            if let Some(properties) = event.get_mut("properties") {
                shallow(properties, 3);
            }
        }),
        event!("tidies-names-of-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| rename(fields, |key| key.trim().to_lowercase().replace(' ', "_"))
        )),
        event!("drops-properties-named-like-fields", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| fields.retain(|key, _| !["email", "event", "userId"].contains(&key.as_str()))
        )),
        event!("makes-numbers-of-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| each(fields, numeric)
        )),
        event!("takes-the-time-of-sending", "events", ACTIVITIES, |event, _| {
            if event.get("sentAt").is_some() {
                event["timestamp"] = event["sentAt"].clone();
            }
        }),
        event!("takes-old-events-for-new", "events", ACTIVITIES, |event, _| {
            if event["timestamp"].as_str().is_some_and(|time| time < "2020") {
                remove(event, "timestamp");
            }
        }),
        wire!("renames-the-page-view", "events", ACTIVITIES, |request| body(
            request,
            "/contactactivities",
            |body| {
                if body["a"] == "pageView" {
                    body["a"] = json!("page");
                }
            }
        )),
        wire!("uses-the-reserved-page-view", "events", OUTCOME, |request| body(
            request,
            "/contactactivities",
            |body| {
                if body["a"] == "pageView" {
                    body["a"] = json!("pageview");
                }
            }
        )),
    ]
}

/// Turns into text what is nested deeper than this.
fn shallow(value: &mut Value, depth: usize) {
    if depth == 0 && (value.is_object() || value.is_array()) {
        *value = json!(value.to_string());
    }
    for inner in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
        shallow(inner, depth.saturating_sub(1));
    }
}
