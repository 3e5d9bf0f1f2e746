//! The calls of one event, and what they come to.

use super::Instance;
use super::calls::{Call, Unfit, calls};
use crate::protocol::{DeliveryResult, Outcome};

/// Delivers an event: one attempt at each of its calls, and the outcome of the whole.
///
/// A refusal outlasts the success of another call. A call that may be tried again ends the attempt, since the event
/// comes again as a whole: what was not sent yet need not be repeated then.
pub(super) async fn deliver(instance: &Instance, event: &serde_json::Value) -> DeliveryResult {
    let mut whole: Option<DeliveryResult> = None;
    for call in calls(instance, event) {
        let result = match call {
            Ok(call) => send(instance, call).await,
            Err(unfit) => unfit.into(),
        };
        if result.outcome == Outcome::Retryable {
            return result;
        }
        if whole.as_ref().is_none_or(|whole| whole.outcome == Outcome::Delivered) {
            whole = Some(result);
        }
    }
    whole.unwrap_or_else(|| Unfit::Nobody.into())
}

async fn send(instance: &Instance, call: Call) -> DeliveryResult {
    match instance.client.post(&format!("/api/segment/{}", call.action), &call.body).await {
        Ok(taken) => DeliveryResult { status: Some(taken.status), ..DeliveryResult::new(Outcome::Delivered) },
        Err(other) => other,
    }
}

impl From<Unfit> for DeliveryResult {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Nobody => Self::new(Outcome::Dropped).with_message("the event names nobody"),
            Unfit::Lacks(what) => Self::new(Outcome::Rejected).with_message(what),
            Unfit::NotSupported(call) => {
                Self::new(Outcome::Rejected).with_message(format!("the call {call} is not supported"))
            }
        }
    }
}
