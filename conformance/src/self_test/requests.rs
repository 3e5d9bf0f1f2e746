//! Other requests for the same effect: Cordial has more than one way to name and to change a contact, and to find a
//! list.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::destination::client::Asked;
use crate::destination::reference::{Outgoing, Taken};
use crate::protocol::{DeliveryResult, Outcome};

const CONTACTS: &str = "/v2/contacts";
const LISTS: &str = "/v2/accountlists";
const EMAIL: &str = "channels.email.address";

/// Has the keys of its body the other way round.
pub(super) fn reversed(request: &mut Outgoing) {
    request.body = request.body.take().map(|body| body.into_iter().rev().collect());
}

/// The contact that a request names in its path, as key and value, still encoded.
fn named(url: &str) -> Option<(&str, &str, &str)> {
    let (endpoint, name) = url.split_once(CONTACTS)?;
    let (key, value) = name.strip_prefix('/')?.split_once(':')?;
    Some((endpoint, key, value))
}

/// Names the contact by the primary key's value alone. Not harmless: a value may look like a `cID`.
pub(super) fn by_value_alone(request: &mut Outgoing) {
    if let Some((endpoint, _, value)) = named(&request.url) {
        request.url = format!("{endpoint}{CONTACTS}/{value}");
    }
}

/// Names the contact by the primary key's value alone where that is an address, which no `cID` is.
pub(super) fn by_address_alone(request: &mut Outgoing) {
    if let Some((_, EMAIL, _)) = named(&request.url) {
        by_value_alone(request);
    }
}

/// Calls the address of the e-mail channel `email`, as Cordial lets a path do.
pub(super) fn by_short_key(request: &mut Outgoing) {
    request.url = request.url.replace(&format!("/contacts/{EMAIL}:"), "/contacts/email:");
}

/// Reads and writes contacts and activities over the first version of the API.
pub(super) fn over_v1(request: &mut Outgoing) {
    for resource in ["contacts", "contactactivities"] {
        request.url = request.url.replace(&format!("/v2/{resource}"), &format!("/v1/{resource}"));
    }
}

/// Changes a contact by POST, which creates or changes it: by the key of the path, in the body. A body that has
/// another value there means to change the key itself, which only PUT can.
pub(super) fn changes_by_post(request: &mut Outgoing) {
    let Some((endpoint, key, value)) = named(&request.url) else { return };
    let Some(body) = request.body.as_mut().filter(|_| request.method == Method::PUT) else { return };
    let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
    let is_free = match key {
        EMAIL => add(body, "channels", json!({ "email": { "address": value } })),
        key => add(body, key, Value::String(value)),
    };
    if is_free {
        request.method = Method::POST;
        request.url = format!("{endpoint}{CONTACTS}");
    }
}

/// Whether the body has this value in the end.
fn add(body: &mut Map<String, Value>, key: &str, value: Value) -> bool {
    *body.entry(key).or_insert_with(|| value.clone()) == value
}

/// Puts the values of attributes into an object of their own. A `true` may be a list to join, which has no place
/// there, and a part of an attribute has none either.
pub(super) fn nests_attributes(request: &mut Outgoing) {
    let Some(body) = request.body.as_mut().filter(|_| request.url.contains(CONTACTS)) else { return };
    let is_attribute = |key: &str, value: &Value| {
        key != "channels" && !key.contains('.') && !matches!(value, Value::Bool(true))
    };
    let (attributes, rest): (Map<_, _>, Map<_, _>) =
        std::mem::take(body).into_iter().partition(|(key, value)| is_attribute(key, value));
    *body = rest;
    if !attributes.is_empty() {
        body.insert("attributes".to_owned(), Value::Object(attributes));
    }
}

/// Asks for all lists where one is meant.
pub(super) fn asks_for_all_lists(request: &mut Outgoing) {
    if let Some((endpoint, _)) = request.url.split_once(&format!("{LISTS}/")) {
        request.url = format!("{endpoint}{LISTS}");
    }
}

/// Finds the list that is meant among all.
pub(super) fn picks_the_list(
    asked: Asked<'_>,
    reply: Result<Taken, DeliveryResult>,
) -> Result<Taken, DeliveryResult> {
    let Taken { status, body } = reply?;
    let Some(id) = asked.path.strip_prefix(LISTS).and_then(|path| path.strip_prefix('/')) else {
        return Ok(Taken { status, body });
    };
    let Value::Array(lists) = body else { return Ok(Taken { status, body }) };
    let meant =
        lists.into_iter().find(|list| list["id"].as_u64().is_some_and(|number| number.to_string() == id));
    meant.map(|body| Taken { status, body }).ok_or_else(|| DeliveryResult::new(Outcome::Rejected))
}

/// The `cID` of the contact that a path names, by API key and path.
static SEEN: LazyLock<Mutex<HashMap<(String, String), String>>> = LazyLock::new(Mutex::default);

/// Remembers the `cID` of every contact that it reads.
pub(super) fn remembers_id(
    asked: Asked<'_>,
    reply: Result<Taken, DeliveryResult>,
) -> Result<Taken, DeliveryResult> {
    if let Ok(taken) = &reply
        && let Some(id) = taken.body["_id"].as_str()
    {
        SEEN.lock().insert((asked.key.to_owned(), asked.path.to_owned()), id.to_owned());
    }
    reply
}

/// Changes a contact by the `cID` that it read before.
pub(super) fn changes_by_id(request: &mut Outgoing) {
    let Some((endpoint, ..)) = named(&request.url) else { return };
    let path = request.url[endpoint.len()..].to_owned();
    let known = SEEN.lock().get(&(request.key.clone().unwrap_or_default(), path)).cloned();
    if let Some(id) = known.filter(|_| request.method == Method::PUT) {
        request.url = format!("{endpoint}{CONTACTS}/{id}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::client::KeyAs;

    const JANE: &str = "/v2/contacts/channels.email.address:jane%40example.com";

    fn request(method: Method, path: &str, body: &Value) -> Outgoing {
        Outgoing {
            method,
            url: format!("http://mock{path}"),
            key: Some("key".to_owned()),
            key_as: KeyAs::UserName,
            headers: Vec::new(),
            body: body.as_object().cloned(),
            chunked: false,
        }
    }

    /// What becomes of a change of Jane.
    fn changed(change: fn(&mut Outgoing), body: &Value) -> (String, Value) {
        let mut request = request(Method::PUT, JANE, body);
        change(&mut request);
        let path = request.url.strip_prefix("http://mock").unwrap();
        (format!("{} {path}", request.method), request.body.map_or(Value::Null, Value::Object))
    }

    #[test]
    fn a_contact_has_many_names() {
        let body = json!({ "fname": "Jane" });
        for (change, line) in [
            (by_address_alone as fn(&mut Outgoing), "PUT /v2/contacts/jane%40example.com"),
            (by_short_key, "PUT /v2/contacts/email:jane%40example.com"),
            (over_v1, "PUT /v1/contacts/channels.email.address:jane%40example.com"),
        ] {
            assert_eq!(changed(change, &body), (line.to_owned(), body.clone()));
        }
    }

    #[test]
    fn a_change_by_post_carries_the_key_unless_it_changes_that() {
        let email = |address: &str| json!({ "email": { "address": address } });
        assert_eq!(
            changed(changes_by_post, &json!({ "fname": "Jane" })),
            (
                "POST /v2/contacts".to_owned(),
                json!({ "fname": "Jane", "channels": email("jane@example.com") })
            )
        );
        let moves = json!({ "channels": email("other@example.com") });
        assert_eq!(changed(changes_by_post, &moves), (format!("PUT {JANE}"), moves));
    }

    #[test]
    fn lists_and_channels_are_no_attributes() {
        let body = json!({ "fname": "Jane", "news": true, "channels": {} });
        let nested = json!({ "news": true, "channels": {}, "attributes": { "fname": "Jane" } });
        assert_eq!(changed(nests_attributes, &body).1, nested);
    }

    #[test]
    fn an_id_that_was_read_names_the_contact() {
        let taken = Taken { status: 200, body: json!({ "_id": "5f" }) };
        remembers_id(Asked { method: &Method::GET, path: JANE, key: "key" }, Ok(taken)).unwrap();
        assert_eq!(changed(changes_by_id, &Value::Null).0, "PUT /v2/contacts/5f");
    }

    #[test]
    fn a_list_is_found_among_all() {
        let mut request = request(Method::GET, "/v2/accountlists/7", &Value::Null);
        asks_for_all_lists(&mut request);
        assert_eq!(request.url, "http://mock/v2/accountlists");
        let pick = |id: &str| {
            let taken = Taken { status: 200, body: json!([{ "id": 6 }, { "id": 7, "name": "news" }]) };
            let path = format!("/v2/accountlists/{id}");
            picks_the_list(Asked { method: &Method::GET, path: &path, key: "key" }, Ok(taken))
        };
        assert_eq!(pick("7").unwrap().body["name"], "news");
        assert_eq!(pick("8").unwrap_err().outcome, Outcome::Rejected);
    }
}
