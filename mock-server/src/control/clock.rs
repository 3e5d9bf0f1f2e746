//! `/__admin/clock`: read, freeze, set, advance.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, Refused};
use crate::account::{Account, ClockChange};
use crate::message::{Reply, Request};

/// What may be told to a clock; at least one of these, in this order: all or nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Order {
    /// Stand still, or go on.
    frozen: Option<bool>,
    /// Show this time.
    now: Option<Timestamp>,
    /// Move by seconds, or by a duration such as `PT1H30M` or `2h`.
    advance: Option<Value>,
}

pub(super) fn show(account: &Account) -> Reply {
    Reply::ok(&json!({ "now": account.clock.now().to_string(), "frozen": account.clock.is_frozen() }))
}

pub(super) fn set(request: &Request, account: &Account) -> Outcome {
    let order: Order = super::body(request)?;
    if order.frozen.is_none() && order.now.is_none() && order.advance.is_none() {
        return Err(Refused::unprocessable(
            "Say what to do: {\"frozen\": true}, {\"now\": \"2026-01-02T03:04:05Z\"} or {\"advance\": \"PT1H\"}.",
        ));
    }
    let advance = order.advance.as_ref().map(duration).transpose()?;
    account
        .clock
        .change(ClockChange { frozen: order.frozen, now: order.now, advance })
        .map_err(|error| Refused::unprocessable(format!("advance: {error}.")))?;
    Ok(show(account))
}

fn duration(value: &Value) -> Result<SignedDuration, Refused> {
    let seconds = value.as_f64().and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
    seconds.or_else(|| value.as_str()?.parse().ok()).ok_or_else(|| {
        Refused::unprocessable(format!(
            "advance: {value} is no duration. Write seconds as a number, or `PT1H30M`, or `90s`."
        ))
    })
}
