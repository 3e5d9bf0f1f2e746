//! Everything that one account holds. A clone shares the collections, so that a snapshot costs nothing.

use imbl::{OrdMap, Vector};
use std::sync::Arc;

use jiff::Timestamp;

use crate::account::admission::{KeySettings, Windows};
use crate::account::settings::Settings;
use crate::account_lists::AccountList;
use crate::commerce::{Order, Product};
use crate::contact_activities::Activity;
use crate::contact_attributes::Attribute;
use crate::contacts::Contacts;
use crate::faults::Faults;
use crate::integrations::IntegrationConfig;
use crate::jobs::Job;
use crate::supplements::Supplement;
use crate::world::{IdStamp, ObjectId};

/// The state behind one API key. One lock guards it, so that a change of several collections is atomic.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Settings of the account.
    pub settings: Settings,
    /// What the API key may do.
    pub key: KeySettings,
    /// Attributes by key.
    pub attributes: OrdMap<String, Attribute>,
    /// Lists by id.
    pub lists: OrdMap<u64, AccountList>,
    /// The highest id of a list that was deleted: a client that kept it must not find another list there.
    pub deleted_list_id: u64,
    /// Contacts.
    pub contacts: Contacts,
    /// Activities in the order in which they arrived.
    pub activities: Vector<Arc<Activity>>,
    /// Orders by the sender's id.
    pub orders: OrdMap<String, Arc<Order>>,
    /// Products by the sender's id.
    pub products: OrdMap<String, Arc<Product>>,
    /// Supplements by key.
    pub supplements: OrdMap<String, Arc<Supplement>>,
    /// Files that an import can read, by URL or path.
    pub files: OrdMap<String, Arc<str>>,
    /// Jobs, oldest first. Not part of the document: work that is under way has no place in a seed.
    pub jobs: OrdMap<ObjectId, Job>,
    /// The Segment integration, once configured.
    pub integration: Option<IntegrationConfig>,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// How often the key was used, where a limit counts that.
    pub windows: Windows,
    /// How many ids were given out: part of the state, so that a reset account gives the same ones again.
    pub ids_issued: u32,
}

impl State {
    /// A fresh id.
    pub fn fresh_id(&mut self, stamp: IdStamp, now: Timestamp) -> ObjectId {
        let id = stamp.id(now, self.ids_issued);
        self.ids_issued = self.ids_issued.wrapping_add(1);
        id
    }

    /// How many things it holds, where there can be many.
    #[must_use]
    pub fn size(&self) -> usize {
        self.contacts.len() + self.activities.len()
    }

    /// The list with this name.
    #[must_use]
    pub fn list_named(&self, name: &str) -> Option<&AccountList> {
        self.lists.values().find(|list| list.name == name)
    }

    /// The list with this id, written as Cordial writes it: neither `+101` nor `0101` is the list 101.
    #[must_use]
    pub fn list_with_id(&self, id: &str) -> Option<&AccountList> {
        let list = self.lists.get(&id.parse::<u64>().ok()?)?;
        (list.id.to_string() == id).then_some(list)
    }

    /// The id that the next list gets.
    #[must_use]
    pub fn next_list_id(&self) -> u64 {
        let newest = self.lists.get_max().map_or(0, |(id, _)| *id);
        newest.max(self.deleted_list_id).saturating_add(1)
    }

    /// Whether the attribute's values tell contacts apart: a primary, secondary or unique attribute.
    #[must_use]
    pub fn is_identifier(&self, key: &str) -> bool {
        self.settings.primary_key == key
            || self.settings.secondary_keys.iter().any(|secondary| secondary == key)
            || self.attributes.get(key).is_some_and(|attribute| attribute.unique)
    }
}
