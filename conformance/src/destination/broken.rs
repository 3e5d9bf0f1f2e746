//! Destinations that are wrong on purpose, each in one small way: a judge that lets one of them pass is no judge.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::reference::{Instance, Reference};
use crate::driver::Destination;
use crate::protocol::{DeliveryResult, HelloReply, Outcome, Settings};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The properties of a track do not arrive.
    DropsProperties,
    /// A 422 of Cordial is reported as a success.
    SwallowsRefusals,
    /// A track for an unknown user makes a contact.
    MakesContactsOnTrack,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DropsProperties, Self::SwallowsRefusals, Self::MakesContactsOnTrack];

    /// The name of the destination that has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DropsProperties => "drops-properties",
            Self::SwallowsRefusals => "swallows-refusals",
            Self::MakesContactsOnTrack => "makes-contacts-on-track",
        }
    }
}

/// The reference destination with a flaw.
#[derive(Debug)]
pub struct Broken {
    sound: Reference,
    flaw: Flaw,
}

impl Broken {
    /// The reference destination with this flaw.
    ///
    /// # Errors
    /// When the system gives the HTTP client nothing to start with.
    pub fn new(flaw: Flaw) -> Result<Self, reqwest::Error> {
        Ok(Self { sound: Reference::new()?, flaw })
    }
}

#[async_trait]
impl Destination for Broken {
    type Instance = Instance;

    fn hello(&self) -> HelloReply {
        let mut hello = self.sound.hello();
        self.flaw.name().clone_into(&mut hello.destination.name);
        hello
    }

    fn open(&self, settings: Settings) -> Instance {
        self.sound.open(settings)
    }

    async fn deliver(&self, instance: &Instance, event: &Value) -> DeliveryResult {
        let is_track = event["type"] == "track";
        match self.flaw {
            Flaw::DropsProperties if is_track => {
                let mut event = event.clone();
                event["properties"] = json!({});
                self.sound.deliver(instance, &event).await
            }
            Flaw::SwallowsRefusals => {
                let result = self.sound.deliver(instance, event).await;
                if result.status == Some(422) {
                    DeliveryResult { outcome: Outcome::Delivered, ..result }
                } else {
                    result
                }
            }
            Flaw::MakesContactsOnTrack if is_track => {
                let identify = json!({ "type": "identify", "userId": event["userId"] });
                self.sound.deliver(instance, &identify).await;
                self.sound.deliver(instance, event).await
            }
            Flaw::DropsProperties | Flaw::MakesContactsOnTrack => self.sound.deliver(instance, event).await,
        }
    }
}
