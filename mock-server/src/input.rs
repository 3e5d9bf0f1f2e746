//! A request's body as fields, whether it came as JSON or as a form (FACTS, "General form").

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Number, Value};

use crate::contact_attributes::AttributeType;
use crate::refusal::Refusal;

/// How deep a form's brackets may nest. JSON is bounded by its parser.
const MAX_DEPTH: usize = 32;

/// The fields of a body. Whether they came from a form matters: there every value is text, so that text is read as
/// the type that is wanted, while JSON says what it means.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The fields, in the order in which they were sent.
    pub fields: Map<String, Value>,
    form: bool,
}

impl From<Map<String, Value>> for Input {
    fn from(fields: Map<String, Value>) -> Self {
        Self { fields, form: false }
    }
}

impl Input {
    /// Fields whose values are all text, as a form or a file has them.
    #[must_use]
    pub fn from_text(fields: Map<String, Value>) -> Self {
        Self { fields, form: true }
    }

    /// Reads a body. An empty one has no fields.
    ///
    /// # Errors
    /// 400 for what is not a JSON object, 415 for other content types.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let content_type =
            headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("unreadable"));
        match &*media_type(content_type) {
            "application/json" => read_json(body).map(Self::from),
            "application/x-www-form-urlencoded" => read_form(body).map(|fields| Self { fields, form: true }),
            "" => Err(Refusal::unsupported_media_type("missing")),
            _ => Err(Refusal::unsupported_media_type(content_type)),
        }
    }

    /// The field as a truth value; `None` when it is absent or something else.
    #[must_use]
    pub fn bool(&self, key: &str) -> Option<bool> {
        self.fields.get(key).and_then(|value| self.as_bool(value))
    }

    /// A value of this body as a truth value. JSON has to say `true` or `false`; a form can only say it in text.
    #[must_use]
    pub fn as_bool(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::String(text) if self.form => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// A value of this body as a flag, for which 1 and 0 stand as well where the official description says so.
    #[must_use]
    pub fn as_flag(&self, value: &Value) -> Option<bool> {
        match value.as_u64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => self.as_bool(value),
        }
    }

    /// The field as text; a number counts as its digits.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        match self.fields.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The value of an identifier or attribute wherever a body may carry it: under its own (dotted) name, nested
    /// as the dots say, or under `attributes`.
    #[must_use]
    pub fn lookup(&self, key: &str) -> Option<&Value> {
        self.fields
            .get(key)
            .or_else(|| dotted(&self.fields, key))
            .or_else(|| self.fields.get("attributes")?.as_object()?.get(key))
    }

    /// A value of this body as an attribute of the given type wants it: a form's digits become a number there.
    #[must_use]
    pub fn typed(&self, r#type: AttributeType, value: &Value) -> Value {
        match (r#type, value) {
            (AttributeType::Number, value) => self.as_number(value),
            (AttributeType::Geo, Value::Object(parts)) => parts
                .iter()
                .map(|(part, value)| (part.clone(), self.geo_part(part, value)))
                .collect::<Map<_, _>>()
                .into(),
            _ => value.clone(),
        }
    }

    /// A part of a geo value, named as after the attribute's first dot.
    #[must_use]
    pub fn geo_part(&self, part: &str, value: &Value) -> Value {
        match (part, value) {
            ("loc.lat" | "loc.lon", value) => self.as_number(value),
            ("loc", Value::Object(axes)) => axes
                .iter()
                .map(|(axis, value)| (axis.clone(), self.as_number(value)))
                .collect::<Map<_, _>>()
                .into(),
            ("auto", value) => self.as_bool(value).map_or_else(|| value.clone(), Value::Bool),
            _ => value.clone(),
        }
    }

    /// A value of this body as a number, where it is one; a form can only say it in text.
    #[must_use]
    pub fn as_number(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if self.form => {
                text.parse::<Number>().map_or_else(|_| value.clone(), Value::Number)
            }
            _ => value.clone(),
        }
    }
}

/// The media type without its parameters, in lower case.
pub(crate) fn media_type(content_type: &str) -> Cow<'_, str> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match media_type.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => media_type.to_ascii_lowercase().into(),
        false => media_type.into(),
    }
}

fn dotted<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let (first, rest) = path.split_once('.')?;
    let inner = fields.get(first)?.as_object()?;
    inner.get(rest).or_else(|| dotted(inner, rest))
}

fn read_json(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::invalid_json("the body is JSON, but not an object: wrap it in { }")),
        Err(error) => {
            let likely = what_it_is(body).map(|what| format!(" (it looks {what})")).unwrap_or_default();
            Err(Refusal::invalid_json(format!("the body is not JSON: {error}{likely}")))
        }
    }
}

/// What bytes that are not JSON look like, where their beginning says it.
fn what_it_is(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1f, 0x8b, ..] => Some("like gzip: the mock takes no Content-Encoding"),
        [0xef, 0xbb, 0xbf, ..] => Some("like UTF-8 with a byte order mark: leave the mark out"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => Some("like UTF-16: write UTF-8"),
        _ => None,
    }
}

/// Reads a form with PHP's brackets: `channels[email][address]=...`, `tags[]=a&tags[]=b`.
fn read_form(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if std::str::from_utf8(body).is_err() {
        return Err(Refusal::bad_request("The form is not valid UTF-8."));
    }
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        let mut path = split_brackets(&name);
        if path.len() > MAX_DEPTH {
            return Err(Refusal::bad_request(format!("The form nests deeper than {MAX_DEPTH} levels.")));
        }
        let first = path.remove(0);
        set(&mut fields, first, &path, Value::String(value.into_owned()));
    }
    fields.values_mut().for_each(lists_of_numbered);
    Ok(fields)
}

/// `a[b][]` as `a`, `b` and the empty text.
fn split_brackets(name: &str) -> Vec<String> {
    let Some((first, rest)) =
        name.split_once('[').filter(|(first, rest)| !first.is_empty() && rest.ends_with(']'))
    else {
        return vec![name.to_owned()];
    };
    let inner = rest.strip_suffix(']').unwrap_or(rest).split("][").map(str::to_owned);
    std::iter::once(first.to_owned()).chain(inner).collect()
}

fn set(fields: &mut Map<String, Value>, key: String, path: &[String], value: Value) {
    let key = if key.is_empty() { fields.len().to_string() } else { key };
    let Some((next, rest)) = path.split_first() else {
        fields.insert(key, value);
        return;
    };
    let slot = fields.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !slot.is_object() {
        // PHP lets the later one win, too.
        *slot = Value::Object(Map::new());
    }
    if let Value::Object(inner) = slot {
        set(inner, next.clone(), rest, value);
    }
}

/// PHP does not tell `{"0": a, "1": b}` from `[a, b]`: what is numbered from zero is a list.
fn lists_of_numbered(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    fields.values_mut().for_each(lists_of_numbered);
    let numbered = fields.keys().enumerate().all(|(at, key)| *key == at.to_string());
    if numbered && !fields.is_empty() {
        *value = fields.values().cloned().collect();
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;
    use crate::routes::Version;

    fn read(content_type: &'static str, body: &[u8]) -> Result<Input, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Input::read(&headers, body)
    }

    fn form(body: &str) -> Input {
        read("application/x-www-form-urlencoded", body.as_bytes()).unwrap()
    }

    #[test]
    fn a_form_nests_by_brackets_as_php_reads_them() {
        let input =
            form("channels[email][address]=jane%40example.com&tags[]=a&tags[]=b&identifyBy[0]=email&plain=x");
        let expected = json!({"channels": {"email": {"address": "jane@example.com"}}, "tags": ["a", "b"], "identifyBy": ["email"], "plain": "x"});
        assert_eq!(Value::Object(input.fields), expected);
    }

    #[test]
    fn a_form_s_text_is_read_as_what_is_wanted_and_json_s_is_not() {
        let text = json!("12");
        assert_eq!(form("a=1").typed(AttributeType::Number, &text), json!(12));
        assert_eq!(Input::default().typed(AttributeType::Number, &text), text);
        assert_eq!(form("a=1").bool("a"), Some(true));
        assert_eq!(Input::default().as_bool(&json!("true")), None);
    }

    #[test]
    fn an_identifier_is_found_flat_nested_and_under_attributes() {
        for body in [
            json!({"channels.email.address": "v"}),
            json!({"channels": {"email": {"address": "v"}}}),
            json!({"channels": {"email.address": "v"}}),
        ] {
            let Value::Object(fields) = body else { unreachable!() };
            assert_eq!(Input::from(fields).lookup("channels.email.address"), Some(&json!("v")));
        }
        let Value::Object(fields) = json!({"attributes": {"custID": "v"}}) else { unreachable!() };
        assert_eq!(Input::from(fields).lookup("custID"), Some(&json!("v")));
    }

    #[test]
    fn what_is_not_a_json_object_is_refused() {
        for body in [&b"{"[..], b"[1]", b"null", b"\xff\xfe", b"{\"a\":1}}", "[".repeat(100_000).as_bytes()] {
            let refusal = read("application/json", body).unwrap_err();
            assert_eq!(refusal.status(), 400, "{body:?}");
        }
    }

    #[test]
    fn the_journal_says_what_a_body_looks_like_that_is_no_json() {
        let why =
            |body: &[u8]| read("application/json", body).unwrap_err().into_reply(Version::V2).why.unwrap();
        assert!(why(b"\x1f\x8b\x08rest").contains("gzip"));
        assert!(why(b"\xef\xbb\xbf{}").contains("byte order mark"));
        assert!(why(b"\xff\xfe{\0}\0").contains("UTF-16"));
        assert!(!why(b"{").contains("looks"));
    }

    #[test]
    fn another_content_type_is_refused_but_parameters_are_fine() {
        assert_eq!(read("text/plain", b"{}").unwrap_err().status(), 415);
        assert!(read("application/JSON; charset=utf-8", b"{}").is_ok());
        assert!(read("text/plain", b"").is_ok());
    }

    #[test]
    fn a_form_that_nests_without_end_is_refused() {
        let body = format!("a{}=1", "[b]".repeat(1000));
        assert_eq!(read("application/x-www-form-urlencoded", body.as_bytes()).unwrap_err().status(), 400);
    }
}
