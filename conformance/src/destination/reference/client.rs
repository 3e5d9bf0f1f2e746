//! Cordial's REST API, and what each reply means for an event.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde_json::{Map, Value};

use crate::protocol::{DeliveryResult, Outcome, Settings};

/// How long Segment's platform waits for a destination, unless the settings say otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What may stand in a part of a URL as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The HTTP client of all instances. A redirect must not carry the key to another host.
pub(super) fn http() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().redirect(Policy::none()).build()
}

/// One account.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    endpoint: String,
    key: String,
    timeout: Duration,
}

/// A reply with a status of success.
pub(super) struct Taken {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Client {
    pub(super) fn new(http: reqwest::Client, settings: &Settings) -> Self {
        Self {
            http,
            endpoint: settings.endpoint.clone(),
            key: settings.api_key.clone(),
            timeout: settings.timeout_ms.map_or(TIMEOUT, Duration::from_millis),
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

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Map<String, Value>>,
    ) -> Result<Taken, DeliveryResult> {
        let url = format!("{}{path}", self.endpoint);
        let mut request =
            self.http.request(method, url).basic_auth(&self.key, Some("")).timeout(self.timeout);
        if let Some(body) = body {
            request = request.json(body);
        }
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
