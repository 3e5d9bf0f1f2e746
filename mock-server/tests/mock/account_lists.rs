//! Account lists.

use serde_json::{Value, json};

use crate::support::{Mock, success};

fn error(key: &str, message: &str) -> Value {
    json!({ "error": true, "errorKey": key, "message": message })
}

#[tokio::test]
async fn a_list_is_created_read_changed_and_removed() {
    let mock = Mock::start().await;
    let body = json!({ "name": "safe_drivers", "enhanced": true, "segment_group_id": "g1" });
    assert_eq!(mock.post("/v2/accountlists", body).await, (200, json!({ "success": true, "id": 103 })));
    let list = json!({ "id": 103, "name": "safe_drivers", "enhanced": true, "segment_group_id": "g1" });
    assert_eq!(mock.get("/v2/accountlists/103").await, (200, list.clone()));
    let renamed = json!({ "id": 103, "name": "drivers", "enhanced": true, "segment_group_id": "g1" });
    assert_eq!(mock.put("/v2/accountlists/103", json!({ "name": "drivers" })).await, (200, json!([renamed])));
    assert_eq!(mock.delete("/v2/accountlists/103").await, (200, success()));
    assert_eq!(
        mock.get("/v2/accountlists/103").await,
        (404, error("ACCOUNT_LISTS_NOT_FOUND", "List does not exist"))
    );
}

#[tokio::test]
async fn names_are_checked() {
    let mock = Mock::start().await;
    for (name, text) in [
        ("news", "Name must be unique"),
        ("First_Name", "Name must be unique"),
        ("cID", "cid is not allowed for list names."),
        (
            "two words",
            "Name must contain only letters, numbers, and dashes. Should not exceed 128 characters",
        ),
    ] {
        assert_eq!(
            mock.post("/v2/accountlists", json!({ "name": name })).await,
            (422, error("GENERIC_ERROR_KEY", text)),
            "{name}"
        );
    }
    assert_eq!(mock.post("/v2/accountlists", json!({ "name": "x".repeat(128) })).await.0, 200);
    assert_eq!(mock.post("/v2/accountlists", json!({ "name": "x".repeat(129) })).await.0, 422);
    assert_eq!(mock.post("/v2/accountlists", json!({})).await.0, 422);
}

#[tokio::test]
async fn a_renamed_list_keeps_its_members_and_a_cleared_one_loses_them() {
    let mock = Mock::start().await;
    mock.put("/v2/accountlists/101", json!({ "name": "bulletin" })).await;
    assert_eq!(mock.contact("jane@example.com")["lists"], json!(["bulletin"]));
    let counted = json!({ "id": 101, "name": "bulletin", "enhanced": false, "count": 1 });
    assert_eq!(mock.get("/v2/accountlists/101/count").await, (200, counted));
    assert_eq!(mock.put("/v2/accountlists/101/clear", json!({})).await.0, 200);
    assert_eq!(mock.get("/v2/accountlists/101/count").await.1["count"], 0);
    assert_eq!(mock.contact("jane@example.com")["lists"], json!([]));
}

#[tokio::test]
async fn an_unknown_list_is_not_found_in_three_wordings() {
    let mock = Mock::start().await;
    assert_eq!(mock.get("/v2/accountlists/news").await.0, 404);
    assert!(mock.why().contains("by its number"), "{}", mock.why());
    assert_eq!(mock.get("/v2/accountlists/0101").await.0, 404);
    assert_eq!(
        mock.put("/v2/accountlists/9", json!({ "name": "x" })).await.1["message"],
        "List is not found"
    );
    assert_eq!(mock.delete("/v2/accountlists/9").await, (404, error("RECORD_NOT_FOUND", "record not found")));
}

#[tokio::test]
async fn the_id_of_a_deleted_list_leads_to_no_other_list() {
    let mock = Mock::start().await;
    assert_eq!(mock.delete("/v2/accountlists/102").await.0, 200);
    let (_, reply) = mock.post("/v2/accountlists", json!({ "name": "other" })).await;
    assert_eq!(reply["id"], 103);
}

#[tokio::test]
async fn enhanced_is_a_truth_value_and_without_it_there_are_no_dates_of_joining() {
    let mock = Mock::start().await;
    let odd = json!({ "name": "odd", "enhanced": "yes" });
    assert_eq!(mock.post("/v2/accountlists", odd.clone()).await.0, 422);
    assert_eq!(mock.put("/v2/accountlists/101", odd).await.0, 422);
    mock.put("/v2/contacts/jane@example.com", json!({ "vip": true })).await;
    assert!(mock.get("/v1/contacts/jane@example.com").await.1["listJoinDate"]["vip"].is_string());
    mock.put("/v2/accountlists/102", json!({ "name": "vip", "enhanced": false })).await;
    let (_, jane) = mock.get("/v1/contacts/jane@example.com").await;
    assert_eq!((&jane["lists"][1], &jane["listJoinDate"]), (&json!("vip"), &Value::Null));
}
