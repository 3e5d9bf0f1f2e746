//! Whom an ingest request means (FACTS, "Segment ingest").

use std::sync::Arc;

use serde_json::Value;

use crate::account::{EMAIL_ADDRESS, State};
use crate::contacts::{Contact, channel_of, identifier_text};
use crate::email;
use crate::input::Input;

/// Everything about a person that an ingest request carries.
#[derive(Debug, Default)]
pub struct Identity {
    /// Identifiers of the account with values that they can have, in the order in which they were sent.
    identifiers: Vec<(String, String)>,
    /// The attribute that stores Segment's user id, where the account has it, and the user id.
    segment_id: Option<(String, String)>,
    /// Segment's anonymous id.
    anonymous_id: Option<String>,
}

/// Who it is.
#[derive(Debug)]
pub enum Resolved {
    /// A contact of the account.
    Known(Arc<Contact>),
    /// Nobody yet; the identity is good for a new contact.
    New,
    /// Nobody, and nothing to make a contact of: the vendor's documentation says that such a request is ignored.
    Nobody,
}

impl Identity {
    /// Reads what the body says. What cannot identify (an unknown key, an empty value, a broken e-mail address) is
    /// left out.
    #[must_use]
    pub fn read(body: &Input, state: &State) -> Self {
        let identities = body.fields.get("userIdentities").and_then(Value::as_object);
        let identifiers = identities
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| {
                let key = state.identifier_key(key)?;
                let value =
                    identifier_text(value).filter(|value| key != EMAIL_ADDRESS || email::is_valid(value))?;
                Some((key.to_owned(), value))
            })
            .collect();
        let segment_id = body
            .text("segmentIdKey")
            .filter(|key| state.attributes.contains_key(key))
            .zip(body.fields.get("segmentId").and_then(identifier_text));
        let anonymous_id = body.fields.get("anonymousId").and_then(identifier_text);
        Self { identifiers, segment_id, anonymous_id }
    }

    /// Looks the contact up: identifiers first, then Segment's user id, then the anonymous id.
    #[must_use]
    pub fn resolve(&self, state: &State) -> Resolved {
        let by_identifier =
            || self.identifiers.iter().find_map(|(key, value)| state.contacts.find(key, value));
        let by_segment_id =
            || self.segment_id.as_ref().and_then(|(key, value)| state.contact_with(key, value));
        let by_anonymous_id = || self.anonymous_id.as_ref().and_then(|id| state.contacts.find_anonymous(id));
        match by_identifier().or_else(by_segment_id).or_else(by_anonymous_id) {
            Some(contact) => Resolved::Known(Arc::clone(contact)),
            None if self.identifiers.is_empty() && self.segment_id.is_none() => Resolved::Nobody,
            None => Resolved::New,
        }
    }

    /// Writes on the contact what it is known by from now on. Identifiers that it already has stay: changing them
    /// is up to the attributes of an upsert.
    pub fn mark(&self, contact: &mut Contact, state: &State) {
        for (key, value) in &self.identifiers {
            if contact.identifier(key).is_some() || state.contacts.find(key, value).is_some() {
                continue;
            }
            match channel_of(key) {
                Some(channel) => contact.channels.get_or_default(channel).address.clone_from(value),
                None if key == "cID" => {}
                None => {
                    contact.attributes.insert(key.clone(), Value::String(value.clone()));
                }
            }
        }
        if let Some((key, value)) = &self.segment_id {
            let of_another = state.contact_with(key, value).is_some_and(|other| other.id != contact.id);
            if !of_another {
                contact.attributes.insert(key.clone(), Value::String(value.clone()));
            }
        }
        if let Some(id) = self.anonymous_id.as_ref().filter(|id| !contact.anonymous_ids.contains(id)) {
            contact.anonymous_ids.push(id.clone());
        }
    }
}

impl State {
    /// The contact with this value of an attribute. An attribute that identifies is looked up; the vendor asks for a
    /// unique one here, and where the account's is not, all contacts are looked through.
    pub(super) fn contact_with(&self, key: &str, value: &str) -> Option<&Arc<Contact>> {
        if self.is_identifier(key) {
            return self.contacts.find(key, value);
        }
        self.contacts.iter().find(|contact| contact.identifier(key).as_deref() == Some(value))
    }
}
