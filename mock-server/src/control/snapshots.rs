//! `/__admin/snapshots`: states to go back to, by name. Saving and restoring share what they can, so that they cost
//! the same for an account of any size.

use serde::Deserialize;
use serde_json::json;

use super::{Outcome, Refused, done};
use crate::account::{Account, Accounts, Document, State};
use crate::message::{Reply, Request};

/// Where to restore to.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Order {
    /// The key of another account that gets the state; the request's own when left out.
    into: Option<String>,
}

pub(super) fn list(account: &Account) -> Reply {
    Reply::ok(&json!({ "snapshots": account.saved_names() }))
}

pub(super) fn show(name: &str, account: &Account) -> Outcome {
    Ok(Reply::ok(&Document::of(&saved(name, account)?).to_json()))
}

/// Saves the account as it is. A body is refused: a document would look as if it were saved.
pub(super) fn save(name: &str, request: &Request, account: &Account) -> Outcome {
    super::takes_no_body(request)?;
    account.save(name);
    Ok(done())
}

pub(super) fn forget(name: &str, account: &Account) -> Outcome {
    if account.forget(name) {
        return Ok(done());
    }
    Err(not_saved(name, account))
}

pub(super) fn restore(name: &str, request: &Request, account: &Account, accounts: &Accounts) -> Outcome {
    let order: Order = if request.body.is_empty() { Order::default() } else { super::body(request)? };
    let state = saved(name, account)?;
    match order.into {
        None => account.restore(state),
        Some(key) => accounts
            .open(&key)
            .map_err(|error| Refused::unprocessable(format!("into: {error}.")))?
            .restore(state),
    }
    Ok(done())
}

fn saved(name: &str, account: &Account) -> Result<State, Refused> {
    account.saved(name).ok_or_else(|| not_saved(name, account))
}

fn not_saved(name: &str, account: &Account) -> Refused {
    let names = account.saved_names();
    let known =
        if names.is_empty() { "none is saved".to_owned() } else { format!("saved are {}", names.join(", ")) };
    Refused::not_found(format!(
        "There is no snapshot `{name}`: {known}. PUT /__admin/snapshots/{name} saves one."
    ))
}
