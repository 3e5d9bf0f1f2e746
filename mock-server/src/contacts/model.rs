//! A contact, and its address in a channel.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::channels::Channels;
use crate::account::State;
use crate::commerce::Cart;
use crate::world::ObjectId;

/// A contact of an account.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Cordial's own id, `cID`.
    pub id: ObjectId,
    /// Addresses by channel.
    pub channels: Channels,
    /// Values by attribute key; an unset attribute is absent.
    pub attributes: Map<String, Value>,
    /// Lists by id, with the date of joining where the list is enhanced. By id, so that a renamed list keeps its
    /// members.
    pub lists: BTreeMap<u64, Option<Timestamp>>,
    /// What the contact is about to buy.
    pub cart: Option<Cart>,
    /// Segment's anonymous ids, which the ingest keeps by itself and no attribute shows.
    pub anonymous_ids: Vec<String>,
    /// When the contact was created.
    pub created_at: Timestamp,
    /// When the contact was last changed.
    pub last_modified: Timestamp,
    /// What changed it last: `api` for every call (seen by a client).
    pub last_update_source: Cow<'static, str>,
}

impl Contact {
    /// A contact without anything.
    #[must_use]
    pub fn new(id: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            channels: Channels::default(),
            attributes: Map::new(),
            lists: BTreeMap::new(),
            cart: None,
            anonymous_ids: Vec::new(),
            created_at: now,
            last_modified: now,
            last_update_source: Cow::Borrowed("api"),
        }
    }

    /// The contact's value of an identifier: `cID`, `channels.<channel>.address` or an attribute's key.
    #[must_use]
    pub fn identifier(&self, key: &str) -> Option<String> {
        if key == "cID" {
            return Some(self.id.to_string());
        }
        if let Some(channel) = channel_of(key) {
            return self.channels.get(channel).map(|channel| channel.address.clone());
        }
        self.attributes.get(key).and_then(identifier_text)
    }

    /// The contact's addresses, by the names of their channels.
    pub fn addresses(&self) -> impl Iterator<Item = (&str, &str)> {
        self.channels.iter().map(|(name, channel)| (name, channel.address.as_str()))
    }

    /// Names of the contact's lists, by id.
    pub fn list_names<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a str> {
        self.lists.keys().filter_map(|id| state.lists.get(id)).map(|list| list.name.as_str())
    }

    /// Names of the contact's enhanced lists, with the date of joining.
    pub fn list_join_dates<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (&'a str, Timestamp)> {
        self.lists.iter().filter_map(|(id, joined)| {
            let list = state.lists.get(id).filter(|list| list.enhanced)?;
            Some((list.name.as_str(), (*joined)?))
        })
    }
}

/// The channel that an identifier such as `channels.email.address` stands for.
#[must_use]
pub fn channel_of(key: &str) -> Option<&str> {
    key.strip_prefix("channels.")?.strip_suffix(".address")
}

/// The text by which a contact is found: texts and numbers identify, other values do not.
#[must_use]
pub fn identifier_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A contact's address in one channel.
#[derive(Debug, Clone, Default)]
pub struct Channel {
    /// The address, as sent.
    pub address: String,
    /// Whether messages may be sent there.
    pub subscribe_status: SubscribeStatus,
    /// When it became subscribed; only while it is.
    pub subscribed_at: Option<Timestamp>,
    /// When it became unsubscribed; only while it is.
    pub unsubscribed_at: Option<Timestamp>,
    /// Whether the address is known not to work (vendor docs).
    pub invalid: bool,
}

impl Channel {
    /// Sets the status and stamps the change; the stamp that no longer applies is gone, and `unsubscribed` again
    /// stamps anew (recorded).
    pub fn set_status(&mut self, status: SubscribeStatus, now: Timestamp) {
        let kept = self.subscribed_at.filter(|_| self.subscribe_status == SubscribeStatus::Subscribed);
        self.subscribe_status = status;
        self.subscribed_at = (status == SubscribeStatus::Subscribed).then(|| kept.unwrap_or(now));
        self.unsubscribed_at = (status == SubscribeStatus::Unsubscribed).then_some(now);
    }
}

/// Whether messages may be sent to an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubscribeStatus {
    /// Never asked: the default.
    #[default]
    None,
    /// Wants messages.
    Subscribed,
    /// Wants none.
    Unsubscribed,
}

impl SubscribeStatus {
    /// The status that a text names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "subscribed" => Some(Self::Subscribed),
            "unsubscribed" => Some(Self::Unsubscribed),
            _ => None,
        }
    }

    /// The status as Cordial writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}
