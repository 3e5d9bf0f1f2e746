//! `PUT /__admin/state`: the whole account, from a document as `GET` writes it.

use super::{Outcome, Refused};
use crate::account::Account;
use crate::message::{Reply, Request};

pub(super) fn replace(request: &Request, account: &Account) -> Outcome {
    let document = super::json_body(request)?;
    account.replace(&document).map_err(|error| {
        Refused::unprocessable(format!("The state is refused: {}.", error.to_string().trim_end_matches('.')))
    })?;
    Ok(Reply::ok(&account.document()))
}
