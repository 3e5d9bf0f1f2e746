//! The control plane under `/__admin/`: what a test asks of the mock itself. Cordial has none of this.

mod clock;
mod faults;
mod guard;
mod requests;
mod snapshots;
mod state;

use std::sync::Arc;

use http::{Method, StatusCode};
use http_body_util::channel::Channel;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::account::{Account, Accounts};
use crate::authentication::any_key;
use crate::contacts::decode;
use crate::message::{Reply, Request};
use crate::query::Query;
use crate::routes;

const PREFIX: &str = "/__admin/";

/// The paths and the methods that they take. `{name}` stands for one part.
const PATHS: [(&str, &[Method]); 16] = [
    ("health", &[Method::GET]),
    ("version", &[Method::GET]),
    ("routes", &[Method::GET]),
    ("openapi.json", &[Method::GET]),
    ("reset", &[Method::POST]),
    ("state", &[Method::GET, Method::PUT]),
    ("requests", &[Method::GET, Method::DELETE]),
    ("requests/wait", &[Method::GET]),
    ("requests/find", &[Method::POST]),
    ("events", &[Method::GET]),
    ("faults", &[Method::GET, Method::POST, Method::DELETE]),
    ("faults/{name}", &[Method::DELETE]),
    ("clock", &[Method::GET, Method::PUT]),
    ("snapshots", &[Method::GET]),
    ("snapshots/{name}", &[Method::GET, Method::PUT, Method::POST, Method::DELETE]),
    ("snapshots/{name}/restore", &[Method::POST]),
];

/// A request to the control plane that was not carried out.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    message: String,
}

type Outcome = Result<Reply, Refused>;

impl Refused {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    fn reply(self) -> Reply {
        Reply::json(self.status, &json!({ "error": true, "message": self.message }))
    }
}

/// What the control plane answers with.
pub(crate) enum Answer {
    /// A reply, whole.
    Whole(Reply),
    /// A stream of server-sent events.
    Events(Channel<bytes::Bytes>),
}

/// Whether the path belongs to the control plane.
pub(crate) fn owns(path: &str) -> bool {
    path == "/__admin" || path.starts_with(PREFIX)
}

/// Answers a request to the control plane. `stopping` ends whatever waits.
pub(crate) async fn answer(
    request: &Request,
    accounts: &Accounts,
    stopping: watch::Receiver<bool>,
) -> Answer {
    let outcome = match guard::check(request).and_then(|()| route(request)) {
        Ok(("events", _)) => return events(request, accounts, stopping),
        Ok(("requests/wait", _)) => requests::wait(request, accounts, stopping).await,
        Ok((path, name)) => serve(path, &name, request, accounts),
        Err(refused) => Err(refused),
    };
    Answer::Whole(outcome.unwrap_or_else(Refused::reply))
}

fn events(request: &Request, accounts: &Accounts, stopping: watch::Receiver<bool>) -> Answer {
    match requests::events(request, accounts, stopping) {
        Ok(events) => Answer::Events(events),
        Err(refused) => Answer::Whole(refused.reply()),
    }
}

/// The known path that the request is for, and the part of it that is a name, decoded: every name that can be given
/// can be asked for.
fn route(request: &Request) -> Result<(&'static str, String), Refused> {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
    let found = PATHS.iter().find_map(|(pattern, methods)| Some((*pattern, *methods, named(pattern, path)?)));
    let Some((pattern, methods, name)) = found else {
        let known: Vec<String> = PATHS.iter().map(|(path, _)| format!("{PREFIX}{path}")).collect();
        return Err(Refused::not_found(format!(
            "There is no {}: the control plane has {}.",
            request.path,
            known.join(", ")
        )));
    };
    if methods.contains(&request.method) {
        let unreadable = || format!("`{name}` is not valid percent-encoded UTF-8: write %20 for a space.");
        let name = decode(name).map_err(|_| Refused::bad_request(unreadable()))?;
        return Ok((pattern, name));
    }
    let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
    Err(Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{} takes {}.", request.path, methods.join(" and ")),
    ))
}

/// The part of `path` that stands for `{name}`, where it fits the pattern; empty where the pattern has none.
fn named<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let Some((before, after)) = pattern.split_once("{name}") else {
        return (pattern == path).then_some("");
    };
    let name = path.strip_prefix(before)?.strip_suffix(after)?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

fn serve(path: &str, name: &str, request: &Request, accounts: &Accounts) -> Outcome {
    // Only these read parameters. Whoever sends some elsewhere wants more than would happen.
    if !(path == "requests" && request.method == Method::GET) {
        check_parameters(&query(request)?, &[])?;
    }
    match (path, &request.method) {
        ("health", _) => Ok(Reply::ok(&json!({ "status": "ok" }))),
        ("version", _) => {
            Ok(Reply::ok(&json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") })))
        }
        ("routes", _) => Ok(Reply::ok(&json!({
            "routes": routes::all().map(routes::Route::describe).collect::<Vec<_>>(),
            "differences": routes::differences_everywhere(),
        }))),
        ("openapi.json", _) => Ok(Reply::ok(&routes::openapi())),
        ("requests/find", _) => requests::find(request, accounts),
        ("requests", &Method::GET) => requests::read(request, accounts),
        ("requests", _) => requests::forget(request, accounts),
        (path, method) => {
            let account = account(request, accounts)?;
            match (path, method) {
                ("reset", _) => {
                    takes_no_body(request)?;
                    account.reset();
                    Ok(done())
                }
                ("state", &Method::GET) => Ok(Reply::ok(&account.document())),
                ("state", _) => state::replace(request, &account),
                ("clock", &Method::GET) => Ok(clock::show(&account)),
                ("clock", _) => clock::set(request, &account),
                ("faults", &Method::GET) => Ok(faults::list(&account)),
                ("faults", &Method::POST) => faults::add(request, &account),
                ("faults", _) => Ok(faults::clear(&account)),
                ("faults/{name}", _) => faults::remove(name, &account),
                ("snapshots", _) => Ok(snapshots::list(&account)),
                ("snapshots/{name}", &Method::GET) => snapshots::show(name, &account),
                ("snapshots/{name}", &Method::DELETE) => snapshots::forget(name, &account),
                ("snapshots/{name}", _) => snapshots::save(name, request, &account),
                _ => snapshots::restore(name, request, &account, accounts),
            }
        }
    }
}

fn done() -> Reply {
    Reply::success()
}

/// The account of the request's key.
fn account(request: &Request, accounts: &Accounts) -> Result<Arc<Account>, Refused> {
    let refused = |why: String| {
        let how = "Name the account by its API key, as a request to Cordial would: `curl -u KEY: ...` or the header x-api-key";
        Refused::new(StatusCode::UNAUTHORIZED, format!("{how} ({why})."))
    };
    let key = any_key(request).map_err(|why| refused(why.to_owned()))?;
    accounts.open(&key).map_err(|error| refused(error.to_string()))
}

/// The body, whatever it is.
fn json_body(request: &Request) -> Result<Value, Refused> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Refused::bad_request(format!("The body is not JSON: {error}.")))
}

/// The body, as what it should be.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    let value = json_body(request)?;
    object(value).map_err(|problem| Refused::unprocessable(format!("{problem}.")))
}

/// What an object of JSON says, or the place of what is wrong in it. A list of fields in their order, which serde would
/// take as well, is none.
pub(crate) fn object<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    if !value.is_object() {
        return Err(format!("expected an object, such as {{}}, not {value}"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| match error.path().to_string().as_str() {
        "." => error.inner().to_string(),
        path => format!("{path}: {}", error.inner()),
    })
}

fn query(request: &Request) -> Result<Query, Refused> {
    Query::parse(&request.query)
        .map_err(|_| Refused::bad_request("The query is not valid percent-encoded UTF-8."))
}

fn check_parameters(query: &Query, known: &[&str]) -> Result<(), Refused> {
    match query.pairs().find(|(key, _)| !known.contains(key)) {
        Some((key, _)) if known.is_empty() => {
            Err(Refused::bad_request(format!("There is no parameter {key}: this takes none.")))
        }
        Some((key, _)) => {
            Err(Refused::bad_request(format!("There is no parameter {key}: write {}.", known.join(", "))))
        }
        None => Ok(()),
    }
}

/// Refuses a body that would be ignored. An empty object is none.
fn takes_no_body(request: &Request) -> Result<(), Refused> {
    if request.body.is_empty() {
        return Ok(());
    }
    match json_body(request)? {
        Value::Object(fields) if fields.is_empty() => Ok(()),
        _ => Err(Refused::unprocessable(format!("{} {} takes no body.", request.method, request.path))),
    }
}

fn json_reply(value: &impl Serialize) -> Outcome {
    let value = serde_json::to_value(value).map_err(|error| {
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, format!("This cannot be written: {error}."))
    })?;
    Ok(Reply::ok(&value))
}
