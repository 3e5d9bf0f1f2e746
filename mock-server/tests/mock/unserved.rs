//! What the mock does not do, what Cordial does not have, and what every reply has in common.

use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn an_operation_that_is_not_served_says_so_by_name() {
    let mock = Mock::start().await;
    for (path, operation) in [("/v2/alerts", "getincludes"), ("/v1/automationtemplates", "getTemplates")] {
        let (status, reply) = mock.get(path).await;
        assert_eq!(status, 501);
        assert!(reply["message"].as_str().unwrap().contains(operation), "{reply}");
    }
}

#[tokio::test]
async fn recorded_an_unknown_path_is_named_with_its_slashes_escaped() {
    let mock = Mock::start().await;
    let reply = mock.request(reqwest::Method::POST, "/v1/automationtemplates//send").send().await.unwrap();
    assert_eq!(reply.status(), 404);
    assert_eq!(
        reply.text().await.unwrap(),
        r#"{"error":"'\/v1\/automationtemplates\/\/send' is not found."}"#
    );
    assert_eq!(mock.request(reqwest::Method::PATCH, "/v2/contacts").send().await.unwrap().status(), 404);
    assert!(mock.why().contains("GET, POST"), "{}", mock.why());
}

#[tokio::test]
async fn recorded_every_reply_has_the_same_headers() {
    let mock = Mock::start().await;
    for path in ["/v2/health", "/nowhere", "/v2/contacts/nobody@example.com"] {
        let reply = mock.request(reqwest::Method::GET, path).send().await.unwrap();
        let headers = reply.headers();
        assert_eq!(headers["content-type"], "application/json", "{path}");
        assert_eq!(headers["access-control-allow-methods"], "GET, POST, PUT, DELETE, OPTIONS", "{path}");
        assert_eq!(headers["access-control-max-age"], "60", "{path}");
    }
}

#[tokio::test]
async fn the_same_seed_and_clock_give_the_same_bytes() {
    let run = async || {
        let mock = Mock::start().await;
        mock.post("/v2/contacts", json!({ "channels": { "email": { "address": "new@example.com" } } })).await;
        mock.post("/v2/contactactivities", json!({ "email": "new@example.com", "a": "x" })).await;
        mock.state().to_string()
    };
    assert_eq!(run().await, run().await);
}
