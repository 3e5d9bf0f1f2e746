//! The mutants: each is the reference destination with one small thing wrong, and says which checks are there to see
//! it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use reqwest::Method;

use super::behaviour::{Behaviour, Extra};
use super::destination::{Late, Remembering, What, liar};
use super::lifecycle::Quirk;
use super::together::{Several, Together};
use super::{Make, Mutant};
use crate::destination::inline::Patience;
use crate::destination::reference::{Misread, Outgoing, Taken};
use crate::driver::{Driver, InProcess};
use crate::protocol::{DeliveryResult, Outcome, Settings};

type Made = Result<Arc<dyn Driver>, reqwest::Error>;

/// Checks of the account at the end.
const CONTACTS: &[&str] = &["state.contacts"];
const ACTIVITIES: &[&str] = &["state.activities"];
const OUTCOME: &[&str] = &["result.outcome"];
const WIRE: &[&str] = &["honest-delivery"];

fn once(behaviour: Behaviour) -> Made {
    Ok(Arc::new(InProcess::new(behaviour.once()?)))
}

fn inline(behaviour: Behaviour, patience: Patience) -> Made {
    Ok(Arc::new(InProcess::new(behaviour.inline(patience)?)))
}

/// A mutant that changes events.
macro_rules! event {
    ($name:literal, $area:literal, $intended:expr, $change:expr) => {
        mutant($name, $area, $intended, || once(Behaviour { event: Some($change), ..Behaviour::default() }))
    };
}

/// A mutant that changes requests.
macro_rules! wire {
    ($name:literal, $area:literal, $intended:expr, $change:expr) => {
        mutant($name, $area, $intended, || once(Behaviour { tamper: Some($change), ..Behaviour::default() }))
    };
}

/// A mutant that says something else than what happened.
macro_rules! says {
    ($name:literal, $area:literal, $intended:expr, $change:expr) => {
        mutant($name, $area, $intended, || once(Behaviour { result: Some($change), ..Behaviour::default() }))
    };
}

fn mutant(
    name: &'static str,
    area: &'static str,
    intended: &'static [&'static str],
    make: fn() -> Made,
) -> Mutant {
    Mutant { name, area, intended, breaks_down: false, make: Make::InProcess(make) }
}

fn process(name: &'static str, intended: &'static [&'static str], quirk: Quirk) -> Mutant {
    Mutant { name, area: "life cycle", intended, breaks_down: true, make: Make::Process(quirk) }
}

/// All of them.
pub(super) fn all() -> Vec<Mutant> {
    let mut all = mapping();
    all.extend(events());
    all.extend(routing());
    all.extend(privacy());
    all.extend(classification());
    all.extend(retry());
    all.extend(lifecycle());
    all.extend(together());
    all.extend(cheating());
    all.extend(super::actions::mutants());
    all
}

/// What becomes of traits and of the integration config.
fn mapping() -> Vec<Mutant> {
    vec![
        event!("drops-all-traits", "mapping", CONTACTS, |event, _| traits(event, Map::clear)),
        event!("drops-one-trait", "mapping", CONTACTS, |event, _| traits(event, |traits| {
            drop_first(traits);
        })),
        event!("swaps-two-traits", "mapping", CONTACTS, |event, _| traits(event, swap)),
        event!("stringifies-traits", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, stringify
        ))),
        event!("truncates-traits", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, truncate
        ))),
        event!("lowercases-traits", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, lowercase
        ))),
        event!("rounds-numbers", "mapping", CONTACTS, |event, _| traits(event, |traits| each(traits, round))),
        event!("joins-lists", "mapping", &["state.contacts", "result.outcome"], |event, _| traits(
            event,
            |traits| each(traits, join)
        )),
        event!("camelises-keys", "mapping", &["state.contacts", "result.outcome"], |event, _| traits(
            event,
            |traits| rename(traits, camel)
        )),
        event!("trims-texts", "mapping", &["state.contacts", "state.activities"], |event, _| {
            for field in ["traits", "properties"] {
                within(event, field, |fields| each(fields, trim));
            }
        }),
        event!("mangles-unicode", "mapping", &["state.contacts", "state.activities"], |event, _| {
            for field in ["traits", "properties"] {
                within(event, field, |fields| each(fields, ascii));
            }
        }),
        event!(
            "nests-traits-under-attributes-of-their-own",
            "mapping",
            &["state.contacts", "result.outcome"],
            |event, _| {
                if let Some(traits) = event.get_mut("traits").filter(|traits| traits.is_object()) {
                    *traits = json!({ "traits": traits.take() });
                }
            }
        ),
        config("ignores-the-mapping", &["state.contacts", "result.outcome"], |config| {
            config["attributeMapping"] = json!([])
        }),
        config("maps-the-first-row-only", &["state.contacts", "result.outcome"], |config| {
            if let Some(rows) = config["attributeMapping"].as_array_mut() {
                rows.truncate(1);
            }
        }),
        config("mixes-up-two-rows", &["state.contacts", "result.outcome"], mix_up_rows),
        config("sends-what-is-to-be-ignored", &["state.contacts", "result.outcome"], |config| {
            config["ignoreFields"] = json!([]);
        }),
        config("never-leaves-a-trait-out", &["result.outcome", "state.contacts"], |config| {
            if let Some(config) = config.as_object_mut() {
                config.shift_remove("contactsErrorHandling");
            }
        }),
        config("leaves-unknown-traits-out-unasked", OUTCOME, |config| {
            config["contactsErrorHandling"] = json!("ignoreMissingAttributes");
        }),
        config("works-while-disabled", &["result.outcome", "state"], |config| {
            config["enabled"] = json!(true)
        }),
        event!("takes-texts-for-numbers", "mapping", &["state.contacts", "result.outcome"], |event, _| {
            traits(event, |traits| each(traits, numeric))
        }),
        event!("composes-characters", "mapping", &["state.contacts", "state.activities"], |event, _| {
            for field in ["traits", "properties"] {
                within(event, field, |fields| each(fields, compose));
            }
        }),
        event!("decodes-texts", "mapping", CONTACTS, |event, _| traits(event, |traits| each(traits, decode))),
        event!("cuts-texts-at-a-hundred", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits,
            |value| cut(value, 100)
        ))),
        event!("cuts-lists-at-ten", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits,
            |value| if let Some(items) = value.as_array_mut() {
                items.truncate(10);
            }
        ))),
        event!("makes-a-word-of-null", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, null_word
        ))),
        event!("takes-traits-of-the-context", "mapping", CONTACTS, |event, _| {
            let stale = event["context"]["traits"].as_object().cloned().unwrap_or_default();
            traits(event, |traits| {
                for (key, value) in stale {
                    traits.entry(key).or_insert(value);
                }
            });
        }),
        event!("ignores-what-begins-the-same", "mapping", CONTACTS, |event, settings| {
            let ignored = ignored(settings);
            traits(event, |traits| {
                traits.retain(|key, _| !ignored.iter().any(|name| key.starts_with(name.as_str())));
            });
        }),
        event!("ignores-in-any-case", "mapping", CONTACTS, |event, settings| {
            let ignored = ignored(settings);
            traits(event, |traits| {
                traits.retain(|key, _| !ignored.iter().any(|name| key.eq_ignore_ascii_case(name)));
            });
        }),
        event!("maps-names-of-any-case", "mapping", CONTACTS, |event, settings| {
            let rows = settings.integration.as_ref().map(|config| config["attributeMapping"].clone());
            let rows = rows.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
            traits(event, |traits| {
                rename(traits, |key| {
                    let mut named = rows.iter().filter_map(|row| row["segmentField"].as_str());
                    named.find(|name| name.eq_ignore_ascii_case(key)).unwrap_or(key).to_owned()
                });
            });
        }),
        config("ignores-the-first-field-only", CONTACTS, |config| {
            if let Some(ignored) = config["ignoreFields"].as_array_mut() {
                ignored.truncate(1);
            }
        }),
        config("ignores-whole-objects", CONTACTS, |config| {
            for name in config["ignoreFields"].as_array_mut().into_iter().flatten() {
                *name = json!(name.as_str().and_then(|name| name.split('.').next()));
            }
        }),
        mutant("leaks-traits-of-the-one-before", "mapping", &["state.contacts", "result.outcome"], || {
            Remembering::driver(What::Traits)
        }),
        wire!("subscribes-everybody", "mapping", CONTACTS, |request| body(request, "/contacts", |body| {
            body["channels"]["email"]["subscribeStatus"] = json!("subscribed");
        })),
    ]
}

/// A mutant that reads another integration config from the account than there is.
fn config(name: &'static str, intended: &'static [&'static str], change: fn(&mut Value)) -> Mutant {
    Mutant { name, area: "mapping", intended, breaks_down: false, make: Make::Config(change) }
}

/// What becomes of tracks and pages.
fn events() -> Vec<Mutant> {
    vec![
        event!("drops-properties", "events", ACTIVITIES, |event, _| within(event, "properties", Map::clear)),
        event!("drops-one-property", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| {
                drop_first(fields);
            }
        )),
        event!("swaps-two-properties", "events", ACTIVITIES, |event, _| within(event, "properties", swap)),
        event!("stringifies-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| each(fields, stringify)
        )),
        event!("flattens-properties", "events", ACTIVITIES, |event, _| within(event, "properties", flatten)),
        event!("lowercases-names", "events", ACTIVITIES, |event, _| text(event, "event", str::to_lowercase)),
        event!("underscores-names", "events", ACTIVITIES, |event, _| text(event, "event", |name| name
            .replace(' ', "_"))),
        event!("cuts-long-names", "events", OUTCOME, |event, _| text(event, "event", |name| name
            .chars()
            .take(40)
            .collect())),
        event!("names-what-has-no-name", "events", OUTCOME, |event, _| {
            if event["type"] == "track" && event["event"].as_str().is_none_or(str::is_empty) {
                event["event"] = json!("unnamed");
            }
        }),
        event!("forgets-the-time", "events", ACTIVITIES, |event, _| remove(event, "timestamp")),
        event!("takes-the-time-for-local", "events", ACTIVITIES, |event, _| text(
            event,
            "timestamp",
            |time| { time.trim_end_matches('Z').chars().take(19).collect() }
        )),
        event!("keeps-the-day-only", "events", ACTIVITIES, |event, _| text(event, "timestamp", |time| {
            format!("{}T00:00:00Z", time.chars().take(10).collect::<String>())
        })),
        event!("drops-empty-values", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| {
                fields.retain(|_, value| *value != json!("") && *value != json!([]));
            }
        )),
        event!("keeps-fifty-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| *fields = std::mem::take(fields).into_iter().take(50).collect()
        )),
        event!("cuts-long-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| each(fields, |value| cut(value, 255))
        )),
        event!("makes-a-text-of-deep-values", "events", ACTIVITIES, |event, _| {
            if let Some(properties) = event.get_mut("properties") {
                shallow(properties, 3);
            }
        }),
        event!("tidies-names-of-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| rename(fields, |key| key.trim().to_lowercase().replace(' ', "_"))
        )),
        event!("drops-properties-named-like-fields", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| fields.retain(|key, _| !["email", "event", "userId"].contains(&key.as_str()))
        )),
        event!("makes-numbers-of-properties", "events", ACTIVITIES, |event, _| within(
            event,
            "properties",
            |fields| each(fields, numeric)
        )),
        event!("takes-the-time-of-sending", "events", ACTIVITIES, |event, _| {
            if event.get("sentAt").is_some() {
                event["timestamp"] = event["sentAt"].clone();
            }
        }),
        event!("takes-old-events-for-new", "events", ACTIVITIES, |event, _| {
            if event["timestamp"].as_str().is_some_and(|time| time < "2020") {
                remove(event, "timestamp");
            }
        }),
        wire!("renames-the-page-view", "events", ACTIVITIES, |request| body(
            request,
            "/contactactivities",
            |body| {
                if body["a"] == "pageView" {
                    body["a"] = json!("page");
                }
            }
        )),
        wire!("uses-the-reserved-page-view", "events", OUTCOME, |request| body(
            request,
            "/contactactivities",
            |body| {
                if body["a"] == "pageView" {
                    body["a"] = json!("pageview");
                }
            }
        )),
    ]
}

/// Who and where.
fn routing() -> Vec<Mutant> {
    vec![
        mutant("makes-contacts-on-track", "routing", &["state.contacts", "result.outcome"], || {
            once(Behaviour { before: Some(introduce), ..Behaviour::default() })
        }),
        wire!("never-creates-a-contact", "routing", &["result.outcome", "state.contacts"], |request| {
            if request.method == Method::POST && request.url.ends_with("/v2/contacts") {
                request.method = Method::PUT;
                request.url.push_str("/email:nobody@example.com");
            }
        }),
        wire!(
            "joins-a-list-of-another-name",
            "routing",
            &["state.contacts", "result.outcome", "state.lists"],
            |request| {
                body(request, "/contacts/", |fields| {
                    let lists: Vec<String> = fields
                        .as_object()
                        .into_iter()
                        .flatten()
                        .filter(|(_, value)| **value == json!(true))
                        .map(|(key, _)| key.clone())
                        .collect();
                    for list in lists {
                        remove(fields, &list);
                    }
                });
            }
        ),
        wire!("leaves-the-list-again", "routing", CONTACTS, |request| body(
            request,
            "/contacts/",
            |fields| {
                for (_, value) in fields.as_object_mut().into_iter().flatten() {
                    if *value == json!(true) {
                        *value = json!(false);
                    }
                }
            }
        )),
        wire!("uses-the-group-id-as-a-name", "routing", &["result.outcome", "state.contacts"], |request| {
            if let Some((_, id)) = request.url.clone().split_once("/v2/accountlists/") {
                request.url =
                    request.url.replace(&format!("/v2/accountlists/{id}"), &format!("/v2/contacts/{id}"));
            }
        }),
        mutant("joins-the-list-of-the-one-before", "routing", &["state.contacts", "result.outcome"], || {
            Remembering::driver(What::PreviousGroup)
        }),
        event!(
            "ignores-groups",
            "routing",
            &["result.outcome", "state.contacts", "honest-delivery"],
            |event, _| {
                if event["type"] == "group" {
                    *event = json!({ "type": "identify", "userId": event["userId"] });
                }
            }
        ),
        event!("takes-pages-for-tracks", "routing", ACTIVITIES, |event, _| {
            if event["type"] == "page" {
                event["event"] = json!("Viewed Page");
                event["type"] = json!("track");
            }
        }),
        mutant("delivers-everything-twice", "routing", ACTIVITIES, || {
            once(Behaviour { times: Some(2), ..Behaviour::default() })
        }),
        mutant("always-asks-for-an-address", "routing", &["result.outcome", "state"], || {
            let settings: fn(&mut Settings) =
                |settings| "channels.email.address".clone_into(&mut settings.primary_key);
            once(Behaviour { settings: Some(settings), ..Behaviour::default() })
        }),
        event!("makes-a-text-of-every-user-id", "routing", OUTCOME, |event, _| {
            for field in ["userId", "user_id"] {
                if event.get(field).is_some_and(|id| !id.is_string() && !id.is_null()) {
                    event[field] = json!(event[field].to_string());
                }
            }
        }),
        event!("takes-the-anonymous-id-instead", "routing", OUTCOME, |event, _| {
            if event.get("userId").and_then(Value::as_str).is_none_or(|id| !id.contains('@')) {
                event["userId"] = json!("anonymous@example.com");
            }
        }),
        event!(
            "forgets-the-plus",
            "routing",
            &["result.outcome", "state.contacts", "state.activities"],
            |event, _| {
                text(event, "userId", |id| id.replace('+', " "));
            }
        ),
        event!("drops-what-comes-after-the-plus", "routing", &["state"], |event, _| text(
            event,
            "userId",
            |id| {
                match (id.find('+'), id.find('@')) {
                    (Some(plus), Some(at)) if plus < at => format!("{}{}", &id[..plus], &id[at..]),
                    _ => id.to_owned(),
                }
            }
        )),
        wire!("does-not-encode-paths", "routing", &["result.outcome", "state"], |request| {
            for (code, plain) in [("%2F", "/"), ("%3A", ":"), ("%3F", "?"), ("%23", "#"), ("%25", "%")] {
                request.url = request.url.replace(code, plain);
            }
        }),
        event!("knows-camel-case-only", "routing", &["result.outcome", "state"], |event, _| {
            for field in ["user_id", "group_id"] {
                remove(event, field);
            }
        }),
        mutant("knows-plain-addresses-only", "routing", OUTCOME, || {
            let instead: fn(&Value, &Settings) -> Option<DeliveryResult> = |event, settings| {
                let id = event["userId"].as_str()?;
                let plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_ä".contains(c);
                let is_odd = settings.primary_key.contains("email") && !id.chars().all(plain);
                is_odd.then(|| DeliveryResult::new(Outcome::Rejected))
            };
            once(Behaviour { instead: Some(instead), ..Behaviour::default() })
        }),
        event!("finds-an-address-in-a-text", "routing", OUTCOME, |event, _| text(event, "userId", |id| {
            let found = id.split(['<', '>', ',']).find(|part| part.contains('@'));
            found.unwrap_or(id).trim().to_owned()
        })),
        event!("folds-the-case-of-user-ids", "routing", &["state"], |event, _| text(
            event,
            "userId",
            str::to_lowercase
        )),
        event!("takes-the-address-of-the-traits", "routing", OUTCOME, |event, _| {
            if event.get("userId").or_else(|| event.get("user_id")).is_none() {
                event["userId"] = event["traits"]["email"].clone();
            }
        }),
        event!("takes-the-anonymous-id-for-the-user-s", "routing", OUTCOME, |event, _| {
            if event.get("userId").or_else(|| event.get("user_id")).is_none() {
                event["userId"] = event["anonymousId"].clone();
            }
        }),
        misreads("folds-the-case-of-list-names", "routing", OUTCOME, |asked, reply| {
            let mut taken = reply?;
            if asked.path.contains("/accountlists/") {
                taken.body["name"] = json!(taken.body["name"].as_str().map(str::to_lowercase));
            }
            Ok(taken)
        }),
        event!("reads-ids-of-groups-as-numbers", "routing", OUTCOME, |event, _| text(
            event,
            "groupId",
            |id| {
                let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
                if digits.is_empty() { id.to_owned() } else { digits }
            }
        )),
        wire!("names-contacts-by-the-bare-value", "routing", OUTCOME, |request| {
            if let Some((start, name)) = request.url.clone().split_once("/v2/contacts/")
                && let Some((_, value)) = name.split_once(':')
            {
                request.url = format!("{start}/v2/contacts/{value}");
            }
        }),
        mutant("changes-contacts-on-track", "routing", CONTACTS, || {
            let before: fn(&Value) -> Option<Value> = |event| {
                let traits = event["context"]["traits"].as_object().filter(|_| event["type"] == "track")?;
                Some(json!({ "type": "identify", "userId": event["userId"], "traits": traits }))
            };
            once(Behaviour { before: Some(before), ..Behaviour::default() })
        }),
        mutant(
            "remembers-messages-of-all-accounts",
            "routing",
            &["honest-delivery", "state.activities"],
            || Remembering::driver(What::DeliveredIds),
        ),
        extra("makes-lists-of-unknown-groups", &["state.lists", "never.requests"], |event| {
            let name = event["groupId"].as_str()?;
            Some((Method::POST, "/v2/accountlists", json!({ "name": format!("list-{name}") })))
        }),
        extra("makes-attributes-of-traits", &["state.attributes"], |event| {
            let key = event["traits"].as_object()?.keys().next()?.clone();
            let attribute = json!({ "key": key, "name": key, "type": "string" });
            Some((Method::POST, "/v2/accountcontactattributes", attribute))
        }),
        extra("writes-a-config-of-its-own", &["state.integration"], |event| {
            let config =
                json!({ "name": "segment", "enabled": true, "attributeMapping": [], "ignoreFields": [] });
            (event["type"] == "identify").then_some((Method::POST, "/api/integrations/segment", config))
        }),
        extra("makes-an-order-of-every-track", &["state.orders"], |event| {
            let order = json!({ "orderID": event["messageId"], "email": event["userId"], "purchaseDate": "2026-01-02T03:04:05Z" });
            (event["type"] == "track").then_some((Method::POST, "/v2/orders", order))
        }),
        extra("makes-a-product-of-every-track", &["state.products"], |event| {
            let product = json!({ "productID": event["messageId"], "productName": event["event"] });
            (event["type"] == "track").then_some((Method::POST, "/v2/products", product))
        }),
        wire!("speaks-to-another-version", "routing", &["result.outcome", "state"], |request| {
            request.url = request.url.replace("/v2/", "/v3/");
        }),
    ]
}

fn extra(name: &'static str, intended: &'static [&'static str], make: Extra) -> Mutant {
    Mutant { name, area: "routing", intended, breaks_down: false, make: Make::Extra(make) }
}

/// Keys.
fn privacy() -> Vec<Mutant> {
    vec![
        wire!("puts-the-key-into-the-query", "privacy", &["key-stays-in-its-header"], |request| {
            if let Some(key) = &request.key {
                request.url.push_str(&format!("?apiKey={key}"));
            }
        }),
        wire!("puts-the-key-into-the-body", "privacy", &["key-stays-in-its-header"], |request| {
            let key = request.key.clone().unwrap_or_default();
            body(request, "/contactactivities", |body| body["UID"] = json!(key));
        }),
        wire!("puts-the-key-into-another-header", "privacy", &["key-stays-in-its-header"], |request| {
            let key = request.key.clone().unwrap_or_default();
            request.headers.push(("user-agent", format!("destination/1.0 ({key})")));
        }),
        misreads("puts-the-key-into-a-message", "privacy", &["key-stays-in-its-header"], |asked, reply| {
            reply.map_err(|refusal| refusal.with_message(format!("refused with the key {}", asked.key)))
        }),
        mutant("follows-redirects-with-the-key", "privacy", &["key-stays-at-this-host"], || {
            once(Behaviour {
                http: Some(|http| http.redirect(reqwest::redirect::Policy::limited(3))),
                // A header of its own, which the client does not know to be a secret.
                tamper: Some(|request| {
                    let key = request.key.clone().unwrap_or_default();
                    request.headers.push(("x-api-key", key));
                }),
                ..Behaviour::default()
            })
        }),
        wire!("sends-no-key", "privacy", OUTCOME, |request| request.key = None),
        mutant(
            "keeps-the-first-account-s-key",
            "privacy",
            &["result.outcome", "state", "honest-delivery"],
            || Remembering::driver(What::FirstSettings),
        ),
        Mutant {
            name: "logs-the-header",
            area: "privacy",
            intended: &["key-stays-out-of-the-log"],
            breaks_down: false,
            make: Make::Process(Quirk::LogsTheHeader),
        },
        Mutant {
            name: "logs-the-key",
            area: "privacy",
            intended: &["key-stays-out-of-the-log"],
            breaks_down: false,
            make: Make::Process(Quirk::LogsTheKey),
        },
    ]
}

/// What is said about a reply.
fn classification() -> Vec<Mutant> {
    let mut all = vec![
        says!("swallows-refusals", "classification", OUTCOME, |result, _| as_if(
            result,
            &[422],
            Outcome::Delivered
        )),
        says!("swallows-unknown-contacts", "classification", OUTCOME, |result, _| as_if(
            result,
            &[404],
            Outcome::Delivered
        )),
        says!("swallows-everything", "classification", OUTCOME, |result, _| result.outcome =
            Outcome::Delivered),
        says!("drops-instead-of-rejecting", "classification", OUTCOME, |result, _| {
            if result.outcome == Outcome::Rejected {
                result.outcome = Outcome::Dropped;
            }
        }),
        says!("retries-everything", "classification", OUTCOME, |result, _| {
            if result.outcome == Outcome::Rejected {
                result.outcome = Outcome::Retryable;
            }
        }),
        says!("retries-nothing", "classification", OUTCOME, |result, _| {
            if result.outcome == Outcome::Retryable {
                result.outcome = Outcome::Rejected;
            }
        }),
        says!("gives-up-on-broken-connections", "classification", OUTCOME, |result, _| {
            if result.status.is_none() && result.outcome == Outcome::Retryable {
                result.outcome = Outcome::Rejected;
            }
        }),
        says!("believes-in-broken-connections", "classification", OUTCOME, |result, _| {
            if result.status.is_none() && result.outcome == Outcome::Retryable {
                result.outcome = Outcome::Delivered;
            }
        }),
        says!("forgets-the-status", "classification", &["result.status"], |result, _| result.status = None),
        says!("says-the-wrong-status", "classification", &["result.status"], |result, _| {
            result.status = result.status.map(|_| 500);
        }),
        says!("forgets-retry-after", "classification", &["result.retryAfterMs"], |result, _| result
            .retry_after_ms =
            None),
        says!("takes-seconds-for-milliseconds", "classification", &["result.retryAfterMs"], |result, _| {
            result.retry_after_ms = result.retry_after_ms.map(|ms| ms / 1000);
        }),
        says!("invents-a-wait", "classification", &["result.retryAfterMs"], |result, _| {
            if result.outcome == Outcome::Retryable {
                result.retry_after_ms = Some(result.retry_after_ms.unwrap_or(30_000));
            }
        }),
        says!("rejects-while-disabled", "classification", OUTCOME, |result, _| {
            if result.outcome == Outcome::Dropped {
                result.outcome = Outcome::Rejected;
            }
        }),
        says!("wants-200-alone", "classification", OUTCOME, |result, _| {
            if matches!(result.status, Some(202 | 204)) {
                result.outcome = Outcome::Rejected;
            }
        }),
    ];
    all.extend([
        misreads("takes-a-failed-lookup-for-unknown", "classification", OUTCOME, |asked, reply| {
            let is_lookup = *asked.method == Method::GET && !asked.path.contains("/api/");
            reply.map_err(|refusal| match refusal.outcome {
                Outcome::Retryable if is_lookup => DeliveryResult::new(Outcome::Rejected),
                _ => refusal,
            })
        }),
        misreads("works-without-the-config", "classification", &["state"], |asked, reply| {
            let taken = |_| Ok(Taken { status: 200, body: json!([]) });
            if asked.path.contains("/api/integrations") { reply.or_else(taken) } else { reply }
        }),
        misreads("overlooks-a-failed-change", "classification", OUTCOME, |asked, reply| {
            let taken = |_| Ok(Taken { status: 200, body: Value::Null });
            if *asked.method == Method::PUT { reply.or_else(taken) } else { reply }
        }),
        status("takes-400-for-retryable", |result| as_if(result, &[400], Outcome::Retryable)),
        status("takes-401-for-retryable", |result| as_if(result, &[401], Outcome::Retryable)),
        status("takes-403-for-retryable", |result| as_if(result, &[403], Outcome::Retryable)),
        status("takes-409-for-retryable", |result| as_if(result, &[409], Outcome::Retryable)),
        status("takes-413-for-retryable", |result| as_if(result, &[413], Outcome::Retryable)),
        status("takes-501-for-retryable", |result| as_if(result, &[501], Outcome::Retryable)),
        status("takes-408-for-final", |result| as_if(result, &[408], Outcome::Rejected)),
        status("takes-423-for-final", |result| as_if(result, &[423], Outcome::Rejected)),
        status("takes-429-for-final", |result| as_if(result, &[429], Outcome::Rejected)),
        status("takes-500-for-final", |result| as_if(result, &[500], Outcome::Rejected)),
        status("takes-503-for-final", |result| as_if(result, &[503], Outcome::Rejected)),
        status("takes-529-for-final", |result| as_if(result, &[529], Outcome::Rejected)),
    ]);
    all
}

/// A mutant that takes a reply for something else.
fn misreads(
    name: &'static str,
    area: &'static str,
    intended: &'static [&'static str],
    misread: Misread,
) -> Mutant {
    Mutant { name, area, intended, breaks_down: false, make: Make::Misreads(misread) }
}

fn status(name: &'static str, change: fn(&mut DeliveryResult)) -> Mutant {
    Mutant { name, area: "classification", intended: OUTCOME, breaks_down: false, make: Make::Says(change) }
}

/// How often, and when.
fn retry() -> Vec<Mutant> {
    vec![
        mutant("tries-again-unasked", "retry", &["attempts.count"], || {
            let patience = Patience { attempts: 2, wait: |_, _| Some(Duration::ZERO), ..Patience::default() };
            Ok(Arc::new(InProcess::new(super::behaviour::AsClassify(Behaviour::default().inline(patience)?))))
        }),
        mutant("never-tries-again", "retry", &["result.outcome", "attempts.count"], || {
            inline(Behaviour::default(), Patience { attempts: 1, ..Patience::default() })
        }),
        mutant("tries-for-ever", "retry", &["attempts.count"], || {
            let wait: fn(Duration, &DeliveryResult) -> Option<Duration> =
                |backoff, _| Some(backoff.min(Duration::from_secs(60)));
            inline(Behaviour::default(), Patience { attempts: 100, wait, ..Patience::default() })
        }),
        mutant("gives-up-too-soon", "retry", &["result.outcome", "attempts.count"], || {
            inline(Behaviour::default(), Patience { attempts: 3, ..Patience::default() })
        }),
        mutant("does-not-wait", "retry", &["attempts.waits"], || {
            inline(
                Behaviour::default(),
                Patience { wait: |_, _| Some(Duration::ZERO), ..Patience::default() },
            )
        }),
        mutant("waits-the-same-each-time", "retry", &["attempts.waits"], || {
            let wait: fn(Duration, &DeliveryResult) -> Option<Duration> = |_, result| {
                let asked = result.retry_after_ms.map(Duration::from_millis);
                Some(asked.unwrap_or(Duration::from_millis(250)))
                    .filter(|wait| *wait < Duration::from_secs(60))
            };
            inline(Behaviour::default(), Patience { wait, ..Patience::default() })
        }),
        mutant("waits-a-second-each-time", "retry", &["attempts.waits"], || {
            let wait: fn(Duration, &DeliveryResult) -> Option<Duration> = |_, result| {
                let asked = result.retry_after_ms.map(Duration::from_millis);
                Some(asked.unwrap_or_default().max(Duration::from_secs(1)))
                    .filter(|wait| *wait < Duration::from_secs(60))
            };
            inline(Behaviour::default(), Patience { wait, ..Patience::default() })
        }),
        mutant("ignores-retry-after", "retry", &["attempts.waits"], || {
            inline(Behaviour::default(), Patience { wait: |backoff, _| Some(backoff), ..Patience::default() })
        }),
        mutant("misreads-retry-after", "retry", &["attempts.waits"], || {
            let wait: fn(Duration, &DeliveryResult) -> Option<Duration> = |backoff, result| {
                Some(result.retry_after_ms.map_or(backoff, |ms| Duration::from_millis(ms / 1000)))
            };
            inline(Behaviour::default(), Patience { wait, ..Patience::default() })
        }),
        mutant("tries-final-errors-again", "retry", &["attempts.count"], || {
            let again: fn(&DeliveryResult) -> bool =
                |result| matches!(result.outcome, Outcome::Retryable | Outcome::Rejected);
            inline(Behaviour::default(), Patience { again, ..Patience::default() })
        }),
        mutant("changes-the-body-on-the-way", "retry", &["attempts.identical"], || {
            let tamper: fn(&mut Outgoing) = |request| {
                body(request, "/contactactivities", |body| {
                    body["UID"] = json!(format!("{:?}", std::time::Instant::now()));
                })
            };
            inline(Behaviour { tamper: Some(tamper), ..Behaviour::default() }, Patience::default())
        }),
        mutant("works-after-it-is-done", "retry", &["late-request"], Late::driver),
    ]
}

/// Processes that break the protocol.
fn lifecycle() -> Vec<Mutant> {
    vec![
        process("hangs-on-group", &["destination"], Quirk::HangsOnGroup),
        process("crashes-on-the-fifth", &["destination"], Quirk::CrashesOnTheFifth),
        process("babbles-on-stdout", &["destination"], Quirk::Babbles),
        process("answers-with-another-id", &["destination"], Quirk::WrongId),
        process("answers-twice", &["destination"], Quirk::AnswersTwice),
        process("leaves-before-drain", &["destination"], Quirk::LeavesBeforeDrain),
        process("never-leaves", &["problem.DidNotEnd"], Quirk::NeverLeaves),
        process("takes-a-claim-back", &["destination"], Quirk::TakesAClaimBack),
        process("answers-nothing", &["destination"], Quirk::AnswersNothing),
        process("answers-in-own-words", &["destination"], Quirk::OwnWords),
    ]
}

/// Several events in one delivery.
fn together() -> Vec<Mutant> {
    vec![
        mutant("loses-the-last-of-a-delivery", "together", ACTIVITIES, || {
            Together::driver(Several::LosesTheLast)
        }),
        mutant("stops-at-the-first-failure", "together", OUTCOME, || {
            Together::driver(Several::StopsAtTheFirstFailure)
        }),
        mutant("gives-all-one-result", "together", OUTCOME, || Together::driver(Several::OneResultForAll)),
        mutant("gives-the-result-of-the-one-before", "together", OUTCOME, || {
            Together::driver(Several::ResultsOfTheOneBefore)
        }),
        mutant("delivers-in-another-order", "together", ACTIVITIES, || Together::driver(Several::InReverse)),
        mutant("delivers-the-last-identify-only", "together", CONTACTS, || {
            Together::driver(Several::LastIdentifyOnly)
        }),
        mutant("drops-repetitions", "together", ACTIVITIES, || Together::driver(Several::DropsRepetitions)),
    ]
}

/// Destinations that want a verdict and not to deliver.
fn cheating() -> Vec<Mutant> {
    vec![
        mutant("claims-delivery-without-a-request", "cheating", WIRE, || Ok(liar(Outcome::Delivered))),
        mutant("rejects-everything-unseen", "cheating", OUTCOME, || Ok(liar(Outcome::Rejected))),
        mutant("replays-its-first-event", "cheating", ACTIVITIES, || Remembering::driver(What::FirstTrack)),
        mutant("forgets-what-failed", "cheating", &["attempts.count", "honest-delivery", "state"], || {
            Remembering::driver(What::SeenIds)
        }),
        mutant("claims-pages-without-a-request", "cheating", WIRE, || {
            let instead: fn(&Value, &Settings) -> Option<DeliveryResult> =
                |event, _| (event["type"] == "page").then(|| DeliveryResult::new(Outcome::Delivered));
            once(Behaviour { instead: Some(instead), ..Behaviour::default() })
        }),
        wire!("reads-instead-of-writing", "cheating", &["honest-delivery", "state"], |request| {
            if request.url.contains("/contactactivities") {
                request.method = Method::GET;
                request.body = None;
                request.url = request.url.replace("/contactactivities", "/health");
            }
        }),
    ]
}

fn introduce(event: &Value) -> Option<Value> {
    (event["type"] == "track").then(|| json!({ "type": "identify", "userId": event["userId"] }))
}

fn as_if(result: &mut DeliveryResult, statuses: &[u16], outcome: Outcome) {
    if result.status.is_some_and(|status| statuses.contains(&status)) {
        result.outcome = outcome;
    }
}

fn mix_up_rows(config: &mut Value) {
    let Some([first, second, ..]) = config["attributeMapping"].as_array_mut().map(Vec::as_mut_slice) else {
        return;
    };
    std::mem::swap(&mut first["cordialKey"], &mut second["cordialKey"]);
}

/// Changes the body of a request whose path holds this.
fn body(request: &mut Outgoing, path: &str, change: impl FnOnce(&mut Value)) {
    if request.url.contains(path)
        && let Some(fields) = request.body.take()
    {
        let mut value = Value::Object(fields);
        change(&mut value);
        if let Value::Object(fields) = value {
            request.body = Some(fields);
        }
    }
}

fn traits(event: &mut Value, change: impl FnOnce(&mut Map<String, Value>)) {
    within(event, "traits", change);
}

fn within(event: &mut Value, field: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Some(fields) =
        event.get_mut(field).and_then(Value::as_object_mut).filter(|fields| !fields.is_empty())
    {
        change(fields);
    }
}

fn text(event: &mut Value, field: &str, change: impl FnOnce(&str) -> String) {
    if let Some(changed) = event.get(field).and_then(Value::as_str).map(change) {
        event[field] = json!(changed);
    }
}

fn remove(value: &mut Value, field: &str) {
    if let Some(fields) = value.as_object_mut() {
        fields.shift_remove(field);
    }
}

/// The fields that the account's config ignores.
fn ignored(settings: &Settings) -> Vec<String> {
    let names = settings.integration.as_ref().and_then(|config| config["ignoreFields"].as_array());
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn each(fields: &mut Map<String, Value>, change: fn(&mut Value)) {
    fields.values_mut().for_each(change);
}

fn rename(fields: &mut Map<String, Value>, name: impl Fn(&str) -> String) {
    *fields = std::mem::take(fields).into_iter().map(|(key, value)| (name(&key), value)).collect();
}

fn camel(key: &str) -> String {
    let mut parts = key.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let mut letters = part.chars();
        let head = letters.next().map(|c| c.to_ascii_uppercase()).map(String::from).unwrap_or_default();
        name + &head + letters.as_str()
    })
}

fn drop_first(fields: &mut Map<String, Value>) {
    if let Some(key) = fields.keys().next().cloned() {
        fields.shift_remove(&key);
    }
}

fn swap(fields: &mut Map<String, Value>) {
    let mut values = fields.values_mut();
    if let (Some(first), Some(second)) = (values.next(), values.next()) {
        std::mem::swap(first, second);
    }
}

fn flatten(fields: &mut Map<String, Value>) {
    let mut flat = Map::new();
    for (key, value) in std::mem::take(fields) {
        match value {
            Value::Object(inner) => {
                flat.extend(inner.into_iter().map(|(part, value)| (format!("{key}_{part}"), value)))
            }
            value => {
                flat.insert(key, value);
            }
        }
    }
    *fields = flat;
}

fn stringify(value: &mut Value) {
    if value.is_number() || value.is_boolean() {
        *value = json!(value.to_string());
    }
}

fn truncate(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.chars().take(4).collect::<String>());
    }
}

fn cut(value: &mut Value, length: usize) {
    if let Some(text) = value.as_str() {
        *value = json!(text.chars().take(length).collect::<String>());
    }
}

fn numeric(value: &mut Value) {
    if let Some(number) = value.as_str().and_then(|text| text.parse::<f64>().ok()) {
        *value = json!(number);
    }
}

fn compose(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.replace("e\u{301}", "\u{e9}"));
    }
}

fn decode(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.replace('+', " "));
    }
}

fn null_word(value: &mut Value) {
    if value.is_null() {
        *value = json!("null");
    }
}

/// Turns into text what is nested deeper than this.
fn shallow(value: &mut Value, depth: usize) {
    if depth == 0 && (value.is_object() || value.is_array()) {
        *value = json!(value.to_string());
    }
    for inner in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
        shallow(inner, depth.saturating_sub(1));
    }
}

fn lowercase(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.to_lowercase());
    }
}

fn trim(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.trim());
    }
}

fn ascii(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect::<String>());
    }
}

fn round(value: &mut Value) {
    if let Some(number) = value.as_f64() {
        *value = json!(number.round());
    }
}

fn join(value: &mut Value) {
    if let Some(items) = value.as_array() {
        let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        *value = json!(texts.join(","));
    }
}
