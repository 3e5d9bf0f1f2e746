//! How often, and when.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::changes::body;
use super::{Made, mutant};
use crate::destination::inline::Patience;
use crate::destination::reference::Outgoing;
use crate::driver::InProcess;
use crate::protocol::{DeliveryResult, Outcome};
use crate::self_test::Mutant;
use crate::self_test::behaviour::{AsClassify, Behaviour};
use crate::self_test::destination::Late;

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("tries-again-unasked", "retry", &["attempts.count"], || {
            let patience = Patience { attempts: 2, wait: |_, _| Some(Duration::ZERO), ..Patience::default() };
            Ok(Arc::new(InProcess::new(AsClassify(Behaviour::default().inline(patience)?))))
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

fn inline(behaviour: Behaviour, patience: Patience) -> Made {
    Ok(Arc::new(InProcess::new(behaviour.inline(patience)?)))
}
