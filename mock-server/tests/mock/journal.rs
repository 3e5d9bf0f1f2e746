//! The journal: waiting, searching, following.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Mock;

#[tokio::test]
async fn a_wait_returns_as_soon_as_enough_came() {
    let mock = Mock::start().await;
    let wait = mock.get("/__admin/requests/wait?after=0&count=2&timeout=30");
    let work = async {
        mock.get("/v2/health").await;
        mock.get("/v2/health").await;
    };
    let ((status, excerpt), ()) = tokio::join!(wait, work);
    assert_eq!(status, 200);
    assert!(excerpt["requests"].as_array().unwrap().len() >= 2);
}

#[tokio::test]
async fn a_wait_that_is_not_met_says_what_came() {
    let mock = Mock::start().await;
    mock.get("/v2/health").await;
    let (status, excerpt) = mock.get("/__admin/requests/wait?count=5&timeout=0.01").await;
    assert_eq!((status, excerpt["requests"].as_array().unwrap().len()), (408, 1));
    assert_eq!(mock.get("/__admin/requests/wait?timeout=long").await.0, 400);
    assert_eq!(mock.get("/__admin/requests/wait?amount=1").await.0, 400);
}

#[tokio::test]
async fn requests_are_found_by_what_they_were() {
    let mock = Mock::start().await;
    for (email, age) in [("a@example.com", 1), ("b@example.com", 2), ("c@example.com", 500)] {
        mock.post("/v2/contacts", json!({ "channels": { "email": { "address": email } }, "age": age })).await;
    }
    let find = async |wanted: Value| {
        let (status, excerpt) = mock.post("/__admin/requests/find", wanted).await;
        assert_eq!(status, 200, "{excerpt}");
        excerpt["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["cursor"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        find(json!({ "match": { "body": { "channels.email.address": "b@example.com" } } })).await,
        [2]
    );
    assert_eq!(
        find(json!({ "match": { "method": "post", "path": "/v2/*" }, "after": 1, "limit": 1 })).await,
        [2]
    );
    assert_eq!(find(json!({ "status": 422 })).await, [3]);
    assert_eq!(find(json!({ "match": { "operation": "getContacts" } })).await, [] as [u64; 0]);
    assert_eq!(mock.post("/__admin/requests/find", json!({ "path": "/v2/*" })).await.0, 422);
}

#[tokio::test]
async fn events_are_sent_as_they_happen_and_missed_ones_first() {
    let mock = Mock::start().await;
    mock.get("/v2/health").await;
    mock.get("/nowhere").await;
    let mut stream =
        mock.request(Method::GET, "/__admin/events").header("last-event-id", "1").send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    let mut sent = false;
    while !text.contains("id: 3") {
        text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
        if text.contains("id: 2") && !sent {
            sent = true;
            mock.get("/v2/contacts").await;
        }
    }
    assert!(text.contains("\"path\":\"/nowhere\"") && !text.contains("id: 1\n"), "{text}");
    // A reader that stays does not keep the server from stopping.
    mock.server.shutdown().await;
}
