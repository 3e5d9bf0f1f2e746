//! A contact as Cordial shows it: flat in v1 (recorded), nested in v2 (client).

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::channels::Channels;
use super::model::{Channel, Contact};
use crate::account::State;
use crate::dates;
use crate::routes::Version;

/// The body of GET contact, written straight to the reply.
pub(super) struct Shown<'a> {
    pub(super) contact: &'a Contact,
    pub(super) state: &'a State,
    pub(super) version: Version,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        match self.version {
            Version::V1 => self.flat(&mut body)?,
            Version::V2 => {
                body.serialize_entry("_id", &format_args!("{}", self.contact.id))?;
                body.serialize_entry("attributes", &Nested(self))?;
                body.serialize_entry("channels", &ShownChannels(&self.contact.channels))?;
            }
        }
        body.end()
    }
}

impl Shown<'_> {
    /// Beside each other, an attribute goes before what the server says under the same name.
    fn flat<M: SerializeMap>(&self, body: &mut M) -> Result<(), M::Error> {
        let attributes = &self.contact.attributes;
        if !attributes.contains_key("_id") {
            body.serialize_entry("_id", &format_args!("{}", self.contact.id))?;
        }
        if !attributes.contains_key("channels") {
            body.serialize_entry("channels", &ShownChannels(&self.contact.channels))?;
        }
        self.kept_by_the_server(body, |name| attributes.contains_key(name))?;
        attributes.iter().try_for_each(|(key, value)| body.serialize_entry(key, value))
    }

    fn kept_by_the_server<M: SerializeMap>(
        &self,
        body: &mut M,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<(), M::Error> {
        let Self { contact, state, .. } = self;
        for (name, at) in [("lastModified", contact.last_modified), ("createdAt", contact.created_at)] {
            if !is_taken(name) {
                body.serialize_entry(name, &dates::format(at))?;
            }
        }
        if !contact.lists.is_empty() && !is_taken("lists") {
            body.serialize_entry("lists", &contact.list_names(state).collect::<Vec<_>>())?;
        }
        if contact.list_join_dates(state).next().is_some() && !is_taken("listJoinDate") {
            body.serialize_entry("listJoinDate", &JoinDates(self))?;
        }
        match &contact.cart {
            Some(cart) if !is_taken("cart") => body.serialize_entry("cart", &cart.to_json()),
            _ => Ok(()),
        }
    }
}

/// In v2 what the server keeps stands among the attributes, and goes before one of the same name.
struct Nested<'a>(&'a Shown<'a>);

const KEPT_BY_THE_SERVER: [&str; 7] =
    ["lastModified", "createdAt", "lists", "listJoinDate", "cart", "lastUpdateSource", "cID"];

impl Nested<'_> {
    /// The server has nothing to say of lists and carts where there are none.
    fn is_own(&self, key: &str) -> bool {
        let Shown { contact, state, .. } = self.0;
        match key {
            "lists" => contact.lists.is_empty(),
            "listJoinDate" => contact.list_join_dates(state).next().is_none(),
            "cart" => contact.cart.is_none(),
            key => !KEPT_BY_THE_SERVER.contains(&key),
        }
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let contact = self.0.contact;
        let mut attributes = serializer.serialize_map(None)?;
        for (key, value) in contact.attributes.iter().filter(|(key, _)| self.is_own(key)) {
            attributes.serialize_entry(key, value)?;
        }
        self.0.kept_by_the_server(&mut attributes, |_| false)?;
        attributes.serialize_entry("lastUpdateSource", &contact.last_update_source)?;
        attributes.serialize_entry("cID", &format_args!("{}", contact.id))?;
        attributes.end()
    }
}

struct JoinDates<'a>(&'a Shown<'a>);

impl Serialize for JoinDates<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shown { contact, state, .. } = self.0;
        let dates = contact.list_join_dates(state).map(|(name, at)| (name, dates::format(at)));
        serializer.collect_map(dates)
    }
}

struct ShownChannels<'a>(&'a Channels);

impl Serialize for ShownChannels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, channel)| (name, ShownChannel(channel))))
    }
}

struct ShownChannel<'a>(&'a Channel);

impl Serialize for ShownChannel<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let channel = self.0;
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("address", &channel.address)?;
        fields.serialize_entry("subscribeStatus", channel.subscribe_status.as_str())?;
        let mut stamp = |name: &str, at: Option<Timestamp>| {
            at.map_or(Ok(()), |at| fields.serialize_entry(name, &dates::format(at)))
        };
        stamp("subscribedAt", channel.subscribed_at)?;
        stamp("unsubscribedAt", channel.unsubscribed_at)?;
        if channel.invalid {
            fields.serialize_entry("invalid", &Value::Bool(true))?;
        }
        fields.end()
    }
}
