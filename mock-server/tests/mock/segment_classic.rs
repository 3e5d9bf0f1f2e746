//! Segment's events at `/segment`.

use serde_json::{Value, json};

use crate::support::{Mock, NOW, validation_v1};

async fn mock() -> Mock {
    let mut seed = crate::support::seed();
    seed["attributes"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "key": "state", "name": "State", "type": "string" }));
    seed["integration"] = json!({
        "attributeMapping": [
            { "segmentField": "first_name", "cordialKey": "First_Name" },
            { "segmentField": "user_id", "cordialKey": "extid" },
            { "segmentField": "address.state", "cordialKey": "state" },
        ],
        "ignoreFields": ["website"],
    });
    Mock::start_with(seed).await
}

fn identify(user_id: Value, traits: Value) -> Value {
    json!({ "type": "identify", "userId": user_id, "traits": traits })
}

#[tokio::test]
async fn an_identify_updates_a_known_user_and_creates_an_unknown_one() {
    let mock = mock().await;
    let traits = json!({ "first_name": "Zoe", "address": { "state": "NY" }, "website": "x" });
    assert_eq!(
        mock.post("/segment", identify(json!("zoe@example.com"), traits.clone())).await,
        (200, json!({}))
    );
    assert_eq!(
        mock.attributes("zoe@example.com"),
        json!({ "First_Name": "Zoe", "extid": "zoe@example.com", "state": "NY" })
    );
    assert_eq!(
        mock.post("/segment/identify", json!({ "user_id": "jane@example.com", "traits": { "age": 9 } }))
            .await
            .0,
        200
    );
    let jane = mock.attributes("jane@example.com");
    assert_eq!(
        (&jane["age"], &jane["First_Name"], &jane["extid"]),
        (&json!(9), &json!("Jane"), &json!("jane@example.com"))
    );
}

#[tokio::test]
async fn an_invalid_user_id_is_refused_by_every_call_and_stores_nothing() {
    let mock = mock().await;
    let before = mock.state();
    for r#type in ["identify", "group", "track", "page"] {
        for user_id in
            [Value::Null, json!(""), json!(12), json!(true), json!({}), json!([]), json!("no address")]
        {
            let body = json!({ "type": r#type, "userId": user_id, "groupId": "101", "event": "x" });
            assert_eq!(mock.post("/segment", body).await.0, 422, "{type} {user_id}");
        }
        let missing = mock.post("/segment", json!({ "type": r#type })).await;
        assert_eq!(missing, validation_v1("userId", "The userId field is required."), "{type}");
    }
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn an_unknown_user_has_no_lists_and_no_activities_and_is_not_made() {
    let mock = mock().await;
    let before = mock.state();
    for r#type in ["group", "track", "page"] {
        let body = json!({ "type": r#type, "userId": "nobody@example.com", "groupId": "101", "event": "x" });
        assert_eq!(
            mock.post("/segment", body).await,
            (404, json!({ "error": true, "message": "record not found" })),
            "{type}"
        );
        assert!(mock.why().contains("identify creates one"), "{}", mock.why());
    }
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn a_group_is_the_id_of_a_list() {
    let mock = mock().await;
    let group = async |group_id: Value| {
        mock.post("/segment", json!({ "type": "group", "userId": "jane@example.com", "groupId": group_id }))
            .await
            .0
    };
    assert_eq!(group(json!("102")).await, 200);
    assert_eq!(group(json!(102)).await, 200);
    assert_eq!(mock.contact("jane@example.com")["lists"], json!(["news", "vip"]));
    assert_eq!(group(json!("news")).await, 404);
    assert!(mock.why().contains("name of list 101"), "{}", mock.why());
    assert_eq!(group(json!("999")).await, 404);
    for like_102 in ["0102", "+102", " 102", "102.0"] {
        assert_eq!(group(json!(like_102)).await, 404, "{like_102}");
    }
    assert_eq!(group(json!(null)).await, 422);
    assert_eq!(group(json!([])).await, 422);
}

#[tokio::test]
async fn a_track_and_a_page_become_one_activity_each() {
    let mock = mock().await;
    let track = json!({ "type": "track", "userId": "jane@example.com", "event": "Buy", "properties": { "sku": "s1" }, "timestamp": "2020-01-01T00:00:00.000Z" });
    assert_eq!(mock.post("/segment", track).await, (200, json!({})));
    let page =
        json!({ "type": "page", "userId": "jane@example.com", "name": "Home", "properties": { "url": "/" } });
    assert_eq!(mock.post("/segment", page).await.0, 200);
    let activities = mock.activities();
    let shown: Vec<_> = activities
        .iter()
        .map(|activity| (&activity["action"], &activity["time"], &activity["properties"]))
        .collect();
    let expected = [
        (json!("Buy"), json!("2020-01-01T00:00:00+0000"), json!({ "sku": "s1" })),
        (json!("pageView"), json!(NOW), json!({ "url": "/" })),
    ];
    assert_eq!(shown, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>());
    for event in [json!("open"), json!("x".repeat(41)), json!(""), json!(null), json!(1)] {
        let body = json!({ "type": "track", "userId": "jane@example.com", "event": event });
        let (status, reply) = mock.post("/segment", body).await;
        let text = reply["messages"]["validationErrors"]["event"][0].as_str().unwrap_or_default();
        assert!(status == 422 && text.contains("event"), "{event}: {reply}");
    }
    assert_eq!(mock.activities().len(), 2);
}

#[tokio::test]
async fn a_trait_without_an_attribute_is_an_error_unless_the_config_ignores_it() {
    let mock = mock().await;
    let event = identify(json!("jane@example.com"), json!({ "first_name": "J", "shoe": 42 }));
    let refusal = validation_v1("shoe", "key shoe is not part of the schema for this resource");
    assert_eq!(mock.post("/segment", event.clone()).await, refusal);
    assert_eq!(mock.attributes("jane@example.com")["First_Name"], "Jane");
    let mut state = mock.state();
    state["integration"]["contactsErrorHandling"] = json!("ignoreMissingAttributes");
    mock.account().replace_state(&state).unwrap();
    assert_eq!(mock.post("/segment", event).await.0, 200);
    assert_eq!(mock.attributes("jane@example.com")["First_Name"], "J");
}

#[tokio::test]
async fn a_disabled_integration_drops_everything() {
    let mock = mock().await;
    let mut state = mock.state();
    state["integration"]["enabled"] = json!(false);
    mock.account().replace_state(&state).unwrap();
    let before = mock.state();
    for r#type in ["identify", "group", "track", "page"] {
        let body = json!({ "type": r#type, "userId": "new@example.com", "groupId": "101", "event": "x" });
        assert_eq!(mock.post("/segment", body).await, (200, json!({})), "{type}");
        assert!(mock.why().contains("disabled"));
    }
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn another_type_is_incompatible() {
    let mock = mock().await;
    for body in [json!({}), json!({ "type": "alias" }), json!({ "type": 1 })] {
        assert_eq!(mock.post("/segment", body).await, (400, json!({ "message": "Incompatible type" })));
    }
}

#[tokio::test]
async fn a_custom_primary_key_needs_no_address() {
    let mut seed = crate::support::seed();
    seed["settings"] = json!({ "primaryKey": "extid" });
    let mock = Mock::start_with(seed).await;
    assert_eq!(mock.post("/segment", identify(json!("u-2"), json!({ "age": 5 }))).await.0, 200);
    assert_eq!(mock.get("/v2/contacts/u-2").await.1["attributes"]["age"], 5);
    assert_eq!(mock.post("/segment", identify(json!(7), json!({}))).await.0, 422);
}
