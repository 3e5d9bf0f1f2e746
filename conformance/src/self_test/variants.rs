//! Destinations that differ in what no rule is about: none of them may be called nonconforming.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

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

/// A variant of the reference that differs in these fields of its [`Behaviour`].
macro_rules! behaves {
    ($name:literal, $($field:ident: $change:expr),+) => {
        Variant {
            name: $name,
            make: Make::InProcess(|| {
                let behaviour = Behaviour { $($field: Some($change),)+ ..Behaviour::default() };
                Ok(Arc::new(InProcess::new(behaviour.once()?)))
            }),
        }
    };
}

/// All of them.
pub(super) fn all() -> Vec<Variant> {
    let mut all = vec![
        behaves!("keys-in-another-order", tamper: requests::reversed),
        behaves!("body-in-chunks", tamper: |request| request.chunked = true),
        behaves!("headers-of-its-own", tamper: |request| {
            request.headers.push(("user-agent", "somebody/1.0".to_owned()));
            request.headers.push(("x-request-id", "7f3c".to_owned()));
            request.headers.push(("accept", "application/json".to_owned()));
        }),
        behaves!("content-type-with-a-charset", tamper: |request| {
            request.headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
        }),
        behaves!("names-a-contact-by-the-address-alone", tamper: requests::by_address_alone),
        behaves!("names-a-contact-by-the-short-key", tamper: requests::by_short_key),
        behaves!("speaks-the-first-version", tamper: requests::over_v1),
        behaves!("changes-contacts-by-post", tamper: requests::changes_by_post),
        behaves!("nests-attributes", tamper: requests::nests_attributes),
        behaves!(
            "changes-contacts-by-their-id",
            tamper: requests::changes_by_id,
            misread: requests::remembers_id
        ),
        behaves!(
            "finds-a-list-among-all",
            tamper: requests::asks_for_all_lists,
            misread: requests::picks_the_list
        ),
        behaves!(
            "reads-more-than-it-needs",
            extra: |_| Some((Method::GET, "/v2/accountlists", Value::Null))
        ),
        behaves!("headers-in-title-case", http: |http| http.http1_title_case_headers()),
        behaves!("a-connection-for-each-request", http: |http| http.pool_max_idle_per_host(0)),
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
