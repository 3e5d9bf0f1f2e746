//! Who a call is about, what is known of him, and which lists he is on.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::{ACTIVITIES, CONTACTS, Made, OUTCOME, call, driver, every_call, instead, mutant, object, swap};
use crate::destination::reference_actions::ReferenceActions;
use crate::driver::{Destination, InProcess};
use crate::protocol::{DeliveryResult, HelloReply, Outcome, Settings};
use crate::self_test::Mutant;
use crate::self_test::behaviour::Behaviour;

const AREA: &str = "actions: people";
const LISTS: &[&str] = &["state.lists", "state.contacts"];

pub(super) fn mutants() -> Vec<Mutant> {
    [identities(), profiles(), lists(), activities()].into_iter().flatten().collect()
}

fn identities() -> Vec<Mutant> {
    vec![
        wire!(AREA, "prefers-the-segment-id", CONTACTS, |request| every_call(request, |body| {
            if body.contains_key("segmentIdKey") {
                body.shift_remove("userIdentities");
            }
        })),
        wire!(AREA, "forgets-the-segment-id", CONTACTS, |request| every_call(request, |body| {
            body.shift_remove("segmentId");
        })),
        wire!(AREA, "forgets-the-segment-id-key", CONTACTS, |request| every_call(request, |body| {
            body.shift_remove("segmentIdKey");
        })),
        wire!(AREA, "has-a-segment-id-key-of-its-own", CONTACTS, |request| every_call(request, |body| {
            if let Some(key) = body.get_mut("segmentIdKey") {
                *key = json!("segmentId");
            }
        })),
        wire!(AREA, "swaps-the-user-id-and-the-anonymous-one", ACTIVITIES, |request| every_call(
            request,
            |body| swap(body, "segmentId", "anonymousId")
        )),
        wire!(AREA, "takes-the-anonymous-id-for-the-user-id", CONTACTS, |request| every_call(
            request,
            |body| {
                if let Some(id) = body.get("anonymousId").cloned() {
                    body.insert("segmentId".to_owned(), id);
                }
            }
        )),
        wire!(AREA, "forgets-the-anonymous-id", ACTIVITIES, |request| every_call(request, |body| {
            body.shift_remove("anonymousId");
        })),
        mutant(AREA, "asks-for-an-address-on-the-ingest", &["state"], || {
            let settings: fn(&mut Settings) =
                |settings| "channels.email.address".clone_into(&mut settings.primary_key);
            driver(Behaviour { settings: Some(settings), ..Behaviour::default() })
        }),
        wire!(AREA, "encodes-identities", CONTACTS, |request| every_call(request, |body| {
            for (_, id) in object(body, "userIdentities").into_iter().flatten() {
                *id = json!(id.as_str().unwrap_or_default().replace('+', "%2B"));
            }
        })),
        event!(AREA, "makes-somebody-of-nobody", &["state.contacts", "state.activities"], |event, _| {
            if names_nobody(event) {
                event["userId"] = json!("nobody@example.com");
            }
        }),
        says!(AREA, "rejects-what-names-nobody", OUTCOME, |result, event| {
            if names_nobody(event) && result.outcome == Outcome::Dropped {
                result.outcome = Outcome::Rejected;
            }
        }),
    ]
}

fn profiles() -> Vec<Mutant> {
    vec![
        mutant(AREA, "sends-every-trait", CONTACTS, EveryTrait::driver),
        wire!(AREA, "drops-an-attribute", CONTACTS, |request| attributes(request, |attributes| {
            if let Some(first) = attributes.keys().next().cloned() {
                attributes.shift_remove(&first);
            }
        })),
        wire!(AREA, "swaps-two-attributes", CONTACTS, |request| attributes(request, |attributes| {
            let mut values = attributes.values_mut();
            if let (Some(first), Some(second)) = (values.next(), values.next()) {
                std::mem::swap(first, second);
            }
        })),
        wire!(AREA, "takes-parts-for-attributes", CONTACTS, |request| attributes(request, |attributes| {
            *attributes = std::mem::take(attributes)
                .into_iter()
                .map(|(key, value)| (key.replace('.', "_"), value))
                .collect();
        })),
        event!(AREA, "empties-what-is-absent", CONTACTS, |event, settings| {
            let rows = settings.integration.as_ref().and_then(|config| config["attributeMapping"].as_array());
            for row in rows.into_iter().flatten() {
                empty_where_absent(event, row["segmentField"].as_str().unwrap_or_default());
            }
        }),
    ]
}

fn lists() -> Vec<Mutant> {
    vec![
        wire!(AREA, "names-the-list-after-the-group-s-id", LISTS, |request| call(
            request,
            "addContactToList",
            |body| {
                let id = body["groupId"].clone();
                body.insert("listName".to_owned(), id);
            }
        )),
        wire!(AREA, "forgets-the-group-s-name", LISTS, |request| call(request, "addContactToList", |body| {
            body.shift_remove("listName");
        })),
        wire!(AREA, "goes-by-the-group-s-name-alone", LISTS, |request| call(
            request,
            "addContactToList",
            |body| {
                if let Some(name) = body.get("listName").cloned() {
                    body.insert("groupId".to_owned(), name);
                }
            }
        )),
        wire!(AREA, "lowercases-the-group-s-name", LISTS, |request| call(
            request,
            "addContactToList",
            |body| {
                if let Some(name) = body.get_mut("listName") {
                    *name = json!(name.as_str().unwrap_or_default().to_lowercase());
                }
            }
        )),
        wire!(AREA, "takes-people-off-their-lists", LISTS, |request| instead(
            request,
            "addContactToList",
            "removeContactFromList"
        )),
    ]
}

fn activities() -> Vec<Mutant> {
    vec![
        wire!(AREA, "forgets-the-time-of-an-activity", ACTIVITIES, |request| activity(request, |body| {
            body.shift_remove("time");
        })),
        wire!(AREA, "forgets-the-properties-of-an-activity", ACTIVITIES, |request| activity(
            request,
            |body| {
                body.shift_remove("properties");
            }
        )),
        wire!(AREA, "mixes-the-context-into-the-properties", ACTIVITIES, |request| activity(
            request,
            |body| {
                let context = object(body, "context").map(std::mem::take).unwrap_or_default();
                if let Some(properties) = object(body, "properties") {
                    properties.extend(context);
                }
            }
        )),
        wire!(AREA, "names-a-page-view-by-its-title", ACTIVITIES, |request| activity(request, |body| {
            let title = object(body, "properties").and_then(|properties| properties.get("title").cloned());
            if let Some(title) = title.filter(|_| body["action"] == "pageView") {
                body.insert("action".to_owned(), title);
            }
        })),
    ]
}

fn attributes(
    request: &mut crate::destination::client::Outgoing,
    change: impl FnOnce(&mut Map<String, Value>),
) {
    call(request, "upsertContact", |body| {
        if let Some(attributes) = object(body, "attributes") {
            change(attributes);
        }
    });
}

fn activity(
    request: &mut crate::destination::client::Outgoing,
    change: impl FnOnce(&mut Map<String, Value>),
) {
    call(request, "createContactactivity", change);
}

fn names_nobody(event: &Value) -> bool {
    ["userId", "anonymousId"].iter().all(|id| event[id].as_str().is_none_or(str::is_empty))
}

/// Fills a path into the traits with nothing.
fn empty_where_absent(event: &mut Value, path: &str) {
    let mut place = &mut event["traits"];
    for part in path.split('.').filter(|_| path != "user_id") {
        if !place.is_object() && !place.is_null() {
            return;
        }
        place = &mut place[part];
    }
    if place.is_null() {
        *place = json!("");
    }
}

/// Has a row for every trait of an event, whether somebody chose it or not.
struct EveryTrait(ReferenceActions);

impl EveryTrait {
    fn driver() -> Made {
        Ok(Arc::new(InProcess::new(Self(ReferenceActions::new()?))))
    }
}

#[async_trait]
impl Destination for EveryTrait {
    type Instance = Settings;

    fn hello(&self) -> HelloReply {
        self.0.hello()
    }

    fn open(&self, settings: Settings) -> Settings {
        settings
    }

    async fn deliver(&self, settings: &Settings, event: &Value) -> DeliveryResult {
        let mut settings = settings.clone();
        let rows = settings.integration.get_or_insert_with(|| json!({ "attributeMapping": [] }));
        if let Some(rows) = rows["attributeMapping"].as_array_mut() {
            let traits = event["traits"].as_object().into_iter().flatten();
            rows.extend(traits.map(|(name, _)| json!({ "segmentField": name, "cordialKey": name })));
        }
        self.0.deliver(&self.0.open(settings), event).await
    }
}
