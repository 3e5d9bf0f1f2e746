//! A refusal leaves the account as it was, whatever the operation had done by then.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Mock, answer, seed};

/// These have nothing to refuse in a request that is well-formed and names nothing in its path.
const NEVER_REFUSE: [&str; 1] = ["mergeContacts"];

/// An account that has one of everything, and an attribute that every new contact must have: what makes a contact in
/// passing is refused late.
fn full() -> Value {
    let mut state = seed();
    let item = json!({ "productID": "p-1", "sku": "s-1", "category": "c", "name": "Lamp", "qty": 2 });
    let now = "2026-01-02T03:04:05+0000";
    state["attributes"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "key": "must", "type": "string", "validators": { "required": true } }));
    state["contacts"][0]["cart"] = json!({ "cartitems": [item] });
    state["contacts"].as_array_mut().unwrap().push(json!({
        "channels": { "email": { "address": "john@example.com" } }, "attributes": { "extid": "u-2" },
    }));
    state["orders"] = json!([
        { "orderID": "o-1", "contact": "jane@example.com", "purchaseDate": now, "items": [item] }
    ]);
    state["products"] =
        json!([{ "productID": "p-1", "productName": "Lamp", "variants": [{ "sku": "s-1" }] }]);
    state["supplements"] = json!([{
        "key": "cars", "indexes": [{ "field": "model", "type": "string" }],
        "records": { "r-1": { "attributes": { "model": "T" } } },
    }]);
    state["files"] = json!({ "f.csv": "email\nnew@example.com\n" });
    state["integration"] = json!({ "name": "segment", "attributeMapping": [] });
    state
}

/// Bodies with which something is wrong for many operations: nothing in them, every type wrong, an identifier that
/// another contact has, the last of several parts broken, somebody new without the attribute that is required.
fn bodies() -> Vec<Value> {
    let good = json!({ "productID": "p-9", "sku": "s-9", "category": "c", "name": "n", "qty": 1 });
    let person = json!({ "channels.email.address": "new@example.com" });
    let names = "channels attributes email a name key type orderID items cartitems productID options userId groupId \
        event listName indexes source columns attributeMapping action time enabled enhanced suppressTriggers";
    let wrong =
        names.split_whitespace().map(|name| (name.to_owned(), json!({ "no": ["such", 1] }))).collect();
    vec![
        json!({}),
        Value::Object(wrong),
        json!({
            "channels": { "email": { "address": "john@example.com", "subscribeStatus": "subscribed" } },
            "extid": "u-1", "news": true, "vip": true, "First_Name": "X", "identifyBy": ["email"],
        }),
        json!({
            "orderID": "o-9", "email": "jane@example.com", "purchaseDate": "2026-01-02", "productID": "p-9",
            "productName": "n", "items": [good, {}], "cartitems": [good, {}], "variants": [{ "sku": "s" }, {}],
            "key": "table", "indexes": [{ "field": "f", "type": "string" }, {}], "model": 7, "id": "r-9",
            "source": { "transport": "HTTPS", "url": "f.csv" }, "hasHeader": true, "confirmEmail": "nobody",
            "name": "news", "a": "open", "properties": [1],
        }),
        json!({
            "userIdentities": person, "segmentIdKey": "extid", "segmentId": "u-9", "anonymousId": "anon",
            "attributes": { "First_Name": "N" }, "action": "Bought", "properties": { "n": 1 }, "groupId": "g",
            "listName": "friends", "orderID": "o-9", "items": [good], "productID": "p-9", "sku": "s-9",
            "category": "c", "name": "n", "channels": { "email": { "address": "new@example.com" } },
            "type": "identify", "userId": "new@example.com", "traits": { "First_Name": "N" },
        }),
        json!({
            "userId": "jane@example.com", "type": "group", "groupId": "999", "event": "open", "traits": { "no": 1 },
            "timestamp": "once", "First_Name": "Janet", "extid": "u-2", "indexes": [], "variants": 5,
        }),
    ]
}

/// A path of the routes table with each of its parts filled in: with what the account has, and with what it lacks.
fn fill(path: &str, known: bool) -> String {
    let id = match path {
        path if path.contains("/orders/") => "o-1",
        path if path.contains("/records/") => "r-1",
        _ => "101",
    };
    let key = match path {
        path if path.contains("/contacts/") => "jane@example.com",
        path if path.contains("/supplements/") => "cars",
        _ => "First_Name",
    };
    let parts = [
        ("{id}", id, "nothing"),
        ("{key}", key, "nobody"),
        ("{supplement}", "cars", "nothing"),
        ("{channel}", "email", "fax"),
        ("{productID}", "p-1", "nothing"),
        ("{qty}", "1", "few"),
        ("{sku}", "s-1", "nothing"),
    ];
    parts
        .iter()
        .fold(path.to_owned(), |path, (part, has, lacks)| path.replace(part, if known { has } else { lacks }))
}

/// Sends a request and says whether it was refused. A refusal must have changed nothing; what a success changed is
/// undone.
async fn is_refused(mock: &Mock, method: &Method, path: &str, body: &Value, before: &Value) -> bool {
    let request = mock.request(method.clone(), path).header("x-api-key", "key").json(body);
    let (status, reply) = answer(request).await;
    if status < 400 {
        assert!(mock.account().restore_snapshot("full"));
        return false;
    }
    assert!(status < 500, "{method} {path} {body}: {status} {reply}");
    assert_eq!(&mock.state(), before, "{method} {path} {body} was refused: {reply}");
    true
}

#[tokio::test]
async fn a_refusal_leaves_the_account_as_it_was() {
    let mock = Mock::start_with(full()).await;
    mock.account().save_snapshot("full");
    let before = mock.state();
    let (_, routes) = answer(mock.bare(Method::GET, "/__admin/routes")).await;
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let routes = routes["routes"].as_array().unwrap();
    for route in routes.iter().filter(|route| route["served"] == true && route["method"] != "GET") {
        let method: Method = route["method"].as_str().unwrap().parse().unwrap();
        let count = refused.entry(route["operation"].as_str().unwrap()).or_default();
        for path in route["paths"].as_array().unwrap() {
            for known in [true, false] {
                let path = fill(path.as_str().unwrap(), known);
                for body in bodies() {
                    *count += usize::from(is_refused(&mock, &method, &path, &body, &before).await);
                }
            }
        }
    }
    assert!(refused.len() > 40, "the table has fewer operations than it had: {}", refused.len());
    let never: Vec<_> = refused.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    assert_eq!(never, NEVER_REFUSE, "operations of which no refusal was tried");
}
