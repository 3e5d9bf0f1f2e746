//! The canonical form of what went over the wire, for snapshots: the same exchange gives the same text, whatever the
//! order of keys, the port, the clock or the ids.

mod tokens;

use cordial_mock::JournalEntry;
use serde_json::{Map, Value};

use tokens::Tokens;

/// What is replaced by tokens, beyond ids and the run's own values.
#[derive(Debug, Clone, Default)]
pub struct Redactions {
    /// Texts that may differ from run to run, with the word to show instead.
    pub texts: Vec<(String, String)>,
}

/// The exchanges as text: what was asked, the body sent, the reply. An id that the mock gave becomes `<id-1>`, and
/// the same one at every place where it stands.
#[must_use]
pub fn canonical(exchanges: &[JournalEntry], redactions: &Redactions) -> String {
    let mut tokens = Tokens::new(redactions);
    let rendered: Vec<String> = exchanges.iter().map(|entry| one(entry, &mut tokens)).collect();
    if rendered.is_empty() { "no request\n".to_owned() } else { rendered.join("\n") }
}

fn one(entry: &JournalEntry, tokens: &mut Tokens) -> String {
    let query =
        if entry.query.is_empty() { String::new() } else { format!("?{}", tokens.text(&entry.query)) };
    let mut text = format!("{} {}{query}\n", entry.method, tokens.text(&entry.path));
    for name in ["authorization", "x-api-key", "content-type"] {
        if let Some(value) = entry.request_headers.get(name).and_then(Value::as_str) {
            text += &format!("{name}: {value}\n");
        }
    }
    text += &body("> ", &entry.request_body, tokens);
    text += &format!("{}\n", entry.status);
    text += &body("< ", &entry.response_body, tokens);
    text
}

fn body(mark: &str, body: &Value, tokens: &mut Tokens) -> String {
    if body.is_null() {
        return String::new();
    }
    let text = format!("{:#}", sorted(body, tokens));
    text.lines().map(|line| format!("{mark}{line}\n")).collect()
}

/// The value with its keys in order and its ids replaced.
fn sorted(value: &Value, tokens: &mut Tokens) -> Value {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            keys.into_iter()
                .map(|key| (tokens.text(key), sorted(&fields[key], tokens)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(|item| sorted(item, tokens)).collect(),
        Value::String(text) => Value::String(tokens.text(text)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(path: &str, body: Value, reply: Value) -> JournalEntry {
        let headers =
            json!({ "authorization": "Basic <redacted>", "user-agent": "x", "host": "127.0.0.1:1" });
        JournalEntry {
            cursor: 1,
            at: jiff::Timestamp::UNIX_EPOCH,
            time: "2026-01-02T03:04:05+0000".into(),
            method: "POST".into(),
            path: path.into(),
            query: String::new(),
            operation: None,
            surface: None,
            request_headers: headers.as_object().unwrap().clone(),
            request_body: body,
            status: 201,
            response_headers: Map::new(),
            response_body: reply,
            why: None,
        }
    }

    #[test]
    fn the_same_unknown_value_gets_the_same_token() {
        let first =
            entry("/v2/contacts", json!({ "b": 1, "a": "x" }), json!({ "cID": "695735a50000000000000001" }));
        let second = entry(
            "/v2/contacts/695735a50000000000000001",
            Value::Null,
            json!({ "other": "695735a50000000000000002" }),
        );
        let text = canonical(&[first, second], &Redactions::default());
        let expected = "\
POST /v2/contacts
authorization: Basic <redacted>
> {
>   \"a\": \"x\",
>   \"b\": 1
> }
201
< {
<   \"cID\": \"<id-1>\"
< }

POST /v2/contacts/<id-1>
authorization: Basic <redacted>
201
< {
<   \"other\": \"<id-2>\"
< }
";
        assert_eq!(text, expected);
    }

    #[test]
    fn no_request_says_so() {
        assert_eq!(canonical(&[], &Redactions::default()), "no request\n");
    }

    #[test]
    fn a_value_that_is_named_is_replaced() {
        let redactions = Redactions { texts: vec![("secret-1".into(), "<key>".into())] };
        let text = canonical(&[entry("/a/secret-1", Value::Null, Value::Null)], &redactions);
        assert!(text.starts_with("POST /a/<key>\n"), "{text}");
    }
}
