//! The account's clock.

use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn every_time_follows_the_clock() {
    let mock = Mock::start().await;
    assert_eq!(mock.get("/__admin/clock").await.1, json!({ "now": "2026-01-02T03:04:05Z", "frozen": true }));
    mock.put("/__admin/clock", json!({ "advance": "PT1H" })).await;
    mock.post("/v2/contacts", json!({ "channels": { "email": { "address": "new@example.com" } } })).await;
    let later = json!("2026-01-02T04:04:05+0000");
    assert_eq!(mock.contact("new@example.com")["createdAt"], later);
    assert_eq!(mock.account().requests().last().unwrap().time, later);
    let (_, set) =
        mock.put("/__admin/clock", json!({ "now": "2030-01-01T00:00:00Z", "frozen": false })).await;
    assert_eq!(set["frozen"], false);
    assert!(set["now"].as_str().unwrap().starts_with("2030-01-01T00:"), "{set}");
    mock.account().reset();
    assert_eq!(mock.get("/__admin/clock").await.1["now"], "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn an_order_that_a_clock_cannot_follow_is_refused() {
    let mock = Mock::start().await;
    for order in [
        json!({}),
        json!({ "advance": "later" }),
        json!({ "advance": 1e30 }),
        json!({ "now": "soon" }),
        json!({ "speed": 2 }),
        json!({ "frozen": false, "now": "2030-01-01T00:00:00Z", "advance": 1e12 }),
        json!([false]),
    ] {
        assert_eq!(mock.put("/__admin/clock", order.clone()).await.0, 422, "{order}");
    }
    assert_eq!(mock.get("/__admin/clock").await.1, json!({ "now": "2026-01-02T03:04:05Z", "frozen": true }));
}

#[tokio::test]
async fn the_date_of_a_reply_follows_the_clock() {
    let mock = Mock::start().await;
    let date = async |key: &str| {
        let request = mock.bare(reqwest::Method::GET, "/v2/health").basic_auth(key, Some(""));
        request.send().await.unwrap().headers()["date"].to_str().unwrap().to_owned()
    };
    assert_eq!(date("key").await, "Fri, 02 Jan 2026 03:04:05 GMT");
    mock.put("/__admin/clock", json!({ "advance": "24h" })).await;
    assert_eq!(date("key").await, "Sat, 03 Jan 2026 03:04:05 GMT");
    assert_eq!(date("not a key").await, "Fri, 02 Jan 2026 03:04:05 GMT");
}

#[tokio::test]
async fn one_account_s_clock_is_not_another_s() {
    let mock = Mock::start().await;
    mock.put("/__admin/clock", json!({ "advance": 60 })).await;
    assert_eq!(mock.server.account("other").unwrap().clock().now().to_string(), "2026-01-02T03:04:05Z");
}
