//! The driver protocol: what the runner and a destination say to each other, in JSON objects. The same objects go
//! over stdio (one per line) and over HTTP (one per POST).
//!
//! ```text
//! -> {"op":"hello","id":1,"protocol":[1]}
//! -> {"op":"open","id":2,"instance":"s1","settings":{...}}
//! -> {"op":"deliver","id":3,"instance":"s1","events":[{...}]}
//! -> {"op":"drain","id":4,"instance":"s1"}   {"op":"close",...}   {"op":"bye","id":9}
//! <- {"id":3,"results":[{"outcome":"delivered","status":200}]}
//! <- {"id":3,"unsupported":true,"reason":"..."}   {"id":3,"error":{"message":"..."}}
//! ```
//!
//! Replies may come in any order; fields that a side does not know are ignored.

mod schema;

pub use schema::schema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The version of the protocol that this runner speaks.
pub const VERSION: u64 = 1;

/// What an instance of a destination is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Where Cordial is, without a slash at the end. All of its surfaces answer there.
    pub endpoint: String,
    /// The API key.
    pub api_key: String,
    /// The account's primary key: `channels.email.address` or an attribute's key.
    pub primary_key: String,
    /// The attribute that stores Segment's user id; for the Actions dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_id_key: Option<String>,
    /// The account's integration config, for a destination whose mapping lives on its own side. One that reads it
    /// from the account ignores this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<Value>,
    /// How long to wait for a reply of Cordial, in milliseconds. A destination that cannot be told keeps its own
    /// timeout, and the run takes longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Where a destination that retries by itself asks to sleep: `PUT {"advance": <seconds>}` here, with its API key
    /// as for Cordial, returns at once and the account's time has passed. Without it, it sleeps by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Cordial took it.
    Delivered,
    /// A final error, told to the caller.
    Rejected,
    /// An error after which it may be delivered again.
    Retryable,
    /// Deliberately not sent.
    Dropped,
}

impl Outcome {
    /// The word of the protocol.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Retryable => "retryable",
            Self::Dropped => "dropped",
        }
    }
}

/// What a destination says about one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryResult {
    /// What became of it.
    pub outcome: Outcome,
    /// The status of Cordial's reply, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long Cordial asked to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl DeliveryResult {
    /// An outcome and nothing else.
    #[must_use]
    pub const fn new(outcome: Outcome) -> Self {
        Self { outcome, status: None, retry_after_ms: None, message: None }
    }

    /// With a word for people.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}

/// Who retries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retry {
    /// One attempt per delivery; the runner delivers again.
    #[default]
    Classify,
    /// The destination itself.
    Inline,
}

impl Retry {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Classify, Self::Inline];

    /// The word of the protocol.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classify => "classify",
            Self::Inline => "inline",
        }
    }
}

/// What a destination says about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloReply {
    /// The version of the protocol that it chose.
    pub protocol: u64,
    /// Who it is.
    pub destination: DestinationInfo,
    /// `classic` or `actions`.
    pub dialect: String,
    /// The calls that it takes.
    pub capabilities: Vec<String>,
    /// Who retries.
    #[serde(default)]
    pub retry: Retry,
}

/// Who a destination is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DestinationInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// The language that it is written in.
    #[serde(default)]
    pub language: String,
}

/// A request to a destination, without its id.
#[derive(Debug, Clone, Copy)]
pub enum Request<'a> {
    /// Who are you?
    Hello,
    /// Here is an account.
    Open(&'a str, &'a Settings),
    /// Here are events for it.
    Deliver(&'a str, &'a [Value]),
    /// Finish what is pending.
    Drain(&'a str),
    /// Forget the account.
    Close(&'a str),
    /// The end.
    Bye,
}

impl Request<'_> {
    /// The operation's name.
    #[must_use]
    pub const fn op(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Open(..) => "open",
            Self::Deliver(..) => "deliver",
            Self::Drain(_) => "drain",
            Self::Close(_) => "close",
            Self::Bye => "bye",
        }
    }

    /// The object that is sent.
    #[must_use]
    pub fn to_json(self, id: u64) -> Value {
        let op = self.op();
        match self {
            Self::Hello => json!({ "op": op, "id": id, "protocol": [VERSION] }),
            Self::Open(instance, settings) => {
                json!({ "op": op, "id": id, "instance": instance, "settings": settings })
            }
            Self::Deliver(instance, events) => {
                json!({ "op": op, "id": id, "instance": instance, "events": events })
            }
            Self::Drain(instance) | Self::Close(instance) => {
                json!({ "op": op, "id": id, "instance": instance })
            }
            Self::Bye => json!({ "op": op, "id": id }),
        }
    }
}

/// A request as the destination's side reads it.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Incoming {
    /// Who are you?
    Hello {
        /// To be repeated in the reply.
        id: u64,
    },
    /// Here is an account.
    Open {
        /// To be repeated in the reply.
        id: u64,
        /// The account's name in later requests.
        instance: String,
        /// What the destination is told.
        settings: Box<Settings>,
    },
    /// Here are events for it.
    Deliver {
        /// To be repeated in the reply.
        id: u64,
        /// The account's name.
        instance: String,
        /// Segment's events.
        events: Vec<Value>,
    },
    /// Finish what is pending.
    Drain {
        /// To be repeated in the reply.
        id: u64,
        /// The account's name.
        instance: String,
    },
    /// Forget the account.
    Close {
        /// To be repeated in the reply.
        id: u64,
        /// The account's name.
        instance: String,
    },
    /// The end.
    Bye {
        /// To be repeated in the reply.
        id: u64,
    },
}
