//! Cordial's REST API, and what each reply means for an event.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde_json::{Map, Value};

use super::Tampers;
use crate::protocol::{DeliveryResult, Outcome, Settings};

/// How long Segment's platform waits for a destination, unless the settings say otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What may stand in a part of a URL as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The HTTP client of all instances. A redirect must not carry the key to another host.
pub(super) fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().redirect(Policy::none())
}

/// A request before it is sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) key: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Map<String, Value>>,
    /// Whether the body is sent in chunks, without saying how long it is.
    pub(crate) chunked: bool,
}

/// Changes a request on its way: what the self-test makes other destinations with.
pub(crate) type Tamper = fn(&mut Outgoing);

/// A request that was made, as far as its reply is to be understood by it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    /// The path that was meant, whatever a [`Tamper`] made of it.
    pub(crate) path: &'a str,
    pub(crate) key: &'a str,
}

/// Changes what a reply means: for the self-test as well.
pub(crate) type Misread = fn(Asked<'_>, Result<Taken, DeliveryResult>) -> Result<Taken, DeliveryResult>;

/// One account.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    endpoint: String,
    key: String,
    timeout: Duration,
    tamper: Option<Tamper>,
    misread: Option<Misread>,
}

/// A reply with a status of success.
pub(crate) struct Taken {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Client {
    pub(super) fn new(http: reqwest::Client, settings: &Settings, tampers: Tampers) -> Self {
        Self {
            http,
            endpoint: settings.endpoint.clone(),
            key: settings.api_key.clone(),
            timeout: settings.timeout_ms.map_or(TIMEOUT, Duration::from_millis),
            tamper: tampers.request,
            misread: tampers.reply,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Taken, DeliveryResult> {
        self.send(Method::GET, path, None).await
    }

    /// Reads what may not be there.
    pub(super) async fn find(&self, path: &str) -> Result<Option<Value>, DeliveryResult> {
        match self.get(path).await {
            Ok(taken) => Ok(Some(taken.body)),
            Err(refusal) if refusal.status == Some(404) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    pub(super) async fn post(&self, path: &str, body: &Map<String, Value>) -> Result<Taken, DeliveryResult> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(super) async fn put(&self, path: &str, body: &Map<String, Value>) -> Result<Taken, DeliveryResult> {
        self.send(Method::PUT, path, Some(body)).await
    }

    fn request(&self, outgoing: Outgoing) -> reqwest::RequestBuilder {
        let mut request = self.http.request(outgoing.method, outgoing.url).timeout(self.timeout);
        if let Some(key) = outgoing.key {
            request = request.basic_auth(key, Some(""));
        }
        for (name, value) in outgoing.headers {
            request = request.header(name, value);
        }
        match outgoing.body {
            Some(body) if outgoing.chunked => {
                let text = Value::Object(body).to_string();
                let stream = Unmeasured(Full::new(Bytes::from(text)));
                request.header(CONTENT_TYPE, "application/json").body(reqwest::Body::wrap(stream))
            }
            Some(body) => request.json(&body),
            None => request,
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Map<String, Value>>,
    ) -> Result<Taken, DeliveryResult> {
        let reply = self.exchange(method.clone(), path, body).await;
        match self.misread {
            Some(misread) => misread(Asked { method: &method, path, key: &self.key }, reply),
            None => reply,
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Map<String, Value>>,
    ) -> Result<Taken, DeliveryResult> {
        let mut outgoing = Outgoing {
            method,
            url: format!("{}{path}", self.endpoint),
            key: Some(self.key.clone()),
            headers: Vec::new(),
            body: body.cloned(),
            chunked: false,
        };
        if let Some(tamper) = self.tamper {
            tamper(&mut outgoing);
        }
        let request = self.request(outgoing);
        let unanswered = |error: reqwest::Error| {
            DeliveryResult::new(Outcome::Retryable).with_message(error.without_url().to_string())
        };
        let reply = request.send().await.map_err(unanswered)?;
        let status = reply.status();
        let retry_after_ms = retry_after(&reply);
        let text = reply.text().await.map_err(unanswered)?;
        if status.is_success() {
            // No success of Cordial's is without JSON; what it holds is checked where it is used.
            return Ok(Taken {
                status: status.as_u16(),
                body: serde_json::from_str(&text).unwrap_or_default(),
            });
        }
        Err(refused(status.as_u16(), retry_after_ms, text))
    }
}

/// A body that does not say how long it is.
struct Unmeasured(Full<Bytes>);

impl Body for Unmeasured {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }
}

/// `path` for a contact that is named by a key's value: both are encoded, the colon stays.
pub(super) fn contact_path(key: &str, value: &str) -> String {
    format!("/v2/contacts/{}:{}", part(key), part(value))
}

/// A text as one part of a URL.
pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// What a refusal means: 4xx is final except 408, 423 and 429; 5xx may be retried except 501.
fn refused(status: u16, retry_after_ms: Option<u64>, text: String) -> DeliveryResult {
    let may_retry = matches!(status, 408 | 423 | 429) || (status >= 500 && status != 501);
    let outcome = if may_retry { Outcome::Retryable } else { Outcome::Rejected };
    DeliveryResult {
        outcome,
        status: Some(status),
        retry_after_ms: retry_after_ms.filter(|_| may_retry),
        message: (!text.is_empty()).then_some(text),
    }
}

/// `Retry-After`, which may be seconds or a date; one in the past, or that cannot be read, says nothing.
fn retry_after(reply: &Response) -> Option<u64> {
    let text = reply.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => seconds.checked_mul(1000),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            u64::try_from(at.duration_since(jiff::Timestamp::now()).as_millis()).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_value_are_encoded_and_the_colon_is_not() {
        assert_eq!(
            contact_path("channels.email.address", "a+b/c@example.com"),
            "/v2/contacts/channels.email.address:a%2Bb%2Fc%40example.com"
        );
        assert_eq!(contact_path("cust:ID", "é"), "/v2/contacts/cust%3AID:%C3%A9");
    }

    #[test]
    fn refusals_are_final_or_not_as_segment_has_it() {
        for (status, outcome) in [
            (400, Outcome::Rejected),
            (401, Outcome::Rejected),
            (404, Outcome::Rejected),
            (422, Outcome::Rejected),
            (501, Outcome::Rejected),
            (301, Outcome::Rejected),
            (408, Outcome::Retryable),
            (423, Outcome::Retryable),
            (429, Outcome::Retryable),
            (500, Outcome::Retryable),
            (502, Outcome::Retryable),
            (503, Outcome::Retryable),
            (529, Outcome::Retryable),
        ] {
            let result = refused(status, Some(5), String::new());
            assert_eq!(result.outcome, outcome, "{status}");
            assert_eq!(result.retry_after_ms.is_some(), outcome == Outcome::Retryable, "{status}");
        }
    }
}
