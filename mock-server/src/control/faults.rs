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
    let definitions = match super::json_body(request)? {
        Value::Array(definitions) => definitions,
        one => vec![one],
    };
    let mut state = account.state.lock();
    let mut faults = state.faults.clone();
    let mut ids = Vec::with_capacity(definitions.len());
    for (at, definition) in definitions.into_iter().enumerate() {
        let added = super::object::<Fault>(definition).and_then(|fault| faults.add(fault));
        ids.push(added.map_err(|problem| Refused::unprocessable(format!("fault {at}: {problem}.")))?);
    }
    state.faults = faults;
    Ok(Reply::ok(&json!({ "success": true, "ids": ids })))
}

pub(super) fn remove(id: &str, account: &Account) -> Outcome {
    if account.remove_fault(id) {
        return Ok(done());
    }
    Err(Refused::not_found(format!("There is no fault `{id}`: GET /__admin/faults lists them.")))
}

pub(super) fn clear(account: &Account) -> Reply {
    account.clear_faults();
    done()
}
