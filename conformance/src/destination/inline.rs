//! The reference destination in the other role: it retries by itself, as a program does that nobody redelivers to.
//!
//! A retryable outcome is tried again up to four times, after a wait that doubles from one second on, or after as
//! long as Cordial asked for. It sleeps on the clock that the runner owns, where it is told of one.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::reference::{Instance, Reference};
use crate::driver::Destination;
use crate::protocol::{DeliveryResult, HelloReply, Outcome, Retry, Settings};

/// How often one event is tried.
const ATTEMPTS: u32 = 5;
/// The first wait.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait; whoever asks for more gets the event back.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The reference destination, retrying by itself.
#[derive(Debug)]
pub struct Inline {
    once: Reference,
    http: reqwest::Client,
    patience: Patience,
}

/// What is tried again, how often, and after what wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) attempts: u32,
    pub(crate) again: fn(&DeliveryResult) -> bool,
    /// The wait before the next attempt, from that of plain backoff and the result; `None` gives up.
    pub(crate) wait: fn(Duration, &DeliveryResult) -> Option<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: ATTEMPTS,
            again: |result| result.outcome == Outcome::Retryable,
            wait: |backoff, result| {
                let asked = result.retry_after_ms.map_or(backoff, Duration::from_millis);
                Some(asked.max(backoff)).filter(|wait| *wait <= LONGEST_WAIT)
            },
        }
    }
}

/// One account's side of it.
#[derive(Debug)]
pub struct Patient {
    once: Instance,
    clock: Option<String>,
    key: String,
}

impl Inline {
    /// A destination with its own connections.
    ///
    /// # Errors
    /// When the system gives the HTTP client nothing to start with.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with(Reference::new()?, Patience::default())
    }

    /// A destination that differs in what it tries and how it waits: for the self-test.
    pub(crate) fn with(once: Reference, patience: Patience) -> Result<Self, reqwest::Error> {
        Ok(Self { once, http: reqwest::Client::builder().build()?, patience })
    }

    /// Sleeps on the runner's clock, or on the real one where there is none.
    async fn sleep(&self, instance: &Patient, wait: Duration) {
        if let Some(clock) = &instance.clock {
            let order = json!({ "advance": wait.as_secs_f64() });
            let asked = self.http.put(clock).basic_auth(&instance.key, Some("")).json(&order).send().await;
            if asked.is_ok_and(|reply| reply.status().is_success()) {
                return;
            }
        }
        tokio::time::sleep(wait).await;
    }
}

#[async_trait]
impl Destination for Inline {
    type Instance = Patient;

    fn hello(&self) -> HelloReply {
        let mut hello = self.once.hello();
        "reference-inline".clone_into(&mut hello.destination.name);
        hello.retry = Retry::Inline;
        hello
    }

    fn open(&self, settings: Settings) -> Patient {
        let (clock, key) = (settings.clock.clone(), settings.api_key.clone());
        Patient { once: self.once.open(settings), clock, key }
    }

    async fn deliver(&self, instance: &Patient, event: &Value) -> DeliveryResult {
        let mut wait = FIRST_WAIT;
        let mut result = self.once.deliver(&instance.once, event).await;
        for _ in 1..self.patience.attempts {
            if !(self.patience.again)(&result) {
                break;
            }
            let Some(next) = (self.patience.wait)(wait, &result) else { break };
            self.sleep(instance, next).await;
            wait = wait.saturating_mul(2);
            result = self.once.deliver(&instance.once, event).await;
        }
        result
    }
}
