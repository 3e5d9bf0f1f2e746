//! What every wire has in common: reading a reply.

use serde_json::Value;

use super::{DriverError, DriverErrorKind, Messages};
use crate::protocol::{DeliveryResult, HelloReply, VERSION};

/// The most of a line or body that is shown in an error.
const SHOWN: usize = 300;

/// The beginning of what a destination sent, for an error.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// Tells a reply from a refusal, and with `messages` a reply that fits their schema from one that does not.
pub(super) fn accepted(op: &str, reply: Value, messages: Option<&Messages>) -> Result<Value, DriverError> {
    messages.map_or(Ok(()), |messages| messages.check(op, &reply))?;
    if reply.get("unsupported").and_then(Value::as_bool) == Some(true) {
        let reason = reply.get("reason").and_then(Value::as_str).unwrap_or("without a reason");
        return Err(DriverError::new(
            DriverErrorKind::Unsupported,
            format!("`{op}` is unsupported: {reason}"),
        ));
    }
    if let Some(error) = reply.get("error") {
        let message =
            error.get("message").and_then(Value::as_str).map_or_else(|| error.to_string(), str::to_owned);
        return Err(DriverError::new(
            DriverErrorKind::Adapter,
            format!("`{op}` could not be tried: {message}"),
        ));
    }
    Ok(reply)
}

pub(super) fn hello(reply: Value) -> Result<HelloReply, DriverError> {
    let hello: HelloReply = parse("hello", reply)?;
    if hello.protocol != VERSION {
        let message = format!(
            "the destination wants to speak protocol {}, this runner speaks {VERSION}",
            hello.protocol
        );
        return Err(DriverError::new(DriverErrorKind::Protocol, message));
    }
    Ok(hello)
}

pub(super) fn results(mut reply: Value, events: usize) -> Result<Vec<DeliveryResult>, DriverError> {
    let results = reply.get_mut("results").map(Value::take).ok_or_else(|| {
        DriverError::new(
            DriverErrorKind::Protocol,
            format!("the reply to `deliver` has no `results`: {}", shown(&reply.to_string())),
        )
    })?;
    let results: Vec<DeliveryResult> = parse("deliver", results)?;
    if results.len() != events {
        let message = format!("the reply to `deliver` has {} results for {events} events", results.len());
        return Err(DriverError::new(DriverErrorKind::Protocol, message));
    }
    Ok(results)
}

fn parse<T: serde::de::DeserializeOwned>(op: &str, value: Value) -> Result<T, DriverError> {
    let text = value.to_string();
    serde_json::from_value(value).map_err(|error| {
        DriverError::new(
            DriverErrorKind::Protocol,
            format!("the reply to `{op}` is against the protocol: {error}\n  got: {}", shown(&text)),
        )
    })
}
