//! `GET /health`: a client's first call, to see whether its key is good.

use serde_json::json;

use crate::account::State;
use crate::message::Reply;
use crate::refusal::Refusal;
use crate::routes::Call;

/// 200 for every good key. Only a test stub of a client shows a body (inferred).
///
/// # Errors
/// None.
pub fn get(_: &Call, _: &mut State) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&json!("Good")))
}
