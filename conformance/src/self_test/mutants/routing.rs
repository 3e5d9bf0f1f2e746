//! Who and where.

use reqwest::Method;
use serde_json::{Value, json};

use super::changes::{body, remove, text};
use super::{ACTIVITIES, CONTACTS, OUTCOME, misreads, mutant, once};
use crate::protocol::{DeliveryResult, Outcome, Settings};
use crate::self_test::behaviour::{Behaviour, Extra};
use crate::self_test::destination::{Remembering, What};
use crate::self_test::{Make, Mutant, requests};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
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
        wire!("names-contacts-by-the-bare-value", "routing", OUTCOME, requests::by_value_alone),
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

fn introduce(event: &Value) -> Option<Value> {
    (event["type"] == "track").then(|| json!({ "type": "identify", "userId": event["userId"] }))
}
