//! Destinations that are wrong only where several events come in one delivery.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use crate::destination::reference::Reference;
use crate::driver::{Driver, DriverError, InProcess};
use crate::protocol::{DeliveryResult, HelloReply, Outcome, Settings};

/// What goes wrong with several events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Several {
    /// The last one is not sent.
    LosesTheLast,
    /// What comes after one that was not delivered is not sent, and shares its result.
    StopsAtTheFirstFailure,
    /// All of them get the worst result of any.
    OneResultForAll,
    /// Each event gets the result of the one before it.
    ResultsOfTheOneBefore,
    /// They are sent in another order.
    InReverse,
    /// Of several identify calls of a person the last one alone is sent.
    LastIdentifyOnly,
    /// An event that says the same as the one before it is not sent.
    DropsRepetitions,
}

/// The reference destination with one of these.
pub(super) struct Together {
    one_by_one: InProcess<Reference>,
    wrong: Several,
}

impl Together {
    pub(super) fn driver(wrong: Several) -> Result<Arc<dyn Driver>, reqwest::Error> {
        Ok(Arc::new(Self { one_by_one: InProcess::new(Reference::new()?), wrong }))
    }

    async fn one(&self, instance: &str, event: &Value) -> Result<DeliveryResult, DriverError> {
        let results = self.one_by_one.deliver(instance, std::slice::from_ref(event)).await?;
        Ok(results.into_iter().next().unwrap_or_else(delivered))
    }

    /// Delivers those that `is_sent`, by their place, and calls the others delivered.
    async fn only(
        &self,
        instance: &str,
        events: &[Value],
        is_sent: impl Fn(usize, &Value) -> bool + Send,
    ) -> Result<Vec<DeliveryResult>, DriverError> {
        let mut results = Vec::with_capacity(events.len());
        for (at, event) in events.iter().enumerate() {
            results.push(if is_sent(at, event) { self.one(instance, event).await? } else { delivered() });
        }
        Ok(results)
    }
}

fn delivered() -> DeliveryResult {
    DeliveryResult::new(Outcome::Delivered)
}

fn is_failure(result: &DeliveryResult) -> bool {
    matches!(result.outcome, Outcome::Rejected | Outcome::Retryable)
}

/// Whether another identify call of the same person comes after the one at `at`.
fn is_outdated(events: &[Value], at: usize) -> bool {
    let same = |other: &Value| ["type", "userId"].iter().all(|field| other[*field] == events[at][*field]);
    events[at]["type"] == "identify" && events[at + 1..].iter().any(same)
}

/// Whether the event before the one at `at` says the same.
fn is_repetition(events: &[Value], at: usize) -> bool {
    let fields = ["type", "userId", "event", "name", "traits", "properties"];
    at > 0 && fields.iter().all(|field| events[at - 1][*field] == events[at][*field])
}

#[async_trait]
impl Driver for Together {
    async fn hello(&self) -> Result<HelloReply, DriverError> {
        self.one_by_one.hello().await
    }

    async fn open(&self, instance: &str, settings: &Settings) -> Result<(), DriverError> {
        self.one_by_one.open(instance, settings).await
    }

    async fn deliver(&self, instance: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError> {
        if events.len() < 2 {
            return self.one_by_one.deliver(instance, events).await;
        }
        match self.wrong {
            Several::LosesTheLast => self.only(instance, events, |at, _| at + 1 < events.len()).await,
            Several::LastIdentifyOnly => self.only(instance, events, |at, _| !is_outdated(events, at)).await,
            Several::DropsRepetitions => {
                self.only(instance, events, |at, _| !is_repetition(events, at)).await
            }
            Several::StopsAtTheFirstFailure => {
                let mut results: Vec<DeliveryResult> = Vec::with_capacity(events.len());
                for event in events {
                    let result = match results.last().filter(|result| is_failure(result)) {
                        Some(failure) => failure.clone(),
                        None => self.one(instance, event).await?,
                    };
                    results.push(result);
                }
                Ok(results)
            }
            Several::OneResultForAll => {
                let results = self.one_by_one.deliver(instance, events).await?;
                let worst = results.iter().find(|result| is_failure(result)).cloned();
                Ok(worst.map_or(results, |worst| vec![worst; events.len()]))
            }
            Several::ResultsOfTheOneBefore => {
                let mut results = self.one_by_one.deliver(instance, events).await?;
                results.rotate_right(1);
                Ok(results)
            }
            Several::InReverse => {
                let reversed: Vec<Value> = events.iter().rev().cloned().collect();
                let mut results = self.one_by_one.deliver(instance, &reversed).await?;
                results.reverse();
                Ok(results)
            }
        }
    }

    async fn drain(&self, instance: &str) -> Result<(), DriverError> {
        self.one_by_one.drain(instance).await
    }

    async fn close(&self, instance: &str) -> Result<(), DriverError> {
        self.one_by_one.close(instance).await
    }

    async fn bye(&self) -> Result<(), DriverError> {
        self.one_by_one.bye().await
    }
}
