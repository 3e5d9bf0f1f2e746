//! `/__admin/faults`: list, add, remove.

use serde_json::{Value, json};

use super::{Outcome, Refused, done};
use crate::account::Account;
use crate::faults::Fault;
use crate::message::{Reply, Request};

pub(super) fn list(account: &Account) -> Reply {
    let state = account.state.lock().clone();
    let faults: Vec<Value> = state.faults.iter().map(|fault| json!(fault)).collect();
    Reply::ok(&json!({ "faults": faults }))
}

/// One fault, or a list of them: all or none.
pub(super) fn add(request: &Request, account: &Account) -> Outcome {
    let body: Value = super::body(request)?;
    let definitions = match body {
        Value::Array(definitions) => definitions,
        one => vec![one],
    };
    let mut state = account.state.lock();
    let mut faults = state.faults.clone();
    let mut ids = Vec::with_capacity(definitions.len());
    for (at, definition) in definitions.into_iter().enumerate() {
        let fault: Fault = serde_path_to_error::deserialize(definition).map_err(|error| {
            Refused::unprocessable(format!("fault {at}: {}: {}.", error.path(), error.inner()))
        })?;
        ids.push(
            faults.add(fault).map_err(|problem| Refused::unprocessable(format!("fault {at}: {problem}.")))?,
        );
    }
    state.faults = faults;
    Ok(Reply::ok(&json!({ "success": true, "ids": ids })))
}

pub(super) fn remove(id: &str, account: &Account) -> Outcome {
    if account.state.lock().faults.remove(id) {
        return Ok(done());
    }
    Err(Refused::not_found(format!("There is no fault `{id}`: GET /__admin/faults lists them.")))
}

pub(super) fn clear(account: &Account) -> Reply {
    account.state.lock().faults.clear();
    done()
}
