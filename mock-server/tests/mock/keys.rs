//! What a key may do.

use serde_json::{Value, json};

use crate::support::Mock;

async fn with_key(settings: Value) -> Mock {
    let mut seed = crate::support::seed();
    seed["apiKey"] = settings;
    Mock::start_with(seed).await
}

#[tokio::test]
async fn a_key_without_permission_is_refused_by_endpoint_and_method() {
    let mock = with_key(json!({ "permissions": [{ "methods": ["GET"], "path": "/v2/contacts/*" }] })).await;
    assert_eq!(mock.get("/v2/contacts/jane@example.com").await.0, 200);
    let (status, reply) = mock.delete("/v2/contacts/jane@example.com").await;
    assert_eq!((status, &reply["error"]), (403, &json!(true)));
    assert_eq!(mock.get("/v2/accountlists").await.0, 403);
    assert!(mock.why().contains("apiKey.permissions"), "{}", mock.why());
    assert!(!mock.contact("jane@example.com").is_null());
}

#[tokio::test]
async fn a_key_is_used_from_listed_addresses_only() {
    assert_eq!(with_key(json!({ "allowIps": ["127.0.0.0/8"] })).await.get("/v2/health").await.0, 200);
    assert_eq!(
        with_key(json!({ "allowIps": ["10.0.0.0/8", "::1/128"] })).await.get("/v2/health").await.0,
        403
    );
}

#[tokio::test]
async fn a_limit_counts_per_method_and_endpoint_on_the_account_s_clock() {
    let mock = with_key(json!({ "rateLimits": [{ "limit": 2, "seconds": 60 }] })).await;
    let get = async |path: &str| mock.request(reqwest::Method::GET, path).send().await.unwrap();
    let header = |reply: &reqwest::Response, name: &str| {
        reply.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let first = get("/v2/health").await;
    assert_eq!(
        (first.status().as_u16(), header(&first, "x-rate-limit-remaining")),
        (200, Some("1".to_owned()))
    );
    assert_eq!(get("/v2/health").await.status(), 200);
    mock.put("/__admin/clock", json!({ "advance": 20 })).await;
    let refused = get("/v2/health").await;
    assert_eq!(refused.status(), 429);
    for (name, value) in [
        ("x-rate-limit-limit", "2"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "40"),
        ("retry-after", "40"),
    ] {
        assert_eq!(header(&refused, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(get("/v2/accountlists").await.status(), 200);
    mock.put("/__admin/clock", json!({ "advance": "40s" })).await;
    assert_eq!(get("/v2/health").await.status(), 200);
}

#[tokio::test]
async fn what_one_limit_refuses_another_has_not_counted() {
    let limits = json!([
        { "limit": 3, "seconds": 600, "path": "/v2/health" },
        { "limit": 1, "seconds": 10, "method": "get" },
    ]);
    let mock = with_key(json!({ "rateLimits": limits })).await;
    let statuses = [(); 3].map(|()| mock.get("/v2/health"));
    let mut seen = Vec::new();
    for reply in statuses {
        seen.push(reply.await.0);
    }
    assert_eq!(seen, [200, 429, 429]);
    // Each window lets one more in, until the wider limit is used up: by three that were answered.
    for expected in [200, 200, 429] {
        mock.put("/__admin/clock", json!({ "advance": 10 })).await;
        assert_eq!(mock.get("/v2/health").await.0, expected);
    }
}

#[tokio::test]
async fn a_limit_that_could_limit_nothing_is_refused_with_its_place() {
    let mock = Mock::start().await;
    for (key, place) in [
        (json!({ "rateLimits": [{ "limit": 1, "seconds": 0 }] }), "apiKey.rateLimits[0].seconds"),
        (json!({ "rateLimits": [{ "limit": 1, "method": "PSOT" }] }), "apiKey.rateLimits[0].method"),
        (json!({ "rateLimits": [{ "limit": 1, "path": "v2" }] }), "apiKey.rateLimits[0].path"),
        (
            json!({ "permissions": [{ "methods": ["ALL"], "path": "/**" }] }),
            "apiKey.permissions[0].methods[0]",
        ),
        (json!({ "allowIps": ["10.0.0.0/40"] }), "apiKey.allowIps[0]"),
    ] {
        let (status, reply) = mock.put("/__admin/state", json!({ "apiKey": key })).await;
        assert!(status == 422 && reply["message"].as_str().unwrap().contains(place), "{place}: {reply}");
    }
}
