//! An entry of the journal as it is read, without its secrets.

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::input::media_type;

/// One request with its reply, ready to be read. Secrets in headers are replaced; a key that a client put into a path,
/// query or body by mistake is shown, as that is what the reader has to find out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// The entry's number: from 1, always rising, never used again after a reset.
    pub cursor: u64,
    /// When the request was answered, by the account's clock.
    pub time: String,
    /// The same, exactly.
    #[serde(skip)]
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The path as sent, still percent-encoded.
    pub path: String,
    /// The query as sent, without its question mark.
    pub query: String,
    /// The operation that the request was for; `None` where Cordial has none there.
    pub operation: Option<String>,
    /// The surface that the operation belongs to.
    pub surface: Option<String>,
    /// Headers by lower-case name; a repeated one is a list.
    pub request_headers: Map<String, Value>,
    /// The body: parsed where it is JSON, text where it is not, null where there was none.
    pub request_body: Value,
    /// The status of the reply.
    pub status: u16,
    /// Headers of the reply.
    pub response_headers: Map<String, Value>,
    /// The body of the reply, read like the request's.
    pub response_body: Value,
    /// Why the mock refused, or did less than a 2xx suggests, in words for the developer.
    pub why: Option<String>,
}

/// The headers of one side, by lower-case name, without their secrets.
#[derive(Debug, Default)]
pub(super) struct Headers(Map<String, Value>);

impl Headers {
    /// Reads names and values that follow each other.
    pub(super) fn read<'a>(mut texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut headers = Self::default();
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            headers.add(&String::from_utf8_lossy(name), &String::from_utf8_lossy(value));
        }
        headers
    }

    /// Adds a value; a repeated header becomes a list.
    fn add(&mut self, name: &str, value: &str) {
        let value = Value::String(redacted(name, value));
        match self.0.get_mut(name) {
            None => {
                self.0.insert(name.to_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }

    /// Adds those of `others` that are not there yet.
    pub(super) fn add_missing(&mut self, others: &[(HeaderName, HeaderValue)]) {
        for (name, value) in others {
            if !self.0.contains_key(name.as_str()) {
                self.add(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
            }
        }
    }

    /// The body that came with these headers: parsed where it is JSON, text where it is not, null where there was
    /// none.
    pub(super) fn body(&self, body: &[u8]) -> Value {
        if body.is_empty() {
            return Value::Null;
        }
        let content_type = self.0.get(CONTENT_TYPE.as_str()).and_then(Value::as_str).unwrap_or_default();
        let is_json = media_type(content_type) == "application/json";
        let parsed = is_json.then(|| serde_json::from_slice(body).ok()).flatten();
        parsed.unwrap_or_else(|| Value::String(String::from_utf8_lossy(body).into_owned()))
    }

    pub(super) fn into_json(self) -> Map<String, Value> {
        self.0
    }
}

/// What may stand before the secret in `Authorization`. Another word there may be the secret itself.
const SCHEMES: [&str; 5] = ["basic", "bearer", "digest", "token", "apikey"];

/// A header's value without its secret: the scheme of `Authorization` stays, as it is what a reader looks for.
fn redacted(name: &str, value: &str) -> String {
    match name {
        _ if name == AUTHORIZATION.as_str() || name == PROXY_AUTHORIZATION.as_str() => {
            match value.split_once(' ') {
                Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
                    format!("{scheme} <redacted>")
                }
                _ => "<redacted>".to_owned(),
            }
        }
        "x-api-key" => "<redacted>".to_owned(),
        _ if name == COOKIE.as_str() => "<redacted>".to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_place_of_a_scheme_may_be_the_secret() {
        assert_eq!(redacted("authorization", "secret x"), "<redacted>");
        assert_eq!(redacted("authorization", "Bearer secret"), "Bearer <redacted>");
        assert_eq!(redacted("proxy-authorization", "Basic c2VjcmV0Og=="), "Basic <redacted>");
    }
}
