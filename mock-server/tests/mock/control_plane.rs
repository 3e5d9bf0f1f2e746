//! The control plane under `/__admin/`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Mock, answer};

#[tokio::test]
async fn it_says_that_it_lives_and_what_it_serves() {
    let mock = Mock::start().await;
    assert_eq!(answer(mock.bare(Method::GET, "/__admin/health")).await, (200, json!({ "status": "ok" })));
    assert_eq!(answer(mock.bare(Method::GET, "/__admin/version")).await.1["name"], "cordial-mock");
    let (_, routes) = answer(mock.bare(Method::GET, "/__admin/routes")).await;
    let routes = routes["routes"].as_array().unwrap();
    assert!(routes.iter().any(|route| route["operation"] == "addContact" && route["served"] == true));
    assert!(routes.iter().any(|route| route["operation"] == "getorders"));
    assert!(routes.iter().all(|route| !route["evidence"].as_array().unwrap().is_empty()));
}

#[tokio::test]
async fn the_state_that_was_read_can_be_written_back() {
    let mock = Mock::start().await;
    mock.post(
        "/v2/contactactivities",
        json!({ "email": "jane@example.com", "a": "x", "properties": { "p": 1 } }),
    )
    .await;
    let (_, state) = mock.get("/__admin/state").await;
    let other = |method| mock.bare(method, "/__admin/state").header("x-api-key", "other");
    assert_eq!(answer(other(Method::PUT).json(&state)).await, (200, state.clone()));
    assert_eq!(answer(other(Method::GET)).await, (200, state));
}

#[tokio::test]
async fn a_state_that_contradicts_itself_is_refused_with_its_place() {
    let mock = Mock::start().await;
    let before = mock.state();
    for (document, place) in [
        (json!({ "contacts": [{ "attributes": { "nope": 1 } }] }), "contacts[0].attributes.nope"),
        (json!({ "contacts": [{ "lists": ["nope"] }] }), "contacts[0].lists[0]"),
        (json!({ "attributes": [{ "key": "a", "type": "colour" }] }), "attributes[0].type"),
        (json!({ "lists": [{ "name": "a" }, { "name": "a" }] }), "lists[1]"),
        (
            json!({ "activities": [{ "action": "x", "contact": "nobody@example.com" }] }),
            "activities[0].contact",
        ),
        (json!({ "settings": { "timezone": "Mars" } }), "Mars"),
        (json!({ "people": [] }), "people"),
        (json!({ "format": 2 }), "format"),
        (json!([]), "expected"),
        (json!({ "settings": { "primaryKey": "nope" } }), "settings.primaryKey"),
        (json!({ "settings": { "secondaryKeys": ["channels.fax.address"] } }), "settings.secondaryKeys[0]"),
        (json!({ "contacts": [{ "channels": { "email": { "address": "" } } }] }), "channels.email.address"),
        (json!({ "contacts": [{ "listJoinDate": { "a": "2026-01-01" } }] }), "contacts[0].listJoinDate.a"),
        (json!({ "lists": [{ "id": 18_446_744_073_709_551_615_u64, "name": "a" }] }), "lists[0].id"),
        (
            json!({
                "contacts": [{ "channels": { "email": { "address": "a@example.com" } } }],
                "activities": [
                    { "_id": "0123456789abcdef01234567", "action": "x", "contact": "a@example.com" },
                    { "_id": "0123456789abcdef01234567", "action": "y", "contact": "a@example.com" },
                ],
            }),
            "activities[1]._id",
        ),
    ] {
        let (status, reply) = mock.put("/__admin/state", document).await;
        assert_eq!(status, 422, "{place}");
        assert!(reply["message"].as_str().unwrap().contains(place), "{place}: {reply}");
    }
    assert_eq!(mock.put("/__admin/state", Value::Null).await.0, 422);
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn a_state_may_be_larger_than_what_cordial_takes() {
    let server = cordial_mock::MockCordial::builder().max_body_bytes(100).start().await.unwrap();
    let mock = Mock::of(server);
    let lists: Vec<Value> = (1..50).map(|id| json!({ "id": id, "name": format!("list-{id}") })).collect();
    let (status, state) = mock.put("/__admin/state", json!({ "lists": lists })).await;
    assert_eq!((status, state["lists"].as_array().unwrap().len()), (200, 49));
    assert_eq!(mock.put("/__admin/state", state).await.0, 200);
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed() {
    let mock = Mock::start().await;
    let before = mock.state();
    mock.delete("/v2/contacts/jane@example.com").await;
    assert_eq!(mock.request(Method::POST, "/__admin/reset").send().await.unwrap().status(), 200);
    assert_eq!(mock.state(), before);
    assert!(mock.account().requests().is_empty());
}

#[tokio::test]
async fn the_journal_is_read_in_parts_and_emptied() {
    let mock = Mock::start().await;
    for path in ["/v2/health", "/nowhere", "/v2/alerts", "/v2/health"] {
        mock.get(path).await;
    }
    let cursors = async |query: &str| {
        let (_, excerpt) = mock.get(&format!("/__admin/requests{query}")).await;
        excerpt["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["cursor"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(cursors("").await, [1, 2, 3, 4]);
    assert_eq!(cursors("?after=1&limit=2").await, [2, 3]);
    assert_eq!(cursors("?unmatched=true").await, [2, 3]);
    assert_eq!(mock.get("/__admin/requests?after=x").await.0, 400);
    assert_eq!(mock.delete("/__admin/requests").await.0, 200);
    assert_eq!(cursors("").await, [] as [u64; 0]);
}

#[tokio::test]
async fn what_it_does_not_have_is_said() {
    let mock = Mock::start().await;
    assert_eq!(mock.get("/__admin/nope").await.0, 404);
    assert_eq!(mock.delete("/__admin/state").await.0, 405);
    assert_eq!(answer(mock.bare(Method::GET, "/__admin/state")).await.0, 401);
    let foreign = mock.request(Method::POST, "/__admin/reset").header("origin", "https://evil.example");
    assert_eq!(answer(foreign).await.0, 403);
}
