//! Named snapshots of an account.

use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn a_saved_state_comes_back() {
    let mock = Mock::start().await;
    let before = mock.state();
    assert_eq!(mock.put("/__admin/snapshots/start", json!({})).await.0, 200);
    mock.delete("/v2/contacts/jane@example.com").await;
    assert_eq!(mock.get("/__admin/snapshots").await.1, json!({ "snapshots": ["start"] }));
    assert_eq!(mock.get("/__admin/snapshots/start").await.1, before);
    assert_eq!(mock.post("/__admin/snapshots/start/restore", json!({})).await.0, 200);
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn a_saved_state_is_forked_into_another_key_and_the_two_go_their_ways() {
    let mock = Mock::start().await;
    mock.put("/v2/contacts/jane@example.com", json!({ "age": 40 })).await;
    mock.put("/__admin/snapshots/grown", json!({})).await;
    assert_eq!(mock.post("/__admin/snapshots/grown/restore", json!({ "into": "fork" })).await.0, 200);
    let fork = mock.server.account("fork").unwrap();
    assert_eq!(fork.state()["contacts"][0]["attributes"]["age"], 40);
    mock.put("/v2/contacts/jane@example.com", json!({ "age": 41 })).await;
    assert_eq!(fork.state()["contacts"][0]["attributes"]["age"], 40);
}

#[tokio::test]
async fn a_name_that_nobody_saved_is_not_found_and_the_saved_ones_are_named() {
    let mock = Mock::start().await;
    mock.account().save_snapshot("one");
    let (status, reply) = mock.post("/__admin/snapshots/two/restore", json!({})).await;
    assert_eq!(status, 404);
    assert!(reply["message"].as_str().unwrap().contains("saved are one"), "{reply}");
    assert!(!mock.account().restore_snapshot("two"));
    assert_eq!(mock.post("/__admin/snapshots/one/restore", json!({ "into": "a:b" })).await.0, 422);
}

#[tokio::test]
async fn a_name_may_be_any_text() {
    let mock = Mock::start().await;
    for (name, encoded) in
        [("before the fall", "before%20the%20fall"), ("a/b", "a%2Fb"), ("\u{fc}", "%C3%BC")]
    {
        mock.account().save_snapshot(name);
        assert_eq!(
            mock.post(&format!("/__admin/snapshots/{encoded}/restore"), json!({})).await.0,
            200,
            "{name}"
        );
        assert_eq!(mock.get("/__admin/snapshots").await.1, json!({ "snapshots": [name] }));
        assert_eq!(mock.delete(&format!("/__admin/snapshots/{encoded}")).await.0, 200, "{name}");
    }
    assert_eq!(mock.delete("/__admin/snapshots/gone").await.0, 404);
    assert_eq!(mock.get("/__admin/snapshots/%ff").await.0, 400);
}

#[tokio::test]
async fn saving_takes_no_document() {
    let mock = Mock::start().await;
    assert_eq!(mock.put("/__admin/snapshots/mine", json!({ "contacts": [] })).await.0, 422);
    assert_eq!(mock.get("/__admin/snapshots").await.1, json!({ "snapshots": [] }));
}
