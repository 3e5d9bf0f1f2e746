//! Every error that Cordial sends, built in one place (FACTS, "Authentication" and "General form").

use http::StatusCode;
use http::header::RETRY_AFTER;
use serde_json::{Map, Value, json};

use crate::account::Quota;
use crate::message::Reply;
use crate::routes::Version;

/// The `errorKey` of most v2 errors.
pub const GENERIC: &str = "GENERIC_ERROR_KEY";

/// A request that was refused: what goes over the wire, and why, for the journal.
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    form: Box<Form>,
    why: Option<String>,
    quota: Option<Box<(Quota, i64)>>,
}

/// The forms that an error body takes.
#[derive(Debug, Clone)]
enum Form {
    /// `{"error":"<text>"}`: authentication, unknown paths and server errors.
    Text(String),
    /// `{"error":true,"errorKey":"...","message":"..."}`.
    Message { key: &'static str, content: Value },
    /// `{"error":true,"errorKey":"...","messages":...}`: contacts, products, orders and supplements.
    Messages { key: &'static str, messages: Value },
    /// `{"message":"..."}`: the classic Segment endpoint (a client compares the text).
    Bare(String),
}

impl Form {
    fn message(key: &'static str, text: impl Into<String>) -> Self {
        Self::Message { key, content: Value::String(text.into()) }
    }
}

impl Refusal {
    fn new(status: StatusCode, form: Form) -> Self {
        Self { status, form: Box::new(form), why: None, quota: None }
    }

    /// Adds what the journal says to the developer.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Adds to what the journal says: what was probably meant.
    #[must_use]
    pub fn hint(mut self, hint: Option<String>) -> Self {
        if let Some(hint) = hint {
            self.why = Some(self.why.map_or_else(|| hint.clone(), |why| format!("{why}; {hint}")));
        }
        self
    }

    /// The same refusal with another status, where versions differ.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// 401: wrong, missing or unreadable key. `error` is a text here (recorded 2026).
    #[must_use]
    pub fn authentication() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Form::Text("Access Denied: Authentication Failure".to_owned()))
    }

    /// 404 for a path that Cordial does not have (recorded).
    #[must_use]
    pub fn unknown_path(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Form::Text(format!("'{path}' is not found.")))
    }

    /// 501: Cordial has this operation, the mock does not. Never an invented success.
    #[must_use]
    pub fn not_served(operation: &str) -> Self {
        let text = format!(
            "The mock does not serve {operation}; the real service does. GET /__admin/routes lists what is served."
        );
        Self::new(StatusCode::NOT_IMPLEMENTED, Form::message("NOT_SERVED_BY_MOCK", text.clone()))
            .because(text)
    }

    /// 404 `record not found` (recorded).
    #[must_use]
    pub fn record_not_found() -> Self {
        Self::not_found("RECORD_NOT_FOUND", "record not found")
    }

    /// 404 with another key or text.
    #[must_use]
    pub fn not_found(key: &'static str, text: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Form::message(key, text))
    }

    /// 403: the key is good, but not for this (inferred).
    #[must_use]
    pub fn forbidden(text: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, Form::message(GENERIC, text))
    }

    /// 429 with Cordial's four headers (vendor docs; the body is inferred).
    #[must_use]
    pub fn too_many_requests(quota: Quota, retry_after_seconds: i64) -> Self {
        let form = Form::message(GENERIC, "Too Many Requests");
        let why = format!(
            "over the account's rate limit (apiKey.rateLimits) for another {retry_after_seconds} s of its clock"
        );
        Self {
            quota: Some(Box::new((quota, retry_after_seconds))),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, form).because(why)
        }
    }

    /// 422 with `message`.
    #[must_use]
    pub fn message(text: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Form::message(GENERIC, text))
    }

    /// 422 with `messages` as one text: contacts, products, orders and supplements.
    #[must_use]
    pub fn messages(text: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            Form::Messages { key: GENERIC, messages: Value::String(text.into()) },
        )
    }

    /// 400: the body is not JSON (vendor docs; the status is inferred).
    #[must_use]
    pub fn invalid_json(why: impl Into<String>) -> Self {
        let form = Form::message("INVALID_JSON_PROVIDED", "Invalid JSON provided.");
        Self::new(StatusCode::BAD_REQUEST, form).because(why)
    }

    /// 400 for a request that cannot be read at all: a bad percent-encoding, for example (inferred).
    #[must_use]
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Form::message(GENERIC, text))
    }

    /// 415 (official).
    #[must_use]
    pub fn unsupported_media_type(found: &str) -> Self {
        let text = "Unsupported Media Type: Content-Type header must be application/json or application/x-www-form-urlencoded.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Form::message("UNSUPPORTED_MEDIA_TYPE", text))
            .because(format!("the content type was {found}"))
    }

    /// 413: the body is over the limit of the mock (inferred).
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let form = Form::message(GENERIC, "Request Entity Too Large");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, form)
            .because(format!("the body is over the limit of {limit} bytes"))
    }

    /// 408: the body did not arrive in time (inferred).
    #[must_use]
    pub fn timed_out() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, Form::message(GENERIC, "Request Timeout"))
            .because("the body did not arrive in time")
    }

    /// 400 of the classic Segment endpoint for a body whose `type` is none of the four (client).
    #[must_use]
    pub fn incompatible_type() -> Self {
        Self::new(StatusCode::BAD_REQUEST, Form::Bare("Incompatible type".to_owned()))
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The reply, in the form of `version`: v1 has no `errorKey` (recorded).
    #[must_use]
    pub fn into_reply(self, version: Version) -> Reply {
        let body = match *self.form {
            Form::Text(text) => json!({ "error": text }),
            Form::Bare(text) => json!({ "message": text }),
            Form::Message { key, content } => envelope(version, key, "message", content),
            Form::Messages { key, messages } => envelope(version, key, "messages", messages),
        };
        let mut reply = Reply::json(self.status, &body);
        // Every refusal has a reason in the journal: where there is nothing to add, what was said.
        reply.why = self.why.or_else(|| Some(said(&body)));
        match self.quota.map(|quota| *quota) {
            Some((quota, retry_after)) => quota.mark(reply).with_header(RETRY_AFTER, retry_after.into()),
            None => reply,
        }
    }
}

/// The text of an error's body.
fn said(body: &Value) -> String {
    let text = ["messages", "message", "error"].iter().find_map(|slot| body[slot].as_str());
    text.map_or_else(|| body.to_string(), str::to_owned)
}

fn envelope(version: Version, key: &'static str, slot: &'static str, content: Value) -> Value {
    let mut body = Map::new();
    body.insert("error".to_owned(), Value::Bool(true));
    if version == Version::V2 {
        body.insert("errorKey".to_owned(), Value::String(key.to_owned()));
    }
    body.insert(slot.to_owned(), content);
    Value::Object(body)
}

/// Field errors, gathered so that one reply names them all.
#[derive(Debug, Default)]
pub struct FieldErrors {
    fields: Map<String, Value>,
    hints: Vec<String>,
}

impl FieldErrors {
    /// Adds a text to a field.
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        let texts = self.fields.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(texts) = texts {
            texts.push(Value::String(text.into()));
        }
    }

    /// `key <field> is not part of the schema for this resource` (recorded).
    pub fn not_in_schema(&mut self, field: &str) {
        self.add(field, format!("key {field} is not part of the schema for this resource"));
    }

    /// `The <field> field is required.` (recorded).
    pub fn required(&mut self, field: &str) {
        self.add(field, format!("The {field} field is required."));
    }

    /// Adds what was probably meant, for the journal alone.
    pub fn hint(&mut self, hint: Option<String>) {
        self.hints.extend(hint);
    }

    /// The first field with its first text, for who can only say one thing.
    pub(crate) fn first(&self) -> Option<(String, String)> {
        let (field, texts) = self.fields.iter().next()?;
        Some((field.clone(), texts[0].as_str().unwrap_or_default().to_owned()))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Ok when there is none, else the 422 that names them all (recorded).
    ///
    /// # Errors
    /// The refusal.
    pub fn into_result(self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl FieldErrors {
    /// Ok when there is none, else a refusal that has them under `message`, as records of supplements do (official).
    ///
    /// # Errors
    /// The refusal.
    pub fn into_message(self, status: StatusCode) -> Result<(), Refusal> {
        if self.is_empty() {
            return Ok(());
        }
        let refusal = Refusal::from(self);
        let Form::Messages { key, messages } = *refusal.form else { return Err(refusal) };
        Err(Refusal { form: Box::new(Form::Message { key, content: messages }), ..refusal }
            .with_status(status))
    }
}

impl From<FieldErrors> for Refusal {
    fn from(errors: FieldErrors) -> Self {
        let why = errors.fields.keys().cloned().collect::<Vec<_>>().join(", ");
        let messages = json!({ "validationErrors": errors.fields });
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Form::Messages { key: GENERIC, messages })
            .because(format!("these fields were refused: {why}"))
            .hint((!errors.hints.is_empty()).then(|| errors.hints.join("; ")))
    }
}
