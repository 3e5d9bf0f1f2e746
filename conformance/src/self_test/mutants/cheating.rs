//! Destinations that want a verdict and not to deliver.

use reqwest::Method;
use serde_json::Value;

use super::{ACTIVITIES, OUTCOME, WIRE, mutant, once};
use crate::protocol::{DeliveryResult, Outcome, Settings};
use crate::self_test::Mutant;
use crate::self_test::behaviour::Behaviour;
use crate::self_test::destination::{Remembering, What, liar};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
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
