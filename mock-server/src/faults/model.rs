//! A fault's definition, and the faults of an account.

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, StatusCode};
use imbl::Vector;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Delivery, Form, Matching, Struck, Subject};
use crate::message::Reply;

/// A fault of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Its name; the mock gives one where there is none.
    #[serde(default)]
    pub id: String,
    /// Which requests it strikes; all of them when left out.
    #[serde(default)]
    pub r#match: Matching,
    /// What happens to them.
    pub effect: Effect,
    /// How long the reply waits besides, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_ms: u64,
    /// The first matching request that it strikes, counted from 1.
    #[serde(default = "first")]
    pub from_call: u64,
    /// How many requests it strikes. 1 where neither this nor `until` is given: a fault always ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// When it ends, by the account's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How many requests matched so far. Written by the mock.
    #[serde(default)]
    pub matched: u64,
    /// How many requests it struck so far. Written by the mock.
    #[serde(default)]
    pub struck: u64,
}

/// What a fault does. What has no fields has none on purpose: where `{}` is missing, serde takes any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// Another reply takes the place of the operation, which is not carried out.
    Status {
        /// The status.
        status: u16,
        /// Further headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body: a text as it is, everything else as JSON. Cordial's general error when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
    },
    /// The operation is carried out; the reply waits for the fault's `delayMs`.
    Delay {},
    /// The connection is reset.
    Reset {
        /// Before the operation is carried out, or after.
        #[serde(default)]
        when: ResetWhen,
    },
    /// The operation is carried out, and the head and half of the body are sent; then the connection is closed.
    Cut {},
    /// The operation is carried out and the reply sent a few bytes at a time.
    Drip {
        /// How many bytes at a time.
        #[serde(default = "drip_bytes")]
        bytes: usize,
        /// How many milliseconds between two of them.
        #[serde(rename = "pauseMs", default = "drip_pause")]
        pause_ms: u64,
    },
    /// The operation is not carried out, and what is sent is no HTTP.
    Garbage {},
    /// The operation is not carried out and nothing is sent; the connection stays open.
    Hang {},
}

/// When a connection is reset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetWhen {
    /// Before the operation is carried out: nothing has happened.
    #[default]
    Before,
    /// After it: the client does not learn that its write was taken.
    After,
}

const fn first() -> u64 {
    1
}

const fn drip_bytes() -> usize {
    1
}

const fn drip_pause() -> u64 {
    10
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The faults of an account, in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    list: Vector<Fault>,
    named: u64,
}

impl Faults {
    /// All of them, spent ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.list.iter()
    }

    /// Adds a fault and returns its id.
    ///
    /// # Errors
    /// When the id is taken, or the fault could not strike or not be sent: begins with the field.
    pub fn add(&mut self, mut fault: Fault) -> Result<String, String> {
        fault.check()?;
        while fault.id.is_empty() {
            self.named += 1;
            let name = format!("fault-{}", self.named);
            // A state that was read and written back has names of this kind.
            if self.list.iter().all(|other| other.id != name) {
                fault.id = name;
            }
        }
        if self.list.iter().any(|other| other.id == fault.id) {
            return Err(format!(
                "id: there is a fault `{}` already: give this one another, or none",
                fault.id
            ));
        }
        if fault.times.is_none() && fault.until.is_none() {
            fault.times = Some(1);
        }
        let id = fault.id.clone();
        self.list.push_back(fault);
        Ok(id)
    }

    /// Removes a fault; `false` when there is none with this id.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.list.len();
        self.list.retain(|fault| fault.id != id);
        self.list.len() < before
    }

    /// Removes all of them.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// Counts the request at every fault that it fits; the first that is due strikes it.
    pub fn strike(&mut self, subject: &Subject<'_>, now: Timestamp) -> Option<Struck> {
        let mut struck = None;
        for fault in self.list.iter_mut().filter(|fault| fault.r#match.fits(subject)) {
            if fault.until.is_some_and(|until| now >= until) {
                continue;
            }
            fault.matched += 1;
            let due =
                fault.matched >= fault.from_call && fault.times.is_none_or(|times| fault.struck < times);
            if due && struck.is_none() {
                fault.struck += 1;
                struck = Some(fault.effect.strike(&fault.id, fault.delay_ms));
            }
        }
        struck
    }
}

impl Fault {
    /// Refuses what would never do anything: nobody writes that on purpose, and a test that waits for it proves nothing.
    fn check(&self) -> Result<(), String> {
        self.r#match.check().map_err(|problem| format!("match.{problem}"))?;
        self.effect.check().map_err(|problem| format!("effect.{problem}"))?;
        if matches!(self.effect, Effect::Delay {}) && self.delay_ms == 0 {
            return Err("delayMs: say how long the delay is, in milliseconds".to_owned());
        }
        if self.times == Some(0) {
            return Err(
                "times: a fault strikes at least once; without it, it strikes once or `until` a time"
                    .to_owned(),
            );
        }
        if self.from_call == 0 {
            return Err("fromCall: calls are counted from 1".to_owned());
        }
        Ok(())
    }
}

impl Effect {
    fn check(&self) -> Result<(), String> {
        let (status, headers) = match self {
            Self::Status { status, headers, .. } => (status, headers),
            Self::Drip { bytes: 0, .. } => return Err("bytes: at least 1 at a time".to_owned()),
            _ => return Ok(()),
        };
        StatusCode::from_u16(*status)
            .ok()
            .filter(|status| !status.is_informational())
            .ok_or_else(|| format!("status: {status} is not the status of a reply: write 200 to 599"))?;
        headers.iter().try_for_each(|(name, value)| header(name, value).map(drop))
    }

    fn strike(&self, id: &str, delay_ms: u64) -> Struck {
        let (reply, form) = match self {
            Self::Status { status, headers, body } => {
                (Some(status_reply(*status, headers, body.as_ref())), Form::Whole)
            }
            Self::Delay {} => (None, Form::Whole),
            Self::Reset { when: ResetWhen::Before } => (Some(nothing()), Form::Reset),
            Self::Reset { when: ResetWhen::After } => (None, Form::Reset),
            Self::Cut {} => (None, Form::Cut),
            Self::Drip { bytes, pause_ms } => {
                (None, Form::Drip { bytes: *bytes, pause: Duration::from_millis(*pause_ms) })
            }
            Self::Garbage {} => (Some(nothing()), Form::Garbage),
            Self::Hang {} => (Some(nothing()), Form::Hang),
        };
        let name =
            serde_json::to_value(self).ok().and_then(|effect| effect["type"].as_str().map(str::to_owned));
        let why = format!("the fault `{id}` struck: {}", name.unwrap_or_default());
        let delivery = Delivery { delay: Duration::from_millis(delay_ms), form, release: None };
        Struck { fault: id.to_owned(), reply, delivery, why }
    }
}

/// What stands in the journal where the client gets no reply.
fn nothing() -> Reply {
    Reply::json(StatusCode::SERVICE_UNAVAILABLE, &Value::Null)
}

fn status_reply(status: u16, headers: &BTreeMap<String, String>, body: Option<&Value>) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = match body {
        None => {
            let mut general = Map::new();
            general.insert("error".to_owned(), json!(true));
            general.insert("errorKey".to_owned(), json!(crate::refusal::GENERIC));
            general.insert("message".to_owned(), json!(status.canonical_reason().unwrap_or("Error")));
            Reply::json(status, &Value::Object(general))
        }
        Some(Value::String(text)) => Reply { body: text.clone().into(), ..Reply::json(status, &Value::Null) },
        Some(body) => Reply::json(status, body),
    };
    for (name, value) in headers {
        if let Ok((name, value)) = header(name, value) {
            reply = reply.with_header(name, value);
        }
    }
    reply
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = name.parse().ok().zip(value.parse().ok());
    let (name, value) = parsed.ok_or_else(|| format!("headers: `{name}: {value}` is not a header"))?;
    if name == CONTENT_LENGTH || name == TRANSFER_ENCODING {
        return Err(format!(
            "headers: the server writes {name} by itself; the effect `cut` breaks a reply off"
        ));
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;
    use crate::message::Request;

    fn request(method: Method, path: &str, body: &'static str) -> Request {
        Request {
            method,
            path: path.to_owned(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: body.into(),
            peer: None,
        }
    }

    fn faults(definition: Value) -> Faults {
        let mut faults = Faults::default();
        faults.add(serde_json::from_value(definition).unwrap()).unwrap();
        faults
    }

    fn struck(faults: &mut Faults, request: &Request) -> bool {
        faults.strike(&Subject::new(request, None), Timestamp::UNIX_EPOCH).is_some()
    }

    #[test]
    fn a_fault_strikes_once_unless_it_says_more() {
        let get = request(Method::GET, "/v2/contacts", "");
        let mut once = faults(json!({ "effect": { "type": "hang" } }));
        assert_eq!([struck(&mut once, &get), struck(&mut once, &get)], [true, false]);
        let mut third = faults(json!({ "effect": { "type": "cut" }, "fromCall": 2, "times": 2 }));
        assert_eq!([(); 4].map(|()| struck(&mut third, &get)), [false, true, true, false]);
    }

    #[test]
    fn a_fault_matches_by_all_that_it_names() {
        let matching = json!({ "method": "post", "path": "/v2/contact*", "body": { "channels.email.address": "a@example.com" } });
        let definition = json!({ "match": matching, "effect": { "type": "garbage" }, "times": 9 });
        let mut faults = faults(definition);
        let body = r#"{"channels":{"email":{"address":"a@example.com"}}}"#;
        assert!(struck(&mut faults, &request(Method::POST, "/v2/contacts", body)));
        assert!(!struck(&mut faults, &request(Method::PUT, "/v2/contacts", body)));
        assert!(!struck(&mut faults, &request(Method::POST, "/v2/contacts/x", body)));
        assert!(!struck(&mut faults, &request(Method::POST, "/v2/contacts", "{}")));
    }

    #[test]
    fn a_fault_ends_with_its_time() {
        let mut faults = faults(json!({ "effect": { "type": "hang" }, "until": "1970-01-01T00:00:00Z" }));
        assert!(!struck(&mut faults, &request(Method::GET, "/", "")));
    }

    #[test]
    fn a_fault_without_a_name_gets_one_that_is_free() {
        let mut faults = faults(json!({ "id": "fault-1", "effect": { "type": "hang" } }));
        let another = serde_json::from_value(json!({ "effect": { "type": "hang" } })).unwrap();
        assert_eq!(faults.add(another).unwrap(), "fault-2");
    }

    #[test]
    fn a_fault_that_cannot_be_sent_is_refused() {
        let mut faults = Faults::default();
        let status = |status: u16, header: &str| Effect::Status {
            status,
            headers: [("x".to_owned(), header.to_owned())].into(),
            body: None,
        };
        for name in ["Content-Length", "transfer-encoding"] {
            let definition =
                json!({ "effect": { "type": "status", "status": 200, "headers": { name: "5" } } });
            assert!(faults.add(serde_json::from_value(definition).unwrap()).is_err(), "{name}");
        }
        for effect in [status(99, ""), status(1000, ""), status(100, ""), status(500, "a\nb")] {
            let definition = json!({ "effect": effect });
            assert!(faults.add(serde_json::from_value(definition).unwrap()).is_err(), "{effect:?}");
        }
        assert!(serde_json::from_value::<Fault>(json!({ "effect": { "type": "explode" } })).is_err());
    }

    #[test]
    fn a_fault_that_can_never_strike_is_refused_with_what_was_meant() {
        let add = |matching: Value| {
            let definition = json!({ "match": matching, "effect": { "type": "hang" } });
            let fault = serde_json::from_value(definition).map_err(|error| error.to_string())?;
            Faults::default().add(fault)
        };
        for (matching, said) in [
            (
                json!({ "operation": "addContct" }),
                "Cordial has no operation `addContct`; the nearest is `addContact`",
            ),
            (
                json!({ "operation": "" }),
                "match.operation: Cordial has no operation ``; GET /__admin/routes lists them",
            ),
            (json!({ "method": "PSOT" }), "`PSOT` is none of GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS"),
        ] {
            let refusal = add(matching).unwrap_err();
            assert!(refusal.contains(said), "{refusal}");
        }
        assert!(add(json!({ "operation": "addContact", "method": "post" })).is_ok());
    }
}
