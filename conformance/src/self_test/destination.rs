//! Destinations that are not the reference at all.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use crate::destination::reference::Reference;
use crate::driver::{Destination, Driver, InProcess};
use crate::protocol::{DeliveryResult, DestinationInfo, HelloReply, Outcome, Retry, Settings, VERSION};

/// The name of the destination that does nothing.
pub(super) const IDLE: &str = "does-nothing";

/// Says what it is told to say, and sends nothing.
struct Liar(Outcome);

#[async_trait]
impl Destination for Liar {
    type Instance = ();

    fn hello(&self) -> HelloReply {
        HelloReply {
            protocol: VERSION,
            destination: DestinationInfo {
                name: IDLE.to_owned(),
                version: String::new(),
                language: String::new(),
            },
            dialect: "classic".to_owned(),
            capabilities: ["identify", "group", "track", "page"].map(str::to_owned).to_vec(),
            retry: Retry::Classify,
        }
    }

    fn open(&self, _: Settings) {}

    async fn deliver(&self, (): &(), _: &Value) -> DeliveryResult {
        DeliveryResult::new(self.0)
    }
}

/// Takes every event and does nothing.
pub(super) fn idle() -> Arc<dyn Driver> {
    liar(Outcome::Dropped)
}

/// Says the same of every event, and does nothing.
pub(super) fn liar(outcome: Outcome) -> Arc<dyn Driver> {
    Arc::new(InProcess::new(Liar(outcome)))
}

/// The reference destination with what somebody keeps between two events, or between two accounts.
pub(super) struct Remembering {
    inner: Reference,
    memory: parking_lot::Mutex<Option<Value>>,
    what: What,
}

/// What is kept that should not be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The traits of whoever was identified before go along with the next one's.
    Traits,
    /// The settings of the first account serve all of them.
    FirstSettings,
    /// The first event of all is delivered again in the place of every other track.
    FirstTrack,
    /// The list of the group before this one is joined.
    PreviousGroup,
    /// An event that was delivered is remembered for ever, and never sent again, whatever came of it.
    SeenIds,
    /// A message that one account took is not sent to another.
    DeliveredIds,
}

impl Remembering {
    pub(super) fn driver(what: What) -> Result<Arc<dyn Driver>, reqwest::Error> {
        let inner = Reference::new()?;
        Ok(Arc::new(InProcess::new(Self { inner, memory: parking_lot::Mutex::new(None), what })))
    }

    fn swap(&self, value: Value) -> Option<Value> {
        self.memory.lock().replace(value)
    }

    async fn unless_delivered(
        &self,
        instance: &<Reference as Destination>::Instance,
        event: &Value,
    ) -> DeliveryResult {
        let id = event["messageId"].as_str().unwrap_or_default();
        if self.memory.lock().as_ref().is_some_and(|seen| seen.get(id).is_some()) {
            return DeliveryResult::new(Outcome::Delivered);
        }
        let result = self.inner.deliver(instance, event).await;
        if result.outcome == Outcome::Delivered {
            let mut memory = self.memory.lock();
            memory.get_or_insert_with(|| serde_json::json!({}))[id] = Value::Bool(true);
        }
        result
    }

    fn first(&self, value: &Value) -> Value {
        self.memory.lock().get_or_insert_with(|| value.clone()).clone()
    }
}

#[async_trait]
impl Destination for Remembering {
    type Instance = <Reference as Destination>::Instance;

    fn hello(&self) -> HelloReply {
        self.inner.hello()
    }

    fn open(&self, settings: Settings) -> Self::Instance {
        if self.what == What::FirstSettings {
            let first = self.first(&serde_json::json!(settings));
            if let Ok(settings) = serde_json::from_value(first) {
                return self.inner.open(settings);
            }
        }
        self.inner.open(settings)
    }

    async fn deliver(&self, instance: &Self::Instance, event: &Value) -> DeliveryResult {
        let mut event = event.clone();
        match (self.what, event["type"].as_str()) {
            (What::Traits, Some("identify")) => {
                let before = self.swap(event["traits"].clone());
                let of_another = before.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
                if let Some(traits) = event["traits"].as_object_mut() {
                    for (key, value) in of_another {
                        traits.entry(key).or_insert(value);
                    }
                }
            }
            (What::FirstTrack, Some("track")) => {
                let first = self.first(&event);
                event["event"] = first["event"].clone();
                event["properties"] = first["properties"].clone();
            }
            (What::PreviousGroup, Some("group")) => {
                if let Some(before) = self.swap(event["groupId"].clone()) {
                    event["groupId"] = before;
                }
            }
            (What::SeenIds, _) => {
                let mut seen = self.memory.lock().take().unwrap_or_else(|| serde_json::json!({}));
                let id = event["messageId"].as_str().unwrap_or_default().to_owned();
                let is_known = seen.get(&id).is_some();
                seen[id] = Value::Bool(true);
                *self.memory.lock() = Some(seen);
                if is_known {
                    return DeliveryResult::new(Outcome::Delivered);
                }
            }
            (What::DeliveredIds, _) => return self.unless_delivered(instance, &event).await,
            _ => {}
        }
        self.inner.deliver(instance, &event).await
    }
}

/// Delivers every track once more when it has long said that nothing is pending.
pub(super) struct Late {
    inner: Arc<Reference>,
}

impl Late {
    pub(super) fn driver() -> Result<Arc<dyn Driver>, reqwest::Error> {
        Ok(Arc::new(InProcess::new(Self { inner: Arc::new(Reference::new()?) })))
    }
}

#[async_trait]
impl Destination for Late {
    type Instance = Arc<<Reference as Destination>::Instance>;

    fn hello(&self) -> HelloReply {
        self.inner.hello()
    }

    fn open(&self, settings: Settings) -> Self::Instance {
        Arc::new(self.inner.open(settings))
    }

    async fn deliver(&self, instance: &Self::Instance, event: &Value) -> DeliveryResult {
        let result = self.inner.deliver(instance, event).await;
        if event["type"] == "track" {
            let (inner, instance, event) = (Arc::clone(&self.inner), Arc::clone(instance), event.clone());
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                inner.deliver(&instance, &event).await;
            });
        }
        result
    }
}
