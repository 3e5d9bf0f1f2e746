//! Contact activities.

use serde_json::json;

use crate::support::{Mock, NOW, success, validation_v1};

#[tokio::test]
async fn an_activity_is_stored_without_the_keys_that_cordial_strips() {
    let mock = Mock::start().await;
    let properties =
        json!({ "plan": "pro", "12": "digits", "a.b": "dot", "deep": { "a.b": 1 }, "1a": "kept" });
    let body =
        json!({ "email": "jane@example.com", "a": "Signed Up", "properties": properties, "UID": "mine" });
    assert_eq!(mock.post("/v1/contactactivities", body.clone()).await, (200, success()));
    assert_eq!(mock.post("/v2/contactactivities", body).await, (201, success()));
    let activity = &mock.activities()[1];
    assert_eq!(activity["properties"], json!({ "plan": "pro", "deep": { "a.b": 1 }, "1a": "kept" }));
    assert_eq!(
        (&activity["time"], &activity["UID"], &activity["contact"]),
        (&json!(NOW), &json!("mine"), &json!("jane@example.com"))
    );
}

#[tokio::test]
async fn recorded_a_missing_name_is_refused() {
    let mock = Mock::start().await;
    for body in [json!({ "email": "jane@example.com", "a": null }), json!({ "email": "jane@example.com" })] {
        assert_eq!(
            mock.post("/v1/contactactivities", body.clone()).await,
            validation_v1("a", "The a field is required.")
        );
        assert_eq!(mock.post("/v2/contactactivities", body).await.0, 400);
    }
    assert!(mock.activities().is_empty());
}

#[tokio::test]
async fn a_name_has_at_most_40_characters_and_is_not_one_of_cordial_s_own() {
    let mock = Mock::start().await;
    let post = async |a: String| {
        mock.post("/v1/contactactivities", json!({ "email": "jane@example.com", "a": a })).await.0
    };
    assert_eq!(post("é".repeat(40)).await, 200);
    assert_eq!(post("é".repeat(41)).await, 422);
    for reserved in
        ["message-sent", "open", "click", "optout", "bounce", "complaint", "pageview", "message-stopped"]
    {
        assert_eq!(post(reserved.to_owned()).await, 422, "{reserved}");
    }
    assert_eq!(post("pageView".to_owned()).await, 200);
}

#[tokio::test]
async fn the_contact_is_named_once_and_exists() {
    let mock = Mock::start().await;
    let post = async |body| mock.post("/v1/contactactivities", body).await;
    let refused = |text: &str| (422, json!({ "error": true, "messages": text }));
    assert_eq!(post(json!({ "a": "x" })).await, refused("Contact doesn't exist"));
    assert_eq!(
        post(json!({ "a": "x", "email": "nobody@example.com" })).await,
        refused("Contact doesn't exist")
    );
    assert_eq!(
        post(json!({ "a": "x", "email": "jane@example.com", "extid": "u-1" })).await,
        refused("too many parameters")
    );
    assert_eq!(post(json!({ "a": "x", "extid": "u-1" })).await.0, 200);
    assert_eq!(mock.state()["contacts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_time_is_kept_and_one_without_an_offset_is_the_account_s() {
    let mock = Mock::start().await;
    for (sent, kept) in [
        ("2018-07-02 13:19:00", "2018-07-02T20:19:00+0000"),
        ("2020-01-01T00:00:00+02:00", "2019-12-31T22:00:00+0000"),
    ] {
        mock.post("/v2/contactactivities", json!({ "email": "jane@example.com", "a": sent, "ats": sent }))
            .await;
        assert_eq!(mock.activities().last().unwrap()["time"], kept);
    }
    let (status, _) = mock
        .post("/v2/contactactivities", json!({ "email": "jane@example.com", "a": "x", "ats": "soon" }))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn more_than_a_thousand_properties_are_refused() {
    let mock = Mock::start().await;
    let properties =
        |count: usize| (0..count).map(|n| (format!("p{n}"), json!(n))).collect::<serde_json::Map<_, _>>();
    let post = async |count| {
        mock.post(
            "/v1/contactactivities",
            json!({ "email": "jane@example.com", "a": "x", "properties": properties(count) }),
        )
        .await
        .0
    };
    assert_eq!((post(1000).await, post(1001).await), (200, 422));
}

#[tokio::test]
async fn activities_are_listed_oldest_first_and_filtered() {
    let mock = Mock::start().await;
    assert_eq!(
        mock.get("/v1/contactactivities?email=nobody@example.com").await,
        (404, json!({ "error": true, "message": "record not found" }))
    );
    for (a, ats) in [("late", "2026-01-03"), ("early", "2026-01-01"), ("early", "2026-01-02")] {
        mock.post("/v2/contactactivities", json!({ "email": "jane@example.com", "a": a, "ats": ats })).await;
    }
    let actions = |reply: &serde_json::Value| {
        reply
            .as_array()
            .unwrap()
            .iter()
            .map(|activity| activity["action"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (_, v1) = mock.get("/v1/contactactivities?email=jane%40example.com").await;
    assert_eq!(actions(&v1), ["early", "early", "late"]);
    assert_eq!(v1[0]["email"], "jane@example.com");
    let (_, v2) = mock.get("/v2/contactactivities?action=early&time[gte]=2026-01-02").await;
    assert_eq!(actions(&v2["data"]), ["early"]);
    let (_, with_fields) = mock.get("/v2/contactactivities?contactFields=First_Name&per_page=1").await;
    assert_eq!(with_fields["data"][0]["First_Name"], "Jane");
    let (status, reply) = mock.get("/v1/contactactivities?time[gt]=soon").await;
    assert_eq!((status, &reply["message"]), (422, &json!("Time value is incorrect")));
}

#[tokio::test]
async fn the_names_of_system_events_are_reserved() {
    let mock = Mock::start().await;
    let body = json!({ "email": "jane@example.com", "a": "crdl_merged_contacts" });
    assert_eq!(
        mock.post("/v1/contactactivities", body).await,
        validation_v1("a", "The selected a is invalid.")
    );
}

#[tokio::test]
async fn the_journal_names_a_field_that_was_left_out() {
    let mock = Mock::start().await;
    let body = |field: &str| json!({ "email": "jane@example.com", "a": "x", field: "2026-01-01" });
    assert_eq!(mock.post("/v2/contactactivities", body("time")).await.0, 201);
    assert!(mock.why().contains("`ats`"), "{}", mock.why());
    assert_eq!(mock.post("/v2/contactactivities", body("propertys")).await.0, 201);
    assert!(mock.why().contains("properties"), "{}", mock.why());
    assert_eq!(mock.post("/v2/contactactivities", body("ats")).await.0, 201);
    assert_eq!(mock.why(), "");
    let odd = json!({ "email": "jane@example.com", "a": "x", "UID": ["u"] });
    assert_eq!(mock.post("/v2/contactactivities", odd).await.0, 400);
}
