//! The journal: waiting, searching, following.

use cordial_mock::MockCordial;
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

/// Follows events until a text has come.
async fn follow(request: reqwest::RequestBuilder, until: &str) -> String {
    let mut stream = request.send().await.unwrap();
    let mut text = String::new();
    while !text.contains(until) {
        text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
    text
}

#[tokio::test]
async fn a_reader_of_events_is_told_what_it_has_missed() {
    let server = MockCordial::builder().journal_max_entries(2).start().await.unwrap();
    let mock = Mock::of(server);
    for _ in 0..5 {
        mock.get("/v2/health").await;
    }
    let text = follow(mock.request(Method::GET, "/__admin/events?after=1"), "id: 5").await;
    assert!(text.contains("event: missing\ndata: {\"after\":1,\"before\":4}\n\nid: 4\n"), "{text}");
}

#[tokio::test]
async fn a_reader_that_comes_from_an_earlier_mock_misses_nothing_of_this_one() {
    let mock = Mock::start().await;
    mock.get("/v2/health").await;
    let request = mock.request(Method::GET, "/__admin/events").header("last-event-id", "4711");
    assert!(follow(request, "id: 1").await.contains("/v2/health"));
}

#[tokio::test]
async fn requests_without_a_key_are_followed_without_a_key() {
    let mock = Mock::start().await;
    mock.bare(Method::GET, "/v2/health").send().await.unwrap();
    let text = follow(mock.bare(Method::GET, "/__admin/events?after=0"), "id: 1").await;
    assert!(text.contains("\"status\":401"), "{text}");
    // A key that cannot be read is not taken for none.
    let unreadable = mock.bare(Method::GET, "/__admin/requests").bearer_auth("key");
    assert_eq!(unreadable.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn what_would_be_ignored_is_refused() {
    let mock = Mock::start().await;
    mock.get("/v2/health").await;
    assert_eq!(mock.delete("/__admin/requests?after=1").await.0, 400);
    assert_eq!(mock.get("/__admin/requests?unmatched=maybe").await.0, 400);
    assert_eq!(mock.get("/__admin/state?pretty=1").await.0, 400);
    let (status, reply) =
        mock.post("/__admin/requests/find", json!({ "match": { "operation": "addContakt" } })).await;
    assert!(status == 422 && reply["message"].as_str().unwrap().contains("`addContact`"), "{reply}");
    assert_eq!(mock.post("/__admin/requests/find", json!([])).await.0, 422);
    assert_eq!(mock.account().requests().len(), 1);
}
