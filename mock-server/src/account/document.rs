//! An account's state as one readable document: the seed file, the control plane's `state`, and what a
//! scenario gives and expects. Reading what was written gives the same state.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{KeySettings, Settings, State};
use crate::account_lists::AccountList;
use crate::commerce::document::{self, Context};
use crate::contact_activities::Activity;
use crate::contact_attributes::{Attribute, values};
use crate::contacts::{self, Channel, Contact};
use crate::dates;
use crate::email;
use crate::faults::Fault;
use crate::integrations::IntegrationConfig;
use crate::supplements::Supplement;
use crate::world::{IdStamp, ObjectId};

/// The version of this form that is read and written.
const FORMAT: u32 = 1;

/// The largest id of a list: what every reader of JSON can hold, and far from where a next one would not fit.
const MAX_LIST_ID: u64 = (1 << 53) - 1;

/// A state document that cannot be taken: where, what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct StateError {
    place: String,
    problem: String,
}

impl StateError {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// The document, as read and written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Document {
    format: Option<u32>,
    settings: Settings,
    api_key: KeySettings,
    attributes: Vec<Attribute>,
    lists: Vec<AccountList>,
    contacts: Vec<ContactDocument>,
    activities: Vec<ActivityDocument>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    orders: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    products: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supplements: Vec<Supplement>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, Arc<str>>,
    integration: Option<IntegrationConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<Fault>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ContactDocument {
    #[serde(rename = "cID", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    channels: BTreeMap<String, ChannelDocument>,
    attributes: Map<String, Value>,
    lists: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    list_join_date: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    anonymous_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_source: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChannelDocument {
    address: String,
    #[serde(default)]
    subscribe_status: crate::contacts::SubscribeStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subscribed_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unsubscribed_at: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    invalid: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityDocument {
    #[serde(rename = "_id", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "cID", default, skip_serializing_if = "Option::is_none")]
    contact_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(rename = "UID", default, skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(default)]
    properties: Map<String, Value>,
}

impl Document {
    /// Reads a document from JSON.
    ///
    /// # Errors
    /// Names the path in the document and what is wrong there.
    pub fn from_json(value: &Value) -> Result<Self, StateError> {
        // A list of fields in their order would be read as well, and an empty one as an empty account.
        if !value.is_object() {
            return Err(StateError::new("document", "expected an object such as {\"contacts\": []}"));
        }
        serde_path_to_error::deserialize(value)
            .map_err(|error| StateError::new(error.path().to_string(), error.inner().to_string()))
    }

    /// The state that this document describes.
    ///
    /// # Errors
    /// When it contradicts itself: a contact on a list that does not exist, a value that does not fit its
    /// attribute, an identifier that two contacts share.
    pub fn into_state(self, ids: IdStamp, now: Timestamp) -> Result<State, StateError> {
        if let Some(format) = self.format.filter(|format| *format != FORMAT) {
            return Err(StateError::new(
                "format",
                format!("{format} is not known: this version reads {FORMAT}"),
            ));
        }
        let mut state = State {
            settings: self.settings.clone(),
            key: self.api_key.clone(),
            files: self.files.clone().into_iter().collect(),
            integration: self.integration.clone(),
            ids_issued: self.ids_issued(ids),
            ..State::default()
        };
        for (at, attribute) in self.attributes.into_iter().enumerate() {
            let place = format!("attributes[{at}]");
            if state.attributes.insert(attribute.key.clone(), attribute).is_some() {
                return Err(StateError::new(
                    place,
                    "an attribute with this key stands above: give each its own key",
                ));
            }
        }
        check_settings(&state)?;
        add_lists(&mut state, self.lists)?;
        for (at, contact) in self.contacts.into_iter().enumerate() {
            let contact = contact
                .read(&mut state, ids, now)
                .map_err(|error| error.within(&format!("contacts[{at}]")))?;
            let id = contact.id;
            if state.contacts.get(id).is_some() {
                return Err(StateError::new(
                    format!("contacts[{at}].cID"),
                    "a contact with this id stands above: give each its own",
                ));
            }
            state.put_contact(contact).map_err(|key| {
                StateError::new(
                    format!("contacts[{at}]"),
                    format!("another contact has the same `{key}` (this one is {id})"),
                )
            })?;
        }
        let mut known = HashSet::new();
        for (at, activity) in self.activities.into_iter().enumerate() {
            let activity = activity
                .read(&mut state, ids, now)
                .map_err(|error| error.within(&format!("activities[{at}]")))?;
            if !known.insert(activity.id) {
                return Err(StateError::new(
                    format!("activities[{at}]._id"),
                    "an activity with this id stands above: give each its own",
                ));
            }
            state.activities.push_back(Arc::new(activity));
        }
        add_commerce(&mut state, &self.products, &self.orders, Context { ids, now })?;
        for (at, supplement) in self.supplements.into_iter().enumerate() {
            if state.supplements.insert(supplement.key.clone(), Arc::new(supplement)).is_some() {
                return Err(StateError::new(
                    format!("supplements[{at}]"),
                    "a supplement with this key stands above",
                ));
            }
        }
        for (at, fault) in self.faults.into_iter().enumerate() {
            state.faults.add(fault).map_err(|problem| StateError::new(format!("faults[{at}]"), problem))?;
        }
        Ok(state)
    }

    /// How many ids the account has given out, as far as the document shows: a new one may not be one of these.
    fn ids_issued(&self, ids: IdStamp) -> u32 {
        let contacts = self.contacts.iter().map(|contact| &contact.id);
        let all =
            contacts.chain(self.activities.iter().map(|activity| &activity.id)).flatten().map(String::as_str);
        let bought = self.orders.iter().chain(&self.products).filter_map(|item| item["_id"].as_str());
        let records = self.supplements.iter().flat_map(|supplement| supplement.records.keys());
        let all = all.chain(bought).chain(records.map(String::as_str));
        let numbers = all.filter_map(|id| ids.number(id.parse().ok()?));
        numbers.max().map_or(0, |number| number.wrapping_add(1))
    }

    /// The document of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let activities =
            state.activities.iter().map(|activity| ActivityDocument::of(activity, state)).collect();
        Self {
            format: Some(FORMAT),
            settings: state.settings.clone(),
            api_key: state.key.clone(),
            attributes: state.attributes.values().cloned().collect(),
            lists: state.lists.values().cloned().collect(),
            contacts: state.contacts.iter().map(|contact| ContactDocument::of(contact, state)).collect(),
            activities,
            orders: state.orders.values().map(|order| document::write_order(order, state)).collect(),
            products: state.products.values().map(|product| document::write_product(product)).collect(),
            supplements: state.supplements.values().map(|one| Supplement::clone(one)).collect(),
            files: state.files.iter().map(|(name, text)| (name.clone(), Arc::clone(text))).collect(),
            integration: state.integration.clone(),
            faults: state.faults.iter().cloned().collect(),
        }
    }
}

impl Document {
    /// The document as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        // Plain fields with text keys only, so that this cannot fail; null would be seen at once in a test.
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

impl StateError {
    fn within(self, place: &str) -> Self {
        Self { place: format!("{place}.{}", self.place), ..self }
    }
}

/// Refuses settings by which no contact could be named.
fn check_settings(state: &State) -> Result<(), StateError> {
    let settings = &state.settings;
    let is_identifier = |key: &str| {
        state.attributes.contains_key(key)
            || contacts::channel_of(key)
                .is_some_and(|channel| settings.channels.iter().any(|known| known == channel))
    };
    let secondary = settings.secondary_keys.iter().enumerate();
    let places = secondary.map(|(at, key)| (format!("settings.secondaryKeys[{at}]"), key));
    for (place, key) in
        std::iter::once(("settings.primaryKey".to_owned(), &settings.primary_key)).chain(places)
    {
        if !is_identifier(key) {
            return Err(StateError::new(
                place,
                format!(
                    "`{key}` is neither an attribute nor channels.<channel>.address of one of the account's channels"
                ),
            ));
        }
    }
    Ok(())
}

fn add_lists(state: &mut State, lists: Vec<AccountList>) -> Result<(), StateError> {
    for (at, mut list) in lists.into_iter().enumerate() {
        let place = format!("lists[{at}]");
        if list.id == 0 {
            list.id = state.next_list_id();
        }
        if list.id > MAX_LIST_ID {
            return Err(StateError::new(format!("{place}.id"), format!("{} is over {MAX_LIST_ID}", list.id)));
        }
        if state.list_named(&list.name).is_some() {
            return Err(StateError::new(place, format!("a list named `{}` stands above", list.name)));
        }
        if state.attributes.contains_key(&list.name) {
            return Err(StateError::new(
                place,
                format!("`{}` is an attribute's key: lists and attributes share one namespace", list.name),
            ));
        }
        if state.lists.insert(list.id, list).is_some() {
            return Err(StateError::new(place, "a list with this id stands above"));
        }
    }
    Ok(())
}

fn add_commerce(
    state: &mut State,
    products: &[Value],
    orders: &[Value],
    context: Context,
) -> Result<(), StateError> {
    let place = |kind: &str, at: usize, (field, problem): (String, String)| {
        StateError::new(format!("{kind}[{at}].{field}"), problem)
    };
    for (at, product) in products.iter().enumerate() {
        let product =
            document::read_product(product, state, context).map_err(|e| place("products", at, e))?;
        let key = product.product_id.clone();
        if state.products.insert(key, Arc::new(product)).is_some() {
            return Err(StateError::new(
                format!("products[{at}]"),
                "a product with this productID stands above",
            ));
        }
    }
    for (at, order) in orders.iter().enumerate() {
        let order = document::read_order(order, state, context).map_err(|e| place("orders", at, e))?;
        let key = order.order_id.clone();
        if state.orders.insert(key, Arc::new(order)).is_some() {
            return Err(StateError::new(format!("orders[{at}]"), "an order with this orderID stands above"));
        }
    }
    Ok(())
}

impl ContactDocument {
    fn read(self, state: &mut State, ids: IdStamp, now: Timestamp) -> Result<Contact, StateError> {
        let id = match self.id {
            Some(text) => {
                text.parse().map_err(|error| StateError::new("cID", format!("`{text}`: {error}")))?
            }
            None => state.fresh_id(ids, now),
        };
        let created_at = read_date("createdAt", self.created_at, state)?.unwrap_or(now);
        let mut contact = Contact::new(id, created_at);
        contact.last_modified = read_date("lastModified", self.last_modified, state)?.unwrap_or(created_at);
        if let Some(source) = self.last_update_source {
            contact.last_update_source = source.into();
        }
        contact.anonymous_ids = self.anonymous_ids;
        contact.cart = self
            .cart
            .map(|cart| document::read_cart(&cart, state, Context { ids, now }))
            .transpose()
            .map_err(|(field, problem)| StateError::new(format!("cart.{field}"), problem))?;
        for (name, channel) in self.channels {
            let place = format!("channels.{name}");
            if !state.settings.channels.contains(&name) {
                return Err(StateError::new(
                    place,
                    format!(
                        "the account has no such channel: add it to settings.channels ({})",
                        state.settings.channels.join(", ")
                    ),
                ));
            }
            if channel.address.is_empty() || (name == "email" && !email::is_valid(&channel.address)) {
                let problem =
                    format!("`{}` is no address: leave the channel out where there is none", channel.address);
                return Err(StateError::new(format!("{place}.address"), problem));
            }
            let channel = channel.read(state, now).map_err(|error| error.within(&place))?;
            contact.channels.insert(&name, channel);
        }
        for (key, value) in self.attributes {
            let place = format!("attributes.{key}");
            let Some(attribute) = state.attributes.get(&key) else {
                return Err(StateError::new(
                    place,
                    "no such attribute: define it under `attributes` of the account",
                ));
            };
            let value = values::read(attribute, &value, None, state.settings.timezone.zone())
                .map_err(|problem| StateError::new(place, problem))?;
            if let Some(value) = value {
                contact.attributes.insert(key, value);
            }
        }
        if let Some(name) = self.list_join_date.keys().find(|name| !self.lists.contains(name)) {
            return Err(StateError::new(format!("listJoinDate.{name}"), "the contact is not on this list"));
        }
        for (at, name) in self.lists.iter().enumerate() {
            let Some(list) = state.list_named(name) else {
                return Err(StateError::new(
                    format!("lists[{at}]"),
                    format!("no list is named `{name}`: define it under `lists` of the account"),
                ));
            };
            let joined = self.list_join_date.get(name).cloned();
            let joined = read_date(&format!("listJoinDate.{name}"), joined, state)?;
            contact.lists.insert(list.id, list.enhanced.then(|| joined.unwrap_or(created_at)));
        }
        Ok(contact)
    }

    fn of(contact: &Contact, state: &State) -> Self {
        Self {
            id: Some(contact.id.to_string()),
            channels: contact
                .channels
                .iter()
                .map(|(name, channel)| (name.to_owned(), ChannelDocument::of(channel)))
                .collect(),
            attributes: contact.attributes.clone(),
            lists: contact.list_names(state).map(str::to_owned).collect(),
            list_join_date: contact
                .list_join_dates(state)
                .map(|(name, at)| (name.to_owned(), dates::format(at)))
                .collect(),
            cart: contact.cart.as_ref().map(crate::commerce::Cart::to_json),
            anonymous_ids: contact.anonymous_ids.clone(),
            created_at: Some(dates::format(contact.created_at)),
            last_modified: Some(dates::format(contact.last_modified)),
            last_update_source: Some(contact.last_update_source.clone().into_owned()),
        }
    }
}

impl ChannelDocument {
    fn read(self, state: &State, now: Timestamp) -> Result<Channel, StateError> {
        let mut channel = Channel { address: self.address, invalid: self.invalid, ..Channel::default() };
        channel.set_status(self.subscribe_status, now);
        if let Some(at) = read_date("subscribedAt", self.subscribed_at, state)? {
            channel.subscribed_at = Some(at);
        }
        if let Some(at) = read_date("unsubscribedAt", self.unsubscribed_at, state)? {
            channel.unsubscribed_at = Some(at);
        }
        Ok(channel)
    }

    fn of(channel: &Channel) -> Self {
        Self {
            address: channel.address.clone(),
            subscribe_status: channel.subscribe_status,
            subscribed_at: channel.subscribed_at.map(dates::format),
            unsubscribed_at: channel.unsubscribed_at.map(dates::format),
            invalid: channel.invalid,
        }
    }
}

impl ActivityDocument {
    fn read(self, state: &mut State, ids: IdStamp, now: Timestamp) -> Result<Activity, StateError> {
        let contact = match (&self.contact_id, &self.contact) {
            (Some(id), _) => id.parse::<ObjectId>().ok().and_then(|id| state.contacts.get(id)),
            (None, Some(value)) => state.contacts.find(&state.settings.primary_key, value),
            (None, None) => {
                return Err(StateError::new(
                    "contact",
                    "name the contact by `contact` (its primary key) or `cID`",
                ));
            }
        };
        let Some(contact) = contact.map(|contact| contact.id) else {
            return Err(StateError::new("contact", "no such contact: define it under `contacts`"));
        };
        let time = read_date("time", self.time, state)?.unwrap_or(now);
        let id = match self.id {
            Some(text) => {
                text.parse().map_err(|error| StateError::new("_id", format!("`{text}`: {error}")))?
            }
            None => state.fresh_id(ids, now),
        };
        Ok(Activity { id, contact, action: self.action, time, uid: self.uid, properties: self.properties })
    }

    fn of(activity: &Activity, state: &State) -> Self {
        let contact = state
            .contacts
            .get(activity.contact)
            .and_then(|contact| contact.identifier(&state.settings.primary_key));
        Self {
            id: Some(activity.id.to_string()),
            contact_id: Some(activity.contact.to_string()),
            contact,
            action: activity.action.clone(),
            time: Some(dates::format(activity.time)),
            uid: activity.uid.clone(),
            properties: activity.properties.clone(),
        }
    }
}

fn read_date(place: &str, text: Option<String>, state: &State) -> Result<Option<Timestamp>, StateError> {
    let Some(text) = text else { return Ok(None) };
    dates::parse(&text, state.settings.timezone.zone()).map(Some).ok_or_else(|| {
        StateError::new(place, format!("`{text}` is not a date: write it as 2026-01-02T03:04:05+0000"))
    })
}

/// The document of the state that a document describes: with defaults filled in and dates in Cordial's form.
///
/// # Errors
/// Names the place in the document and what is wrong there.
pub fn normalize(document: &Value) -> Result<Value, StateError> {
    let ids = IdStamp::new(Some(0), "");
    let state = Document::from_json(document)?.into_state(ids, Timestamp::UNIX_EPOCH)?;
    Ok(Document::of(&state).to_json())
}
