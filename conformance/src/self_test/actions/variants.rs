//! Destinations of the Actions dialect that differ in what no rule is about.

use serde_json::json;

use super::{call, driver, every_call};
use crate::self_test::behaviour::Behaviour;
use crate::self_test::variants::Variant;
use crate::self_test::{Make, requests};

/// A variant that sends otherwise.
macro_rules! sends {
    ($name:literal, $change:expr) => {
        Variant {
            name: $name,
            make: Make::InProcess(|| driver(Behaviour { tamper: Some($change), ..Behaviour::default() })),
        }
    };
}

/// All of them.
pub(in crate::self_test) fn variants() -> Vec<Variant> {
    vec![
        sends!("ingest-keys-in-another-order", requests::reversed),
        // As the vendor's client does where an order has none.
        sends!("a-discount-of-null", |request| call(request, "upsertOrder", |order| {
            order.entry("discountApplication").or_insert(json!(null));
        })),
        sends!("no-segment-id-where-no-attribute-holds-it", |request| every_call(request, |body| {
            if !body.contains_key("segmentIdKey") {
                body.shift_remove("segmentId");
            }
        })),
        Variant {
            name: "an-anonymous-id-in-every-event",
            make: Make::InProcess(|| {
                driver(Behaviour {
                    // As a browser has one before anybody logs in.
                    event: Some(|event, _| {
                        if event.get("anonymousId").is_none() && event["type"] != "alias" {
                            event["anonymousId"] = json!(format!("anonymous-{}", event["messageId"]));
                        }
                    }),
                    ..Behaviour::default()
                })
            }),
        },
    ]
}
