//! What a body asks to change on a contact: read and checked whole before anything is touched, then applied.

use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::model::{Contact, SubscribeStatus};
use crate::account::{EMAIL_ADDRESS, State};
use crate::account_lists::AccountList;
use crate::contact_attributes::values;
use crate::email;
use crate::hints;
use crate::input::Input;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;
use crate::world::ObjectId;

/// Keys of the body that are neither attribute nor list.
const OPTIONS: [&str; 5] = ["forceSubscribe", "suppressTriggers", "identifyBy", "request_source", "channels"];

/// What a channel of a body may have.
const CHANNEL_FIELDS: [&str; 3] = ["address", "subscribeStatus", "invalid"];

/// A checked change.
#[derive(Debug, Default)]
pub struct Change {
    channels: Vec<(String, ChannelChange)>,
    /// A value, or `None` to clear the attribute.
    attributes: Vec<(String, Option<Value>)>,
    lists: Vec<(u64, bool)>,
    force_subscribe: bool,
}

#[derive(Debug, Default)]
struct ChannelChange {
    address: Option<String>,
    status: Option<SubscribeStatus>,
    invalid: Option<bool>,
}

impl Change {
    /// Reads the body of POST or PUT contacts. `before` is the contact that will be changed, if it exists.
    ///
    /// # Errors
    /// 422 that names every field that was refused; `Incorrect value for suppressTriggers` (official).
    pub fn read(body: &Input, before: Option<&Contact>, state: &State) -> Result<Self, Refusal> {
        let mut errors = FieldErrors::default();
        let mut change = Self::default();
        for (key, value) in &body.fields {
            match key.as_str() {
                "channels" => change.read_channels(value, before, body, state, &mut errors),
                "suppressTriggers" if body.as_bool(value).is_none() => {
                    return Err(Refusal::messages("Incorrect value for suppressTriggers"));
                }
                "forceSubscribe" => change.force_subscribe = read_force(value, body, &mut errors),
                "attributes" if !state.attributes.contains_key("attributes") => {
                    change.read_nested(value, before, body, state, &mut errors);
                }
                "email" if !state.attributes.contains_key("email") && identifies_by_email(body) => {
                    change.read_address("email", &|| "email".to_owned(), value, before, &mut errors);
                }
                "cID" => {}
                key if OPTIONS.contains(&key) => {}
                key => change.read_key(key, value, before, body, state, &mut errors),
            }
        }
        errors.into_result()?;
        Ok(change)
    }

    fn read_channels(
        &mut self,
        value: &Value,
        before: Option<&Contact>,
        body: &Input,
        state: &State,
        errors: &mut FieldErrors,
    ) {
        let Value::Object(channels) = value else {
            return errors.add("channels", "The channels must be an array.");
        };
        for (name, fields) in channels {
            let place = || format!("channels.{name}");
            if !state.settings.channels.contains(name) {
                errors.not_in_schema(&place());
                errors.hint(hints::name("channel", name, &state.settings.channels));
                continue;
            }
            let Value::Object(fields) = fields else {
                errors.add(&place(), format!("The {} must be an array.", place()));
                continue;
            };
            self.read_channel(name, fields, before, body, errors);
        }
    }

    fn read_channel(
        &mut self,
        name: &str,
        fields: &Map<String, Value>,
        before: Option<&Contact>,
        body: &Input,
        errors: &mut FieldErrors,
    ) {
        for (field, value) in fields {
            let place = || format!("channels.{name}.{field}");
            match field.as_str() {
                "address" => self.read_address(name, &place, value, before, errors),
                "subscribeStatus" => match value.as_str().and_then(SubscribeStatus::parse) {
                    Some(status) => self.channel(name).status = Some(status),
                    None => errors.add(&place(), format!("The selected {} is invalid.", place())),
                },
                "invalid" => match body.as_bool(value) {
                    Some(invalid) => self.channel(name).invalid = Some(invalid),
                    None => errors.add(&place(), format!("The {} field must be true or false.", place())),
                },
                // A contact that was read carries its stamps; sending them back changes nothing.
                "subscribedAt" | "unsubscribedAt" => {}
                _ => {
                    errors.not_in_schema(&place());
                    errors.hint(hints::name("field", field, CHANNEL_FIELDS));
                }
            }
        }
    }

    fn read_address(
        &mut self,
        channel: &str,
        place: &dyn Fn() -> String,
        value: &Value,
        before: Option<&Contact>,
        errors: &mut FieldErrors,
    ) {
        let known = before.and_then(|contact| contact.channels.get(channel)).map(|known| &known.address);
        match value.as_str() {
            None | Some("") => errors.required(&place()),
            // The address that it has is not looked at again.
            Some(address)
                if channel == "email"
                    && known.is_none_or(|known| known != address)
                    && !email::is_valid(address) =>
            {
                errors.add(&place(), format!("The {} must be a valid email address.", place()));
            }
            Some(address) => self.channel(channel).address = Some(address.to_owned()),
        }
    }

    /// v2 clients also nest attribute values under `attributes`, as the v2 reply does (client).
    fn read_nested(
        &mut self,
        value: &Value,
        before: Option<&Contact>,
        body: &Input,
        state: &State,
        errors: &mut FieldErrors,
    ) {
        let Value::Object(fields) = value else {
            return errors.add("attributes", "The attributes must be an array.");
        };
        for (key, value) in fields {
            self.read_key(key, value, before, body, state, errors);
        }
    }

    /// A top-level key is an attribute, a part of a geo attribute, or a list (official).
    fn read_key(
        &mut self,
        key: &str,
        value: &Value,
        before: Option<&Contact>,
        body: &Input,
        state: &State,
        errors: &mut FieldErrors,
    ) {
        if let Some(list) = state.list_named(key) {
            return match body.as_bool(value) {
                Some(member) => self.lists.push((list.id, member)),
                None => errors.add(key, format!("The {key} field must be true or false.")),
            };
        }
        if let Some((key, part)) = key.split_once('.').filter(|(key, _)| state.attributes.contains_key(*key))
        {
            return self.read_geo_part(key, part, value, before, body, state, errors);
        }
        let Some(attribute) = state.attributes.get(key) else {
            errors.not_in_schema(key);
            return errors.hint(hints::field(key, state));
        };
        let value = body.typed(attribute.r#type, value);
        match values::read(attribute, &value, self.current(key, before), state.settings.timezone.zone()) {
            Ok(value) => self.set_attribute(key, value),
            Err(text) => errors.add(key, text),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, and each is a separate thing of the request")]
    fn read_geo_part(
        &mut self,
        key: &str,
        part: &str,
        value: &Value,
        before: Option<&Contact>,
        body: &Input,
        state: &State,
        errors: &mut FieldErrors,
    ) {
        let Some(attribute) = state.attributes.get(key) else { return };
        let mut whole = match self.current(key, before) {
            Some(Value::Object(fields)) => fields.clone(),
            _ => Map::new(),
        };
        values::set_part(&mut whole, part, body.geo_part(part, value));
        // Half of a location is none: its other half in the same body comes along.
        for axis in ["loc.lat", "loc.lon"] {
            let other =
                body.lookup(&format!("{key}.{axis}")).filter(|_| part.starts_with("loc.") && axis != part);
            if let Some(other) = other {
                values::set_part(&mut whole, axis, body.geo_part(axis, other));
            }
        }
        match values::read(attribute, &Value::Object(whole), None, state.settings.timezone.zone()) {
            Ok(value) => self.set_attribute(key, value),
            Err(text) => errors.add(&format!("{key}.{part}"), text),
        }
    }

    /// The value as it will be, so that `home.city` and `home.state` in one body meet.
    fn current<'a>(&'a self, key: &str, before: Option<&'a Contact>) -> Option<&'a Value> {
        match self.attributes.iter().find(|(changed, _)| changed == key) {
            Some((_, value)) => value.as_ref(),
            None => before.and_then(|contact| contact.attributes.get(key)),
        }
    }

    /// Sets an attribute from elsewhere than the body's own key.
    pub fn set_attribute(&mut self, key: &str, value: Option<Value>) {
        self.attributes.retain(|(changed, _)| changed != key);
        self.attributes.push((key.to_owned(), value));
    }

    fn channel(&mut self, name: &str) -> &mut ChannelChange {
        let at = match self.channels.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None => {
                self.channels.push((name.to_owned(), ChannelChange::default()));
                self.channels.len() - 1
            }
        };
        &mut self.channels[at].1
    }

    /// Changes the contact that was found, or makes a new one. Returns its id.
    ///
    /// # Errors
    /// As for [`Self::apply`].
    pub fn store(
        self,
        found: Option<Arc<Contact>>,
        call: &Call,
        state: &mut State,
    ) -> Result<ObjectId, Refusal> {
        let Some(contact) = found else {
            let contact = Contact::new(state.fresh_id(call.ids, call.now), call.now);
            let id = contact.id;
            return self.apply(contact, true, state, call.now).map(|()| id);
        };
        let id = contact.id;
        // Whoever holds the contact makes the change a copy.
        drop(contact);
        self.update(id, state, call.now).map(|()| id)
    }

    /// Changes a contact that there is.
    ///
    /// # Errors
    /// As for [`Self::apply`].
    pub fn update(self, id: ObjectId, state: &mut State, now: Timestamp) -> Result<(), Refusal> {
        let Some(contact) = state.contacts.get(id) else { return Ok(()) };
        if !self.leaves_identifiers(contact, state) {
            return self.apply(Contact::clone(contact), false, state, now);
        }
        // Nothing can be refused any more: where it is, a change costs far less than a copy in its place.
        match state.contacts.get_mut(id) {
            Some(contact) => self.write(contact, &state.lists, now),
            None => Ok(()),
        }
    }

    /// Whether the contact will be found by what it is found by now, and has every channel that is changed.
    fn leaves_identifiers(&self, contact: &Contact, state: &State) -> bool {
        self.channels.iter().all(|(name, change)| {
            let known = contact.channels.get(name).map(|channel| &channel.address);
            known.is_some_and(|known| change.address.as_ref().is_none_or(|address| address == known))
        }) && self.attributes.iter().all(|(key, _)| !state.is_identifier(key))
    }

    /// Stores the contact after the change.
    ///
    /// # Errors
    /// 422 as for [`Self::onto`], and for an identifier that another contact has; nothing is stored then.
    pub fn apply(
        self,
        contact: Contact,
        created: bool,
        state: &mut State,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let contact = self.onto(contact, created, state, now)?;
        state.put_contact(contact).map_err(|key| {
            let mut errors = FieldErrors::default();
            errors.add(&key, format!("The {key} has already been taken."));
            Refusal::from(errors).because(format!("another contact has the same {key}"))
        })
    }

    /// The contact after the change.
    ///
    /// # Errors
    /// 422 for a channel without an address and for a required attribute that a new contact lacks.
    pub fn onto(
        self,
        mut contact: Contact,
        created: bool,
        state: &State,
        now: Timestamp,
    ) -> Result<Contact, Refusal> {
        self.write(&mut contact, &state.lists, now)?;
        check_required(&contact, created, state)?;
        Ok(contact)
    }

    fn write(
        self,
        contact: &mut Contact,
        lists: &OrdMap<u64, AccountList>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for (name, change) in self.channels {
            apply_channel(contact, &name, change, self.force_subscribe, now)?;
        }
        for (key, value) in self.attributes {
            match value {
                Some(value) => contact.attributes.insert(key, value),
                None => contact.attributes.remove(&key),
            };
        }
        for (id, member) in self.lists {
            if !member {
                contact.lists.remove(&id);
            } else if let Some(list) = lists.get(&id) {
                contact.lists.entry(id).or_insert_with(|| list.enhanced.then_some(now));
            }
        }
        contact.last_modified = now;
        contact.last_update_source = "api".into();
        Ok(())
    }
}

/// Whether the contact is to be subscribed again. A value that were ignored would look like a success.
fn read_force(value: &Value, body: &Input, errors: &mut FieldErrors) -> bool {
    if value.is_null() {
        return false;
    }
    body.as_bool(value).unwrap_or_else(|| {
        errors.add("forceSubscribe", "The forceSubscribe field must be true or false.");
        false
    })
}

fn identifies_by_email(body: &Input) -> bool {
    body.fields
        .get("identifyBy")
        .and_then(Value::as_array)
        .is_some_and(|keys| keys.iter().any(|key| key == "email" || key == EMAIL_ADDRESS))
}

fn apply_channel(
    contact: &mut Contact,
    name: &str,
    change: ChannelChange,
    force: bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    if change.address.is_none() && contact.channels.get(name).is_none() {
        return Err(Refusal::messages("Address not exists")
            .because(format!("the contact has no address in the channel {name}")));
    }
    let channel = contact.channels.get_or_default(name);
    if let Some(address) = change.address {
        channel.address = address;
    }
    if let Some(invalid) = change.invalid {
        channel.invalid = invalid;
    }
    if let Some(status) = change.status {
        let leaves = channel.subscribe_status == SubscribeStatus::Unsubscribed
            && status != SubscribeStatus::Unsubscribed;
        // Without forceSubscribe the status stays and the call succeeds (official; that it is silent is inferred). Were
        // `none` let through, a contact would be subscribed again by way of it.
        if force || !leaves {
            channel.set_status(status, now);
        }
    }
    Ok(())
}

fn check_required(contact: &Contact, created: bool, state: &State) -> Result<(), Refusal> {
    let mut errors = FieldErrors::default();
    for attribute in state.attributes.values().filter(|attribute| created && attribute.is_required()) {
        if !contact.attributes.contains_key(&attribute.key) {
            errors.required(&attribute.key);
        }
    }
    errors.into_result()
}
