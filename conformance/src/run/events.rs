//! Completes the events of a scenario with what Segment itself always adds.

use serde_json::{Value, json};

use super::harness::CLOCK;

/// The event as Segment would send it: `messageId` and `timestamp` are filled in where the scenario leaves them
/// out, with values that are the same in every run.
pub(super) fn complete(event: &Value, scenario: &str, position: usize) -> Value {
    let mut event = event.clone();
    if let Value::Object(fields) = &mut event {
        fields.entry("messageId").or_insert_with(|| json!(format!("{scenario}-{}", position + 1)));
        fields.entry("timestamp").or_insert_with(|| json!(CLOCK));
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_scenario_leaves_out_is_filled_in() {
        let event = complete(&json!({"type": "track"}), "track.known", 1);
        assert_eq!(
            event,
            json!({"type": "track", "messageId": "track.known-2", "timestamp": "2026-01-02T03:04:05Z"})
        );
    }

    #[test]
    fn what_the_scenario_names_stays_even_null() {
        let event = json!({"type": "track", "messageId": "m", "timestamp": null});
        assert_eq!(complete(&event, "track.known", 0), event);
    }
}
