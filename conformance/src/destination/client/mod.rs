//! How the reference destinations speak to Cordial over HTTP, and what each reply means for an event.

mod outgoing;
mod refusal;

use std::time::Duration;

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Map, Value};

use crate::protocol::{DeliveryResult, Outcome, Settings};
pub(crate) use outgoing::{KeyAs, Outgoing, Tamper};

/// How long Segment's platform waits for a destination, unless the settings say otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP client of all instances. A redirect must not carry the key to another host.
pub(super) fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().redirect(Policy::none())
}

/// One account.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    endpoint: String,
    key: String,
    key_as: KeyAs,
    timeout: Duration,
    tamper: Option<Tamper>,
    misread: Option<Misread>,
}

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

/// A reply with a status of success.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Client {
    /// A client of the REST API and of the integration config: the key is the user name of Basic authentication.
    pub(super) fn of_rest(http: reqwest::Client, settings: &Settings, tamper: Option<Tamper>) -> Self {
        Self::new(http, settings, KeyAs::UserName, tamper)
    }

    /// A client of the Segment ingest: the key has a header of its own.
    pub(super) fn of_ingest(http: reqwest::Client, settings: &Settings, tamper: Option<Tamper>) -> Self {
        Self::new(http, settings, KeyAs::Header, tamper)
    }

    fn new(http: reqwest::Client, settings: &Settings, key_as: KeyAs, tamper: Option<Tamper>) -> Self {
        Self {
            http,
            endpoint: settings.endpoint.clone(),
            key: settings.api_key.clone(),
            key_as,
            timeout: settings.timeout_ms.map_or(TIMEOUT, Duration::from_millis),
            tamper,
            misread: None,
        }
    }

    /// The same client with another reading of replies.
    pub(super) fn misreading(self, misread: Option<Misread>) -> Self {
        Self { misread, ..self }
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
            key_as: self.key_as,
            headers: Vec::new(),
            body: body.cloned(),
            chunked: false,
        };
        if let Some(tamper) = self.tamper {
            tamper(&mut outgoing);
        }
        let request = outgoing.into_request(&self.http).timeout(self.timeout);
        let unanswered = |error: reqwest::Error| {
            DeliveryResult::new(Outcome::Retryable).with_message(error.without_url().to_string())
        };
        let reply = request.send().await.map_err(unanswered)?;
        let status = reply.status();
        let retry_after_ms = refusal::retry_after(&reply);
        let text = reply.text().await.map_err(unanswered)?;
        if status.is_success() {
            // No success of Cordial's is without JSON; what it holds is checked where it is used.
            return Ok(Taken {
                status: status.as_u16(),
                body: serde_json::from_str(&text).unwrap_or_default(),
            });
        }
        Err(refusal::refused(status.as_u16(), retry_after_ms, text))
    }
}
