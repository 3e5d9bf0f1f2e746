//! Segment's classic destination, as far as there is one: it posts each event to Cordial as it is, and Cordial
//! translates it by the account's integration config.
//!
//! It cannot see whether Cordial dropped an event (a disabled integration answers 200 as well), so it says
//! `delivered` then.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::driver::Destination;
use crate::protocol::{DeliveryResult, DestinationInfo, HelloReply, Outcome, Retry, Settings, VERSION};

/// How long Segment waits for a reply, unless the settings say otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Posts events to `/segment`.
#[derive(Debug)]
pub struct SegmentClassic {
    client: reqwest::Client,
}

impl SegmentClassic {
    /// A destination with its own connections.
    ///
    /// # Errors
    /// When the system gives the HTTP client nothing to start with.
    pub fn new() -> Result<Self, reqwest::Error> {
        // A redirect must not carry the key to another host.
        Ok(Self { client: reqwest::Client::builder().redirect(Policy::none()).build()? })
    }
}

#[async_trait]
impl Destination for SegmentClassic {
    type Instance = Settings;

    fn hello(&self) -> HelloReply {
        HelloReply {
            protocol: VERSION,
            destination: DestinationInfo {
                name: "segment-classic".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                language: "rust".to_owned(),
            },
            dialect: "classic".to_owned(),
            capabilities: ["identify", "group", "track", "page"].map(str::to_owned).to_vec(),
            retry: Retry::Classify,
        }
    }

    fn open(&self, settings: Settings) -> Settings {
        settings
    }

    async fn deliver(&self, settings: &Settings, event: &Value) -> DeliveryResult {
        let request = self
            .client
            .post(format!("{}/segment", settings.endpoint))
            .basic_auth(&settings.api_key, Some(""))
            .timeout(settings.timeout_ms.map_or(TIMEOUT, Duration::from_millis))
            .json(event);
        match request.send().await {
            Ok(reply) => classify(reply).await,
            Err(error) => {
                DeliveryResult::new(Outcome::Retryable).with_message(error.without_url().to_string())
            }
        }
    }
}

/// Segment's own rules: 4xx is final except 408, 423 and 429; 5xx may be retried except 501.
async fn classify(reply: Response) -> DeliveryResult {
    let status = reply.status();
    let outcome = match status.as_u16() {
        200..=299 => Outcome::Delivered,
        408 | 423 | 429 => Outcome::Retryable,
        501 => Outcome::Rejected,
        500..=599 => Outcome::Retryable,
        _ => Outcome::Rejected,
    };
    let retry_after_ms = (outcome == Outcome::Retryable).then(|| retry_after(&reply)).flatten();
    let text = reply.text().await;
    let message =
        (status != StatusCode::OK).then(|| text.unwrap_or_default()).filter(|text| !text.is_empty());
    DeliveryResult { outcome, status: Some(status.as_u16()), retry_after_ms, message }
}

/// Seconds, or a date.
fn retry_after(reply: &Response) -> Option<u64> {
    let text = reply.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    u64::try_from(at.duration_since(jiff::Timestamp::now()).as_millis()).ok()
}
