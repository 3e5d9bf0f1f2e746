//! Keys, paths, and what is said about replies.

use serde_json::Value;

use super::{ACTIVITIES, OUTCOME, driver, instead, mutant};
use crate::destination::client::KeyAs;
use crate::protocol::{DeliveryResult, Outcome, Settings};
use crate::self_test::Mutant;
use crate::self_test::behaviour::Behaviour;

const AREA: &str = "actions: delivery";

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        wire!(AREA, "puts-the-key-into-the-address", &["key-stays-in-its-header"], |request| {
            let key = request.key.clone().unwrap_or_default();
            request.url.push_str(&format!("?x-api-key={key}"));
        }),
        wire!(AREA, "shows-its-key-as-on-rest", OUTCOME, |request| request.key_as = KeyAs::UserName),
        mutant(AREA, "takes-the-key-along-to-another-host", &["key-stays-at-this-host"], || {
            driver(Behaviour {
                http: Some(|http| http.redirect(reqwest::redirect::Policy::limited(3))),
                ..Behaviour::default()
            })
        }),
        mutant(AREA, "makes-every-call-twice", ACTIVITIES, || {
            driver(Behaviour { times: Some(2), ..Behaviour::default() })
        }),
        wire!(AREA, "spells-an-action-its-own-way", OUTCOME, |request| instead(
            request,
            "createContactactivity",
            "createContactActivity"
        )),
        says!(AREA, "answers-for-the-activity-alone", OUTCOME, |result, event| {
            let name = event["event"].as_str().unwrap_or_default();
            if name.starts_with("Order ") || name.starts_with("Product ") {
                result.outcome = Outcome::Delivered;
            }
        }),
        says!(AREA, "takes-accepted-for-refused", OUTCOME, |result, _| {
            if result.status == Some(202) {
                result.outcome = Outcome::Rejected;
            }
        }),
        says!(AREA, "swallows-what-the-ingest-refuses", OUTCOME, |result, _| {
            if result.outcome == Outcome::Rejected {
                result.outcome = Outcome::Delivered;
            }
        }),
        mutant(AREA, "claims-what-the-ingest-never-saw", &["honest-delivery"], || {
            let instead: fn(&Value, &Settings) -> Option<DeliveryResult> =
                |_, _| Some(DeliveryResult::new(Outcome::Delivered));
            driver(Behaviour { instead: Some(instead), ..Behaviour::default() })
        }),
    ]
}
