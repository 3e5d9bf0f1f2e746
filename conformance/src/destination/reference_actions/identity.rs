//! Whom an event is about.

use serde_json::{Map, Value, json};

use super::Instance;

/// Everything by which Cordial can know the person of an event.
#[derive(Debug, PartialEq)]
pub(super) struct Identity {
    pub(super) user_id: Option<String>,
    pub(super) anonymous_id: Option<String>,
}

impl Identity {
    /// The ids of an event; `None` where it names nobody.
    pub(super) fn of(event: &Value) -> Option<Self> {
        let (user_id, anonymous_id) = (id(event, "userId"), id(event, "anonymousId"));
        (user_id.is_some() || anonymous_id.is_some()).then_some(Self { user_id, anonymous_id })
    }

    /// The beginning of every body that is about a person.
    pub(super) fn body(&self, instance: &Instance) -> Map<String, Value> {
        let mut body = self.segment_ids(instance);
        let identities = self.user_id.iter().map(|id| (instance.primary_key.clone(), json!(id))).collect();
        body.insert("userIdentities".to_owned(), Value::Object(identities));
        body
    }

    /// Segment's ids alone, with the attribute that holds the user id where the account has one.
    pub(super) fn segment_ids(&self, instance: &Instance) -> Map<String, Value> {
        let ids = [
            ("segmentIdKey", &instance.segment_id_key),
            ("segmentId", &self.user_id),
            ("anonymousId", &self.anonymous_id),
        ];
        let known = ids.into_iter().filter_map(|(name, id)| Some((name.to_owned(), json!(id.as_ref()?))));
        known.collect()
    }
}

/// An id as text. Segment's libraries send text; senders without one send numbers, too. Empty and null are none.
pub(super) fn id(of: &Value, field: &str) -> Option<String> {
    match &of[field] {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_an_id_names_nobody() {
        for event in [
            json!({}),
            json!({ "userId": null }),
            json!({ "userId": "", "anonymousId": "" }),
            json!({ "userId": ["u-1"] }),
        ] {
            assert_eq!(Identity::of(&event), None, "{event}");
        }
    }

    #[test]
    fn either_id_names_somebody() {
        let known = |user_id: Option<&str>, anonymous_id: Option<&str>| {
            Some(Identity {
                user_id: user_id.map(str::to_owned),
                anonymous_id: anonymous_id.map(str::to_owned),
            })
        };
        assert_eq!(Identity::of(&json!({ "userId": "u-1" })), known(Some("u-1"), None));
        assert_eq!(
            Identity::of(&json!({ "userId": 7, "anonymousId": "a-1" })),
            known(Some("7"), Some("a-1"))
        );
        assert_eq!(Identity::of(&json!({ "userId": null, "anonymousId": "a-1" })), known(None, Some("a-1")));
    }
}
