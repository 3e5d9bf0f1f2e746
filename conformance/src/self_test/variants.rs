//! Destinations that differ in what no rule is about: none of them may be called nonconforming.

use std::sync::Arc;
use std::time::Duration;

use super::Make;
use super::behaviour::Behaviour;
use super::lifecycle::Quirk;
use super::requests;
use crate::destination::inline::Patience;
use crate::driver::InProcess;
use crate::protocol::DeliveryResult;

/// A destination that is as good as the reference.
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) make: Make,
}

/// A variant that sends otherwise.
macro_rules! sends {
    ($name:literal, $change:expr) => {
        Variant {
            name: $name,
            make: Make::InProcess(|| {
                let behaviour = Behaviour { tamper: Some($change), ..Behaviour::default() };
                Ok(Arc::new(InProcess::new(behaviour.once()?)))
            }),
        }
    };
}

/// A variant that asks otherwise, and understands the reply.
macro_rules! asks {
    ($name:literal, $change:expr, $reading:expr) => {
        Variant {
            name: $name,
            make: Make::InProcess(|| {
                let behaviour =
                    Behaviour { tamper: Some($change), misread: Some($reading), ..Behaviour::default() };
                Ok(Arc::new(InProcess::new(behaviour.once()?)))
            }),
        }
    };
}

/// A variant that connects otherwise.
macro_rules! connects {
    ($name:literal, $change:expr) => {
        Variant {
            name: $name,
            make: Make::InProcess(|| {
                let behaviour = Behaviour { http: Some($change), ..Behaviour::default() };
                Ok(Arc::new(InProcess::new(behaviour.once()?)))
            }),
        }
    };
}

/// All of them.
pub(super) fn all() -> Vec<Variant> {
    let mut all = vec![
        sends!("keys-in-another-order", |request| {
            if let Some(body) = request.body.take() {
                request.body = Some(body.into_iter().rev().collect());
            }
        }),
        sends!("body-in-chunks", |request| request.chunked = true),
        sends!("headers-of-its-own", |request| {
            request.headers.push(("user-agent", "somebody/1.0".to_owned()));
            request.headers.push(("x-request-id", "7f3c".to_owned()));
            request.headers.push(("accept", "application/json".to_owned()));
        }),
        sends!("content-type-with-a-charset", |request| {
            request.headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
        }),
        sends!("names-a-contact-by-the-address-alone", requests::by_address_alone),
        sends!("names-a-contact-by-the-short-key", requests::by_short_key),
        sends!("speaks-the-first-version", requests::over_v1),
        sends!("changes-contacts-by-post", requests::changes_by_post),
        sends!("nests-attributes", requests::nests_attributes),
        asks!("changes-contacts-by-their-id", requests::changes_by_id, requests::remembers_id),
        asks!("finds-a-list-among-all", requests::asks_for_all_lists, requests::picks_the_list),
        Variant {
            name: "reads-more-than-it-needs",
            make: Make::Extra(|_| Some((reqwest::Method::GET, "/v2/accountlists", serde_json::Value::Null))),
        },
        connects!("headers-in-title-case", |http| http.http1_title_case_headers()),
        connects!("a-connection-for-each-request", |http| http.pool_max_idle_per_host(0)),
        Variant {
            name: "retries-with-jitter",
            make: Make::InProcess(|| {
                let wait: fn(Duration, &DeliveryResult) -> Option<Duration> = |backoff, result| {
                    let asked = result.retry_after_ms.map_or(backoff, Duration::from_millis).max(backoff);
                    // Another length each time, and still longer than the one before.
                    let jitter = f64::from(std::process::id() % 97) / 500.0;
                    Some(asked.mul_f64(1.0 + jitter)).filter(|wait| *wait < Duration::from_secs(60))
                };
                let patience = Patience { wait, ..Patience::default() };
                Ok(Arc::new(InProcess::new(Behaviour::default().inline(patience)?)))
            }),
        },
        process("starts-slowly", Quirk::StartsSlowly),
        process("answers-out-of-order", Quirk::AnswersOutOfOrder),
        process("floods-stderr", Quirk::FloodsStderr),
        process("says-more-than-asked", Quirk::SaysMore),
    ];
    all.extend(super::actions::variants());
    all
}

fn process(name: &'static str, quirk: Quirk) -> Variant {
    Variant { name, make: Make::Process(quirk) }
}
