//! The JSON Schema of scenario files, for editors.

use serde_json::{Value, json};

use super::model::{COLLECTIONS, Capability};
use crate::protocol::Outcome;

/// The schema. It says what an editor can help with; `list` says everything that is wrong with a file.
#[must_use]
pub fn schema() -> Value {
    let outcomes =
        [Outcome::Delivered, Outcome::Rejected, Outcome::Retryable, Outcome::Dropped].map(Outcome::as_str);
    let (capabilities, types) = (names(&Capability::ALL), names(&Capability::EVENTS));
    let outcome = json!({ "enum": outcomes });
    let one_or_many =
        |item: Value| json!({ "oneOf": [item, { "type": "array", "items": item, "minItems": 1 }] });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of the Cordial conformance suite",
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "why", "dialect", "needs", "level", "source", "when", "then"],
        "properties": {
            "id": { "type": "string", "description": "The file's path with dots: identify/known-user.yaml is identify.known-user. Frozen once released.", "pattern": "^[a-z0-9-]+(\\.[a-z0-9-]+)+$" },
            "why": { "type": "string", "description": "What breaks for people if this is violated, in plain words.", "minLength": 1 },
            "dialect": { "type": "array", "description": "The contracts that it judges.", "items": { "enum": ["classic", "actions"] }, "minItems": 1 },
            "needs": { "type": "array", "description": "What a destination has to take.", "items": { "enum": capabilities }, "minItems": 1 },
            "level": { "enum": ["must", "should"], "description": "Whether the contract demands it or recommends it." },
            "source": one_or_many(json!({ "type": "string", "description": "The statement that it stands on, such as seed#identify." })),
            "retry": one_or_many(json!({ "enum": ["classify", "inline"] })),
            "given": given(),
            "when": {
                "type": "array",
                "description": "Segment's events, in order. messageId and timestamp are filled in where they are left out.",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "anyOf": [{ "required": ["type"] }, { "required": ["redeliver"] }],
                    "properties": {
                        "type": { "enum": types },
                        "redeliver": { "type": "integer", "minimum": 1, "description": "The event of this number comes once more." },
                        "userId": { "description": "Anything: invalid ones are what some scenarios are about." },
                        "groupId": { "description": "In classic the list's id, in actions the group's." },
                        "event": { "description": "The name of a track." },
                        "traits": {}, "properties": {}, "timestamp": {}, "anonymousId": {}, "messageId": {},
                    },
                },
            },
            "together": { "type": "boolean", "default": false, "description": "Whether all events come in one delivery, with one result for each, and not each in its own." },
            "then": {
                "type": "object",
                "additionalProperties": false,
                "required": ["results"],
                "properties": {
                    "results": {
                        "type": "array",
                        "description": "What the destination has to say, one per event.",
                        "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": ["outcome"],
                            "properties": { "outcome": one_or_many(outcome), "status": one_or_many(json!({ "type": "integer", "minimum": 100, "maximum": 599 })), "retryAfterMs": range() },
                        },
                    },
                    "state": state(),
                    "attempts": {
                        "type": "array",
                        "description": "How often a request has to be made; all of them the same.",
                        "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": ["request", "count"],
                            "properties": { "request": request(), "count": range(), "waitsMs": { "type": "array", "items": range() }, "waitsGrow": { "type": "boolean", "default": false, "description": "The last wait has to be at least half as long again as the first." } },
                        },
                    },
                    "never": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["requests"],
                        "properties": { "requests": { "type": "array", "items": request() } },
                    },
                },
            },
        },
    })
}

fn given() -> Value {
    json!({
        "type": "object",
        "description": "The account before the first event, as a seed file of cordial-mock has it.",
        "additionalProperties": false,
        "properties": {
            "endpoint": { "const": "refused", "description": "Nobody listens where Cordial should be." },
            "timeoutMs": { "type": "integer", "minimum": 1, "description": "How long the destination is told to wait for a reply." },
            "segmentIdKey": { "type": "string", "description": "The attribute that stores Segment's user id (actions)." },
            "settings": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "primaryKey": { "type": "string", "default": "channels.email.address" },
                    "secondaryKeys": { "type": "array", "items": { "type": "string" } },
                    "timezone": { "type": "string", "default": "America/Los_Angeles" },
                    "channels": { "type": "array", "items": { "type": "string" } },
                    "contactMerge": { "type": "boolean", "default": true },
                    "jobs": { "description": "When jobs are done: immediate, {afterReads: N} or {afterSeconds: N}." },
                },
            },
            "apiKey": { "type": "object", "description": "What the key may do: revoked, permissions, allowIps, rateLimits." },
            "attributes": { "type": "array", "items": attribute() },
            "lists": { "type": "array", "items": list() },
            "contacts": { "type": "array", "items": contact() },
            "activities": { "type": "array", "items": activity() },
            "orders": { "type": "array", "items": order() },
            "products": { "type": "array", "items": product() },
            "supplements": { "type": "array", "items": { "type": "object", "required": ["key"] } },
            "files": { "type": "object", "description": "Files that an import can read, by URL or path." },
            "integration": integration(),
            "faults": { "type": "array", "description": "What goes wrong: see POST /__admin/faults of cordial-mock.", "items": { "type": "object", "required": ["effect"] } },
        },
    })
}

fn state() -> Value {
    json!({
        "type": "object",
        "description": "The account at the end. A collection that is named is compared exactly; one that is not has to be as it was given.",
        "additionalProperties": false,
        "properties": {
            "contacts": { "type": "array", "items": contact() },
            "activities": { "type": "array", "description": "In the order of their arrival.", "items": activity() },
            "orders": { "type": "array", "items": order() },
            "products": { "type": "array", "items": product() },
            "lists": { "type": "array", "items": list() },
            "attributes": { "type": "array", "items": attribute() },
            "integration": integration(),
            "open": { "type": "array", "description": "Collections that may be in any state.", "items": { "enum": COLLECTIONS } },
        },
    })
}

fn attribute() -> Value {
    json!({
        "type": "object",
        "required": ["key"],
        "properties": {
            "key": { "type": "string" },
            "name": { "type": "string" },
            "type": { "enum": ["string", "number", "date", "geo", "array"] },
            "unique": { "type": "boolean" },
            "validators": { "type": "object" },
            "options": { "type": "object" },
        },
    })
}

fn list() -> Value {
    json!({
        "type": "object",
        "required": ["name"],
        "properties": { "id": { "type": "integer" }, "name": { "type": "string" }, "enhanced": { "type": "boolean" }, "segment_group_id": { "type": "string" } },
    })
}

fn contact() -> Value {
    json!({
        "type": "object",
        "properties": {
            "channels": { "type": "object", "description": "By channel: address, subscribeStatus (none when left out), invalid." },
            "attributes": { "type": "object", "description": "Values by attribute key." },
            "lists": { "type": "array", "items": { "type": "string" } },
            "cart": { "type": "object", "description": "cartitems and other fields; amounts are judged where they are named." },
            "open": { "type": "boolean", "description": "May have more than is named." },
        },
    })
}

fn activity() -> Value {
    json!({
        "type": "object",
        "required": ["action"],
        "properties": {
            "contact": { "type": "string", "description": "The contact's value of the account's primary key." },
            "action": { "type": "string" },
            "time": { "type": "string", "description": "As 2026-01-02T03:04:05+0000; judged where it is named." },
            "properties": { "type": "object" },
            "open": { "type": "boolean", "description": "May have more properties than are named." },
        },
    })
}

fn order() -> Value {
    json!({
        "type": "object",
        "required": ["orderID"],
        "properties": {
            "orderID": { "type": "string" },
            "contact": { "type": "string", "description": "The contact's value of the account's primary key." },
            "items": { "type": "array", "items": { "type": "object" }, "description": "Amounts are judged where they are named." },
            "open": { "type": "boolean", "description": "May have more fields than are named." },
        },
    })
}

fn product() -> Value {
    json!({
        "type": "object",
        "required": ["productID"],
        "properties": { "productID": { "type": "string" }, "variants": { "type": "array" }, "open": { "type": "boolean" } },
    })
}

fn range() -> Value {
    let number = json!({ "type": "integer", "minimum": 0 });
    let bounds = json!({ "type": "object", "additionalProperties": false, "properties": { "min": number, "max": number } });
    json!({ "anyOf": [number, bounds] })
}

fn names(capabilities: &[Capability]) -> Vec<String> {
    capabilities.iter().map(ToString::to_string).collect()
}

fn integration() -> Value {
    json!({
        "type": ["object", "null"],
        "properties": {
            "name": { "const": "segment" },
            "enabled": { "type": "boolean" },
            "attributeMapping": { "type": "array", "items": { "type": "object", "required": ["segmentField", "cordialKey"] } },
            "ignoreFields": { "type": "array", "items": { "type": "string" } },
            "contactsErrorHandling": { "enum": ["ignoreMissingAttributes"] },
        },
    })
}

fn request() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
            "method": { "type": "string" },
            "path": { "type": "string", "description": "`*` stands for a part of the path, `**` for several." },
            "body": { "type": "object", "description": "Fields that the body has, by dotted path." },
        },
    })
}

#[cfg(test)]
mod tests {
    use include_dir::{Dir, include_dir};

    use super::*;

    static SCENARIOS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios");

    #[test]
    fn the_schema_takes_every_built_in_scenario() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let mut count = 0;
        let mut dirs = vec![&SCENARIOS];
        while let Some(dir) = dirs.pop() {
            dirs.extend(
                dir.dirs().filter(|dir| {
                    !["snapshots", "contract"].iter().any(|other| dir.path().starts_with(other))
                }),
            );
            for file in dir
                .files()
                .filter(|file| file.path().extension().is_some_and(|extension| extension == "yaml"))
            {
                let value: Value = serde_saphyr::from_str(file.contents_utf8().unwrap()).unwrap();
                let errors: Vec<String> =
                    validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{}: {errors:?}", file.path().display());
                count += 1;
            }
        }
        assert!(count > 60);
    }

    #[test]
    fn the_schema_refuses_what_is_no_scenario() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        assert!(!validator.is_valid(&json!({ "id": "a.b" })));
    }
}
