//! The JSON Schema of the protocol's messages.

use serde_json::{Map, Value, json};

use super::{Outcome, Retry, VERSION};
use crate::scenario::{Capability, Dialect};

/// The schema of a message of either side; `$defs` has one schema per operation and direction, such as
/// `deliverReply`. It is stricter than a run, which ignores fields that it does not know: such a field is more often
/// a slip than meant, so one of your own has to begin with `x-`.
#[must_use]
pub fn schema() -> Value {
    let operations = [
        ("hello", hello_request(), hello_reply()),
        ("open", open_request(), json!({})),
        ("deliver", deliver_request(), deliver_reply()),
        ("drain", instance(), json!({})),
        ("close", instance(), json!({})),
        ("bye", json!({}), json!({})),
    ];
    let mut definitions = Map::new();
    for (op, request, reply) in operations {
        definitions.insert(format!("{op}Request"), message(Some(op), request));
        definitions.insert(format!("{op}Reply"), message(None, reply));
    }
    definitions.insert("unsupportedReply".into(), message(None, unsupported()));
    definitions.insert("errorReply".into(), message(None, error()));
    let any: Vec<Value> =
        definitions.keys().map(|name| json!({ "$ref": format!("#/$defs/{name}") })).collect();
    definitions.insert("result".into(), result());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("A message of the Cordial conformance protocol, version {VERSION}"),
        "anyOf": any,
        "$defs": definitions,
    })
}

/// An object of these fields, all of which are required unless they may be null.
fn object(fields: Value) -> Value {
    let required: Vec<&String> = fields
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, field)| field.get("optional").is_none())
        .map(|(name, _)| name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "required": required,
        "patternProperties": { "^x-": {} },
        "additionalProperties": false,
    });
    schema["properties"] = fields;
    for field in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        field.as_object_mut().and_then(|field| field.shift_remove("optional"));
    }
    schema
}

fn message(op: Option<&str>, mut fields: Value) -> Value {
    fields["id"] =
        json!({ "type": "integer", "minimum": 0, "description": "A reply repeats its request's." });
    if let Some(op) = op {
        fields["op"] = json!({ "const": op });
    }
    object(fields)
}

fn hello_request() -> Value {
    json!({ "protocol": { "type": "array", "items": { "type": "integer" }, "description": "The versions that the runner speaks." } })
}

fn hello_reply() -> Value {
    let retry = Retry::ALL.map(Retry::as_str);
    let text = json!({ "type": "string", "optional": true });
    json!({
        "protocol": { "const": VERSION },
        "destination": object(json!({ "name": { "type": "string", "minLength": 1 }, "version": text, "language": text })),
        "dialect": { "enum": names(&Dialect::ALL) },
        "capabilities": { "type": "array", "items": { "enum": names(&Capability::ALL) }, "uniqueItems": true },
        "retry": { "enum": retry, "optional": true, "description": "classify when left out" },
    })
}

fn instance() -> Value {
    json!({ "instance": { "type": "string" } })
}

fn open_request() -> Value {
    let settings = json!({
        "endpoint": { "type": "string", "description": "Where Cordial is, without a slash at the end." },
        "apiKey": { "type": "string" },
        "primaryKey": { "type": "string", "description": "channels.email.address, or an attribute's key" },
        "segmentIdKey": { "type": "string", "optional": true, "description": "The attribute that stores Segment's user id" },
        "integration": { "type": "object", "optional": true, "description": "The account's integration config" },
        "timeoutMs": { "type": "integer", "minimum": 1, "optional": true, "description": "How long to wait for a reply of Cordial" },
        "clock": { "type": "string", "optional": true, "description": "Where a destination that retries by itself asks to sleep" },
    });
    json!({ "instance": { "type": "string" }, "settings": object(settings) })
}

fn deliver_request() -> Value {
    let events = json!({ "type": "array", "items": { "type": "object" }, "description": "Segment's events, in order" });
    json!({ "instance": { "type": "string" }, "events": events })
}

fn deliver_reply() -> Value {
    let results = json!({ "type": "array", "items": { "$ref": "#/$defs/result" }, "description": "One per event, in their order" });
    json!({ "results": results })
}

fn result() -> Value {
    let outcomes =
        [Outcome::Delivered, Outcome::Rejected, Outcome::Retryable, Outcome::Dropped].map(Outcome::as_str);
    object(json!({
        "outcome": { "enum": outcomes },
        "status": { "type": ["integer", "null"], "minimum": 100, "maximum": 599, "optional": true, "description": "Of Cordial's reply" },
        "retryAfterMs": { "type": ["integer", "null"], "minimum": 0, "optional": true, "description": "How long Cordial asked to wait" },
        "message": { "type": ["string", "null"], "optional": true, "description": "For people" },
    }))
}

fn unsupported() -> Value {
    json!({ "unsupported": { "const": true }, "reason": { "type": "string", "optional": true } })
}

fn error() -> Value {
    json!({ "error": object(json!({ "message": { "type": "string" } })) })
}

fn names<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Request, Settings};

    #[test]
    fn what_the_runner_sends_fits() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let settings = Settings {
            endpoint: "http://127.0.0.1:1".into(),
            api_key: "key".into(),
            primary_key: "channels.email.address".into(),
            segment_id_key: Some("custID".into()),
            integration: Some(json!({ "name": "segment" })),
            timeout_ms: Some(100),
            clock: Some("http://127.0.0.1:1/__admin/clock".into()),
        };
        let bare = Settings {
            segment_id_key: None,
            integration: None,
            timeout_ms: None,
            clock: None,
            ..settings.clone()
        };
        for request in [
            Request::Hello,
            Request::Open("a", &settings),
            Request::Open("a", &bare),
            Request::Deliver("a", &[json!({ "type": "page" })]),
            Request::Drain("a"),
            Request::Close("a"),
            Request::Bye,
        ] {
            assert!(validator.is_valid(&request.to_json(1)), "{}", request.op());
        }
        assert!(!validator.is_valid(&json!({ "op": "open", "id": 1 })));
    }
}
