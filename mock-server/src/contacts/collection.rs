//! All contacts of an account, with an index over what identifies them.

use std::sync::Arc;

use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, OrdMap};
use serde_json::Value;

use super::model::{Contact, identifier_text};
use crate::account::State;
use crate::world::ObjectId;

/// An identifier's key and value.
type Identity = (String, String);

/// Contacts by one of their identifiers. The texts are shared between copies of the index. Nobody attacks a mock by
/// texts that fall together, so that a quick hash will do.
type Index = GenericHashMap<Arc<str>, ObjectId, foldhash::fast::RandomState, DefaultSharedPtr>;

/// The contacts of an account, in the order of their ids, which is the order of their age.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    by_id: OrdMap<ObjectId, Arc<Contact>>,
    /// An index for each identifier's key.
    by_identity: OrdMap<String, Index>,
    /// Segment's anonymous ids. One device may have had several people before it: the last one counts.
    by_anonymous_id: Index,
}

impl Contacts {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Contact>> {
        self.by_id.values()
    }

    /// The contact with this id.
    #[must_use]
    pub fn get(&self, id: ObjectId) -> Option<&Arc<Contact>> {
        self.by_id.get(&id)
    }

    /// The contact with this id, to be changed in all but what it is found by. It is copied first only where a saved
    /// state shares it, or whoever holds one of its references.
    pub(super) fn get_mut(&mut self, id: ObjectId) -> Option<&mut Contact> {
        self.by_id.get_mut(&id).map(Arc::make_mut)
    }

    /// The contact that has `value` as its `key`: `cID`, `channels.<channel>.address` or an identifying attribute.
    #[must_use]
    pub fn find(&self, key: &str, value: &str) -> Option<&Arc<Contact>> {
        if key == "cID" {
            return value.parse().ok().and_then(|id: ObjectId| self.by_id.get(&id));
        }
        self.by_id.get(self.by_identity.get(key)?.get(value)?)
    }

    /// The contact that was last seen with Segment's anonymous id.
    #[must_use]
    pub fn find_anonymous(&self, id: &str) -> Option<&Arc<Contact>> {
        self.by_id.get(self.by_anonymous_id.get(id)?)
    }

    fn insert(&mut self, contact: Contact, identities: Vec<Identity>) {
        for identity in identities {
            self.index(identity, contact.id);
        }
        for id in &contact.anonymous_ids {
            if self.by_anonymous_id.get(id.as_str()) != Some(&contact.id) {
                self.by_anonymous_id.insert(id.as_str().into(), contact.id);
            }
        }
        self.by_id.insert(contact.id, Arc::new(contact));
    }

    fn index(&mut self, (key, value): Identity, id: ObjectId) {
        self.by_identity.entry(key).or_default().insert(value.into(), id);
    }

    /// What became an identifier late may be another contact's by now.
    fn forget(&mut self, (key, value): &Identity, id: ObjectId) {
        if let Some(index) = self.by_identity.get_mut(key)
            && index.get(value.as_str()) == Some(&id)
        {
            index.remove(value.as_str());
        }
    }

    fn remove(&mut self, id: ObjectId, identities: Vec<Identity>) -> Option<Arc<Contact>> {
        for identity in identities {
            self.forget(&identity, id);
        }
        let contact = self.by_id.remove(&id)?;
        for anonymous_id in &contact.anonymous_ids {
            if self.by_anonymous_id.get(anonymous_id.as_str()) == Some(&id) {
                self.by_anonymous_id.remove(anonymous_id.as_str());
            }
        }
        Some(contact)
    }
}

impl State {
    /// Every identifier that the contact has, as the account is configured.
    pub(crate) fn identities(&self, contact: &Contact) -> Vec<Identity> {
        let channels = contact
            .addresses()
            .map(|(channel, address)| (format!("channels.{channel}.address"), address.to_owned()));
        let attributes = self
            .identifying_attributes(contact)
            .filter_map(|(key, value)| Some((key.clone(), identifier_text(value)?)));
        channels.chain(attributes).collect()
    }

    /// Stores a new or changed contact.
    ///
    /// # Errors
    /// The identifier's key when another contact already has the same value; nothing is stored then.
    pub fn put_contact(&mut self, contact: Contact) -> Result<(), String> {
        let before = self.contacts.get(contact.id);
        // Most changes of a contact leave its identifiers alone: those are neither looked up nor written again.
        if before.is_some_and(|before| self.is_identified_alike(before, &contact)) {
            self.contacts.insert(contact, Vec::new());
            return Ok(());
        }
        let mut stale = before.map_or_else(Vec::new, |before| self.identities(before));
        let mut identities = self.identities(&contact);
        identities.retain(|identity| match stale.iter().position(|known| known == identity) {
            Some(at) => {
                stale.remove(at);
                false
            }
            None => true,
        });
        if let Some((key, _)) =
            identities.iter().find(|(key, value)| self.contacts.find(key, value).is_some())
        {
            return Err(key.clone());
        }
        for identity in &stale {
            self.contacts.forget(identity, contact.id);
        }
        self.contacts.insert(contact, identities);
        Ok(())
    }

    /// Whether two states of a contact have the same identifiers, in the same order.
    fn is_identified_alike(&self, before: &Contact, after: &Contact) -> bool {
        before.addresses().eq(after.addresses())
            && self.identifying_attributes(before).eq(self.identifying_attributes(after))
    }

    fn identifying_attributes<'a>(
        &self,
        contact: &'a Contact,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> {
        contact.attributes.iter().filter(|(key, _)| self.is_identifier(key))
    }

    /// Removes a contact with its activities and orders.
    pub fn remove_contact(&mut self, id: ObjectId) {
        if let Some(contact) = self.contacts.get(id).cloned() {
            let identities = self.identities(&contact);
            self.contacts.remove(id, identities);
            if self.activities.iter().any(|activity| activity.contact == id) {
                self.activities.retain(|activity| activity.contact != id);
            }
            let of_contact = self.orders.iter().filter(|(_, order)| order.contact == id);
            for order in of_contact.map(|(order, _)| order.clone()).collect::<Vec<_>>() {
                self.orders.remove(&order);
            }
        }
    }

    /// Rebuilds the index, when what identifies a contact has changed.
    pub fn reindex_contacts(&mut self) {
        let contacts: Vec<_> = self.contacts.iter().cloned().collect();
        self.contacts.by_identity.clear();
        for contact in contacts {
            for identity in self.identities(&contact) {
                self.contacts.index(identity, contact.id);
            }
        }
    }
}
