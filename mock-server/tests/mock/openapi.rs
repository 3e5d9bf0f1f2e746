//! The OpenAPI description, and that the mock answers nothing else.

use cordial_mock::routes;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Mock, answer};

#[tokio::test]
async fn every_operation_is_described() {
    let mock = Mock::start().await;
    let (status, document) = mock.get("/__admin/openapi.json").await;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.0.3")));
    for route in routes::all() {
        for (_, path) in route.paths() {
            let operation = &document["paths"][&path][route.method.to_ascii_lowercase()];
            let served = operation["tags"][0] != "not-served";
            assert!(operation.is_object(), "{} {path}", route.method);
            assert_eq!(served, route.handler.is_some(), "{} {path}", route.method);
            assert_eq!(operation["responses"]["default"].is_object(), !served, "{} {path}", route.method);
        }
    }
}

/// Bodies that are fine for some operation, and ones that are fine for none.
fn bodies() -> Vec<Value> {
    let item = json!({ "productID": "p", "sku": "s", "category": "c", "name": "n", "qty": 1 });
    vec![
        json!({}),
        json!({ "channels": { "email": { "address": "jane@example.com" } } }),
        json!({ "channels": { "email": { "address": "new@example.com" } } }),
        json!({ "a": "x", "email": "jane@example.com" }),
        json!({ "key": "stores", "name": "Stores", "type": "string", "indexes": [{ "field": "id", "type": "string" }] }),
        json!({ "name": "list-1" }),
        json!({ "name": "segment", "enabled": false }),
        json!({ "productID": "p", "productName": "P" }),
        item.clone(),
        json!({ "cartitems": [item] }),
        json!({ "orderID": "o", "email": "jane@example.com", "purchaseDate": "2026-01-01", "items": [item] }),
        json!({ "id": "101", "unknown": 1 }),
        json!({ "type": "track", "userId": "jane@example.com", "event": "x", "groupId": "101" }),
        json!({ "userIdentities": { "email": "jane@example.com" }, "groupId": "g", "action": "x", "productID": "p", "orderID": "o" }),
        json!({ "source": { "transport": "HTTPS", "url": "https://files.example.com/a" }, "hasHeader": true }),
    ]
}

#[tokio::test]
async fn every_status_is_described() {
    let mock = Mock::start().await;
    let (_, document) = mock.get("/__admin/openapi.json").await;
    // Deletions last, so that there is something to read and to change.
    let order = ["POST", "GET", "PUT", "DELETE"];
    for method in order {
        for route in routes::all().filter(|route| route.method == method && route.handler.is_some()) {
            for (_, path) in route.paths() {
                let responses = &document["paths"][&path][method.to_ascii_lowercase()]["responses"];
                for (status, sent) in play(&mock, method, &path).await {
                    assert!(
                        responses[status.to_string()].is_object(),
                        "{method} {sent}: {status} is not described"
                    );
                }
            }
        }
    }
}

/// Plays an operation with every body, as JSON and as none, for what is there and for what is not.
async fn play(mock: &Mock, method: &str, path: &str) -> Vec<(u16, String)> {
    let verb = Method::from_bytes(method.as_bytes()).unwrap();
    let mut seen = Vec::new();
    for path in paths(path) {
        let request = |path: &str| mock.request(verb.clone(), path).header("x-api-key", "key");
        for body in bodies().iter().take(if method == "GET" { 1 } else { usize::MAX }) {
            let (status, _) = answer(request(&path).json(body)).await;
            seen.push((status, format!("{path} {body}")));
        }
        for query in
            ["?page=0", "?a=%zz", "?time[near]=1", "?purchaseDate[gt]=soon", "?include=statistic&per_page=50"]
        {
            let (status, _) = answer(request(&format!("{path}{query}"))).await;
            seen.push((status, format!("{path}{query}")));
        }
        let unreadable = request(&path).header("content-type", "text/plain").body("x");
        seen.push((answer(unreadable).await.0, format!("{path} text")));
        seen.push((answer(mock.bare(verb.clone(), &path)).await.0, format!("{path} without a key")));
    }
    seen
}

/// The path with values that are there, and with values that are not.
fn paths(path: &str) -> [String; 2] {
    let key = match path {
        path if path.contains("/accountcontactattributes") => "age",
        path if path.contains("/supplements") => "stores",
        _ => "jane@example.com",
    };
    let id = match path {
        path if path.contains("/orders") => "o",
        _ => "101",
    };
    let fill = |values: [&str; 7]| {
        let names = ["{key}", "{id}", "{channel}", "{productID}", "{qty}", "{sku}", "{supplement}"];
        names.iter().zip(values).fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
    };
    [fill([key, id, "email", "p", "1", "s", "stores"]), fill(["%2F%00", "-1", "x", "x", "x", "x", "x"])]
}

#[tokio::test]
async fn a_limit_and_a_permission_are_described() {
    let mock = Mock::start_with(json!({ "apiKey": { "rateLimits": [{ "limit": 1, "seconds": 60 }] } })).await;
    let (_, document) = mock.get("/__admin/openapi.json").await;
    let responses = &document["paths"]["/v2/contacts"]["get"]["responses"];
    for expected in [404, 429] {
        let (status, _) = mock.get("/v2/contacts").await;
        assert_eq!(status, expected);
        assert!(responses[status.to_string()].is_object());
    }
    assert!(document["components"]["responses"]["V2-429"]["headers"]["Retry-After"].is_object());
}
