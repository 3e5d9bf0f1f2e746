//! Keys: right, wrong, missing, revoked.

use cordial_mock::MockCordial;
use reqwest::Method;
use serde_json::json;

use crate::support::{Mock, answer};

fn denied() -> (u16, serde_json::Value) {
    (401, json!({ "error": "Access Denied: Authentication Failure" }))
}

#[tokio::test]
async fn without_a_good_key_every_path_answers_alike() {
    let mock = Mock::start().await;
    for path in
        ["/v2/contacts", "/v1/contacts", "/nowhere", "/api/integrations", "/api/checkAuth", "/segment"]
    {
        assert_eq!(answer(mock.bare(Method::POST, path)).await, denied(), "{path}");
    }
    let entries = mock.server.unattributed_requests();
    assert_eq!(entries.len(), 6);
    assert!(entries.iter().all(|entry| entry.why.is_some()));
}

#[tokio::test]
async fn each_surface_takes_the_key_in_its_own_place() {
    let mock = Mock::start().await;
    let get = |path: &str| mock.bare(Method::GET, path);
    assert_eq!(answer(get("/v2/health").header("x-api-key", "key")).await, denied());
    assert_eq!(answer(get("/api/checkAuth").basic_auth("key", Some(""))).await, denied());
    assert_eq!(answer(get("/v2/health").basic_auth("key", Some("password"))).await, denied());
    assert_eq!(answer(get("/v2/health").bearer_auth("key")).await, denied());
    assert_eq!(answer(get("/api/checkAuth").header("x-api-key", "key")).await, (200, json!({})));
    assert_eq!(answer(get("/v2/health").basic_auth("key", Some(""))).await.0, 200);
}

#[tokio::test]
async fn keys_do_not_see_each_other() {
    let mock = Mock::start().await;
    let body = json!({ "channels": { "email": { "address": "mine@example.com" } } });
    assert_eq!(mock.post("/v2/contacts", body).await.0, 201);
    let other = mock.bare(Method::GET, "/v2/contacts/mine@example.com").basic_auth("other", Some(""));
    assert_eq!(answer(other).await.0, 404);
}

#[tokio::test]
async fn a_strict_server_takes_listed_keys_only() {
    let server = MockCordial::builder().strict_keys(["good"]).start().await.unwrap();
    let client = reqwest::Client::new();
    let get = |key: &str| client.get(format!("{}/v2/health", server.url())).basic_auth(key, Some(""));
    assert_eq!(answer(get("good")).await.0, 200);
    assert_eq!(answer(get("bad")).await, denied());
    assert!(server.account("bad").is_err());
    assert!(server.unattributed_requests()[0].why.as_deref().unwrap().contains("--api-key"));
}

#[tokio::test]
async fn a_revoked_key_is_refused_and_its_account_still_shows_what_it_tried() {
    let mock = Mock::start_with(json!({ "apiKey": { "revoked": true } })).await;
    assert_eq!(mock.post("/v2/contacts", json!({})).await, denied());
    assert_eq!(mock.account().requests().len(), 1);
    assert!(mock.why().contains("revoked"));
    assert!(MockCordial::builder().strict_keys(["a:b"]).start().await.is_err());
}
