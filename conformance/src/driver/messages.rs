//! Each message of a destination, held against the published schema of the protocol.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::exchange::shown;
use super::{DriverError, DriverErrorKind};
use crate::protocol;

/// How many violations of one message are told.
const TOLD: usize = 5;

/// What a reply that is no answer to its operation is.
const REFUSALS: [(&str, &str); 2] = [("unsupported", "unsupportedReply"), ("error", "errorReply")];

/// The schemas of all replies.
#[derive(Debug)]
pub struct Messages {
    replies: BTreeMap<String, Validator>,
}

impl Messages {
    /// Made from [`protocol::schema`].
    ///
    /// # Errors
    /// Never in a released build: the tests make it as well.
    pub fn new() -> Result<Self, String> {
        let schema = protocol::schema();
        let names = schema["$defs"].as_object().into_iter().flat_map(|all| all.keys());
        let replies = names.filter(|name| name.ends_with("Reply")).map(|name| {
            let one = json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] });
            jsonschema::validator_for(&one)
                .map(|validator| (name.clone(), validator))
                .map_err(|error| error.to_string())
        });
        Ok(Self { replies: replies.collect::<Result<_, _>>()? })
    }

    /// Whether `reply` is what the schema says of a reply to `op`.
    pub(super) fn check(&self, op: &str, reply: &Value) -> Result<(), DriverError> {
        let refusal = REFUSALS.iter().find(|(field, _)| reply.get(field).is_some());
        let name = refusal.map_or_else(|| format!("{op}Reply"), |(_, name)| (*name).to_owned());
        let Some(validator) = self.replies.get(&name) else { return Ok(()) };
        let violations: Vec<String> = validator
            .iter_errors(reply)
            .take(TOLD)
            .map(|error| match error.instance_path().as_str() {
                "" => format!("\n  {error}"),
                place => format!("\n  {place}: {error}"),
            })
            .collect();
        if violations.is_empty() {
            return Ok(());
        }
        let message = format!(
            "the reply to `{op}` is against the schema of the protocol, `{name}`:{}\n  got: {}",
            violations.concat(),
            shown(&reply.to_string())
        );
        Err(DriverError::new(DriverErrorKind::Protocol, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(op: &str, reply: Value) -> String {
        Messages::new().unwrap().check(op, &reply).err().map_or_else(String::new, |error| error.message)
    }

    #[test]
    fn what_fits_is_silent() {
        let hello = json!({
            "id": 1, "protocol": 1, "destination": { "name": "mine", "x-commit": "abc" }, "dialect": "classic",
            "capabilities": ["track"], "x-started": true,
        });
        let results =
            json!({ "id": 1, "results": [{ "outcome": "dropped", "status": null, "message": null }] });
        for (op, reply) in [
            ("hello", hello),
            ("deliver", results),
            ("drain", json!({ "id": 4 })),
            ("deliver", json!({ "id": 4, "unsupported": true, "reason": "no alias" })),
            ("open", json!({ "id": 4, "error": { "message": "no database" } })),
        ] {
            assert_eq!(said(op, reply), "");
        }
    }

    #[test]
    fn each_violation_is_told_with_its_place() {
        let told = said(
            "deliver",
            json!({ "id": 3, "results": [{ "outcome": "delivered", "retryAfterMS": 5 }, { "outcome": "done", "status": "200" }] }),
        );
        for part in [
            "`deliver`",
            "/results/0",
            "'retryAfterMS' was unexpected",
            "/results/1/outcome: \"done\"",
            "/results/1/status: \"200\"",
            "got: {\"id\":3",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(said("hello", json!({ "id": 1 })).contains("\"protocol\" is a required property"));
        assert!(said("drain", json!({ "id": 1, "error": "no" })).contains("/error: \"no\""));
    }
}
