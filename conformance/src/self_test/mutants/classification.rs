//! What is said about a reply.

use reqwest::Method;
use serde_json::{Value, json};

use super::{OUTCOME, misreads, mutant, once};
use crate::destination::reference::Taken;
use crate::protocol::{DeliveryResult, Outcome};
use crate::self_test::behaviour::Behaviour;
use crate::self_test::{Make, Mutant};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
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

fn status(name: &'static str, change: fn(&mut DeliveryResult)) -> Mutant {
    Mutant { name, area: "classification", intended: OUTCOME, breaks_down: false, make: Make::Says(change) }
}

fn as_if(result: &mut DeliveryResult, statuses: &[u16], outcome: Outcome) {
    if result.status.is_some_and(|status| statuses.contains(&status)) {
        result.outcome = outcome;
    }
}
