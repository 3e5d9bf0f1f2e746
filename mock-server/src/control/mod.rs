//! The control plane under `/__admin/`: what a test asks of the mock itself. Cordial has none of this.

mod guard;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::account::{Account, Accounts};
use crate::authentication::any_key;
use crate::journal::Range;
use crate::message::{Reply, Request};
use crate::query::Query;
use crate::routes;
use std::sync::Arc;

const PREFIX: &str = "/__admin/";

/// The paths and the methods that they take.
const PATHS: [(&str, &[Method]); 6] = [
    ("health", &[Method::GET]),
    ("version", &[Method::GET]),
    ("routes", &[Method::GET]),
    ("reset", &[Method::POST]),
    ("state", &[Method::GET, Method::PUT]),
    ("requests", &[Method::GET, Method::DELETE]),
];

/// A request to the control plane that was not carried out.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn reply(self) -> Reply {
        Reply::json(self.status, &json!({ "error": true, "message": self.message }))
    }
}

/// Whether the path belongs to the control plane.
pub(crate) fn owns(path: &str) -> bool {
    path == "/__admin" || path.starts_with(PREFIX)
}

/// Answers a request to the control plane.
pub(crate) fn answer(request: &Request, accounts: &Accounts) -> Reply {
    guard::check(request).and_then(|()| serve(request, accounts)).unwrap_or_else(Refused::reply)
}

fn serve(request: &Request, accounts: &Accounts) -> Result<Reply, Refused> {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
    let Some((_, methods)) = PATHS.iter().find(|(known, _)| *known == path) else {
        let known: Vec<String> = PATHS.iter().map(|(path, _)| format!("{PREFIX}{path}")).collect();
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            format!("There is no {}: the control plane has {}.", request.path, known.join(", ")),
        ));
    };
    if !methods.contains(&request.method) {
        let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
        return Err(Refused::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("{} takes {}.", request.path, methods.join(" and ")),
        ));
    }
    match (path, &request.method) {
        ("health", _) => Ok(Reply::ok(&json!({ "status": "ok" }))),
        ("version", _) => {
            Ok(Reply::ok(&json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") })))
        }
        ("routes", _) => Ok(Reply::ok(
            &json!({ "routes": routes::all().map(routes::Route::describe).collect::<Vec<_>>() }),
        )),
        ("reset", _) => {
            account(request, accounts)?.reset();
            Ok(Reply::ok(&json!({ "success": true })))
        }
        ("state", &Method::GET) => Ok(Reply::ok(&account(request, accounts)?.document())),
        ("state", _) => replace_state(request, accounts),
        (_, &Method::GET) => requests(request, accounts),
        _ => {
            match any_key(request) {
                Ok(_) => account(request, accounts)?.journal.clear(),
                Err(_) => accounts.unattributed.clear(),
            }
            Ok(Reply::ok(&json!({ "success": true })))
        }
    }
}

/// `PUT state`: the whole account, from a document as `GET state` writes it.
fn replace_state(request: &Request, accounts: &Accounts) -> Result<Reply, Refused> {
    let account = account(request, accounts)?;
    let document: Value = serde_json::from_slice(&request.body)
        .map_err(|error| Refused::bad_request(format!("The body is not JSON: {error}.")))?;
    account.replace(&document).map_err(|error| {
        Refused::new(StatusCode::UNPROCESSABLE_ENTITY, format!("The state is refused: {error}."))
    })?;
    Ok(Reply::ok(&account.document()))
}

/// `GET requests`: the journal of the request's key; without a key, of requests that had no usable one.
fn requests(request: &Request, accounts: &Accounts) -> Result<Reply, Refused> {
    let range = read_range(request)?;
    let excerpt = match any_key(request) {
        Ok(_) => account(request, accounts)?.journal.read(range),
        Err(_) => accounts.unattributed.read(range),
    };
    let body = serde_json::to_value(excerpt).map_err(|error| {
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, format!("The journal cannot be written: {error}."))
    })?;
    Ok(Reply::ok(&body))
}

fn read_range(request: &Request) -> Result<Range, Refused> {
    let query = Query::parse(&request.query)
        .map_err(|_| Refused::bad_request("The query is not valid percent-encoded UTF-8."))?;
    let mut range = Range::default();
    for (key, value) in query.pairs() {
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| Refused::bad_request(format!("{key} has to be a whole number, not `{value}`.")))
        };
        match key {
            "after" => range.after = number()?,
            "limit" => range.limit = Some(usize::try_from(number()?).unwrap_or(usize::MAX)),
            "unmatched" => range.unmatched = matches!(value, "" | "true" | "1"),
            _ => {
                return Err(Refused::bad_request(format!(
                    "There is no parameter {key}: write after, limit or unmatched."
                )));
            }
        }
    }
    Ok(range)
}

fn account(request: &Request, accounts: &Accounts) -> Result<Arc<Account>, Refused> {
    let refused = |why: String| {
        let how = "Name the account by its API key, as a request to Cordial would: `curl -u KEY: ...` or the header x-api-key";
        Refused::new(StatusCode::UNAUTHORIZED, format!("{how} ({why})."))
    };
    let key = any_key(request).map_err(|why| refused(why.to_owned()))?;
    accounts.open(&key).map_err(|error| refused(error.to_string()))
}
