//! `POST /contacts/merge`: two contacts become one. `POST /contacts/split`: a refusal.

use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Contact;
use crate::account::State;
use crate::hints;
use crate::jobs::{self, Work};
use crate::message::Reply;
use crate::refusal::{GENERIC, Refusal};
use crate::routes::Call;
use crate::world::ObjectId;
use jiff::Timestamp;

/// Which of two contacts something is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Side {
    SourceContact,
    DestinationContact,
}

/// Whether what the source has goes over or goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Transfer {
    Merge,
    Ignore,
}

/// Whose cart stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum CartChoice {
    SourceContact,
    DestinationContact,
    LastModified,
}

/// What becomes of everything that two contacts have. All of it has to be said (official).
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Options {
    email_channels: Side,
    sms_channels: Side,
    push_channels: Transfer,
    orders: Transfer,
    events: Transfer,
    /// Records of supplements belong to no contact here, so that there is nothing to choose.
    #[serde(rename = "supplements")]
    _supplements: Side,
    cart: CartChoice,
    attributes: Side,
    lists: Side,
}

impl Options {
    /// What the Segment ingest does: the contact that stays wins, and nothing that happened is lost (inferred).
    pub(crate) const KEEP_DESTINATION: Self = Self {
        email_channels: Side::DestinationContact,
        sms_channels: Side::DestinationContact,
        push_channels: Transfer::Merge,
        orders: Transfer::Merge,
        events: Transfer::Merge,
        _supplements: Side::DestinationContact,
        cart: CartChoice::LastModified,
        attributes: Side::DestinationContact,
        lists: Side::DestinationContact,
    };

    fn channel(self, name: &str) -> Side {
        match (name, self.push_channels) {
            ("email", _) => self.email_channels,
            ("sms", _) => self.sms_channels,
            (_, Transfer::Merge | Transfer::Ignore) => Side::DestinationContact,
        }
    }
}

/// `POST /contacts/merge`: a job does the work (official).
///
/// # Errors
/// 403 where the account cannot merge (`settings.contactMerge`), 422 for options that are missing or unknown and for
/// unknown contacts; the texts are inferred.
pub fn merge(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    if !state.settings.contact_merge {
        return Err(Refusal::forbidden("Contacts merge is not available for this account"));
    }
    let options =
        call.body.fields.get("options").ok_or_else(|| Refusal::message("The options field is required."))?;
    let options: Options = serde_path_to_error::deserialize(options).map_err(|error| {
        Refusal::message(format!("The selected options.{} is invalid.", error.path()))
            .because(error.inner().to_string())
    })?;
    let named = |field: &str| {
        let name = call.body.fields.get(field).and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Refusal::message(format!("The {field} field is required.")))?;
        state.contact_named(name).ok_or_else(|| {
            Refusal::message("Contact doesn't exist")
                .because(format!("{field}: no contact is named `{name}`"))
                .hint(hints::contact_in_path(&name.replace('%', "%25"), state))
        })
    };
    let (source, destination) = (named("sourceContact")?.id, named("destinationContact")?.id);
    if source == destination {
        return Err(Refusal::message("The sourceContact and destinationContact must be different."));
    }
    let job = jobs::start("MergeContacts", Work::Merge { source, destination, options }, call, state);
    Ok(Reply::json(
        StatusCode::CREATED,
        &json!({ "jobID": job.to_string(), "message": "Merge contacts job created" }),
    ))
}

/// `POST /contacts/split`: no account of the mock has this feature.
///
/// # Errors
/// 403 always (official: where the feature is not available).
pub fn split(_: &Call, _: &mut State) -> Result<Reply, Refusal> {
    Err(Refusal::forbidden("Contacts split is not available for this account").because(format!(
        "the mock splits no contacts ({GENERIC}): real accounts without the feature answer so too"
    )))
}

impl State {
    /// Makes one contact of two: the source is gone afterwards. Whether there were two.
    pub(crate) fn merge_contacts(
        &mut self,
        source: ObjectId,
        destination: ObjectId,
        options: Options,
        now: Timestamp,
    ) -> bool {
        let both = self.contacts.get(source).cloned().zip(self.contacts.get(destination).cloned());
        let Some((from, into)) = both else { return false };
        self.hand_over(source, destination, options);
        self.remove_contact(source);
        let mut merged = combined(&from, &into, options);
        merged.last_modified = now;
        // With the source gone nobody else has its identifiers.
        self.put_contact(merged).is_ok()
    }

    /// Activities and orders get their new owner.
    fn hand_over(&mut self, source: ObjectId, destination: ObjectId, options: Options) {
        if options.events == Transfer::Merge {
            for activity in self.activities.iter_mut().filter(|activity| activity.contact == source) {
                Arc::make_mut(activity).contact = destination;
            }
        }
        if options.orders == Transfer::Merge {
            let of_source: Vec<_> =
                self.orders.values().filter(|order| order.contact == source).cloned().collect();
            for mut order in of_source {
                Arc::make_mut(&mut order).contact = destination;
                self.orders.insert(order.order_id.clone(), order);
            }
        }
    }
}

fn combined(from: &Contact, into: &Contact, options: Options) -> Contact {
    let mut merged = into.clone();
    for (name, channel) in from.channels.iter() {
        let ignored = !["email", "sms"].contains(&name) && options.push_channels == Transfer::Ignore;
        if options.channel(name) == Side::SourceContact || (merged.channels.get(name).is_none() && !ignored) {
            merged.channels.insert(name, channel.clone());
        }
    }
    for (key, value) in &from.attributes {
        if options.attributes == Side::SourceContact || !merged.attributes.contains_key(key) {
            merged.attributes.insert(key.clone(), value.clone());
        }
    }
    if options.lists == Side::SourceContact {
        merged.lists.clone_from(&from.lists);
    }
    let newer =
        from.cart.as_ref().map(|cart| cart.changed_at) > into.cart.as_ref().map(|cart| cart.changed_at);
    if options.cart == CartChoice::SourceContact || (options.cart == CartChoice::LastModified && newer) {
        merged.cart.clone_from(&from.cart);
    }
    for id in &from.anonymous_ids {
        if !merged.anonymous_ids.contains(id) {
            merged.anonymous_ids.push(id.clone());
        }
    }
    merged
}
