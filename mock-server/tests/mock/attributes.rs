//! Account contact attributes.

use serde_json::json;

use crate::support::{Mock, success};

#[tokio::test]
async fn an_attribute_is_created_used_and_removed_with_its_values() {
    let mock = Mock::start().await;
    let body = json!({ "key": "size", "name": "Size", "type": "string" });
    assert_eq!(mock.post("/v2/accountcontactattributes", body).await, (200, success()));
    assert_eq!(mock.put("/v2/contacts/jane@example.com", json!({ "size": "L" })).await.0, 200);
    assert_eq!(mock.get("/v2/accountcontactattributes/size").await.1["type"], "string");
    assert_eq!(mock.delete("/v2/accountcontactattributes/size").await, (200, success()));
    assert!(mock.attributes("jane@example.com").get("size").is_none());
    let (status, reply) = mock.delete("/v2/accountcontactattributes/size").await;
    assert_eq!((status, &reply["message"]), (404, &json!("Key not exist")));
}

#[tokio::test]
async fn v1_lists_an_array_and_v2_an_object_by_key() {
    let mock = Mock::start().await;
    assert_eq!(mock.get("/v1/accountcontactattributes").await.1.as_array().unwrap().len(), 6);
    assert_eq!(mock.get("/v2/accountcontactattributes").await.1["age"]["type"], "number");
    assert_eq!(mock.get("/v2/accountcontactattributes?type=geo").await.1.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn keys_names_and_types_are_checked() {
    let mock = Mock::start().await;
    let post = async |key: &str, name: &str, r#type: &str| {
        let (status, reply) = mock
            .post("/v2/accountcontactattributes", json!({ "key": key, "name": name, "type": r#type }))
            .await;
        (status, reply["message"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(post("age", "Other", "string").await, (422, "Key must be unique".to_owned()));
    assert_eq!(post("news", "Other", "string").await, (422, "Key must be unique".to_owned()));
    assert_eq!(post("other", "Age", "string").await, (422, "Name must be unique".to_owned()));
    assert_eq!(post("other", "Other", "colour").await, (422, "invalid field type".to_owned()));
    assert_eq!(post("", "Other", "string").await.0, 422);
    let (status, reply) = mock.put("/v2/accountcontactattributes/age", json!({ "type": "string" })).await;
    assert_eq!((status, &reply["message"]), (422, &json!("You can not change type")));
}

#[tokio::test]
async fn a_flag_may_be_1_or_0_and_nothing_else() {
    let mock = Mock::start().await;
    let body = |key: &str, index| json!({ "key": key, "name": key, "type": "string", "index": index });
    assert_eq!(mock.post("/v2/accountcontactattributes", body("one", json!(1))).await.0, 200);
    assert_eq!(mock.get("/v2/accountcontactattributes/one").await.1["index"], true);
    assert_eq!(mock.post("/v2/accountcontactattributes", body("two", json!("yes"))).await.0, 422);
    let (_, indexed) = mock.get("/v2/accountcontactattributes?indexed=1").await;
    assert!(indexed["one"].is_object() && indexed.get("age").is_none(), "{indexed}");
    assert_eq!(mock.get("/v2/accountcontactattributes?indexed=some").await.0, 422);
    let (status, reply) = mock.get("/v2/accountcontactattributes?type=colour").await;
    assert_eq!((status, &reply["message"]), (422, &json!("invalid field type")));
}

#[tokio::test]
async fn a_form_has_bounds_too() {
    let mock = Mock::start().await;
    let form = "key=pin&name=Pin&type=array&index=true&validators[max]=2&validators[required]=false&options[maxitems]=4";
    assert_eq!(mock.form("/v1/accountcontactattributes", form).await, (200, success()));
    let (_, pin) = mock.get("/v2/accountcontactattributes/pin").await;
    assert_eq!(pin["validators"], json!({ "max": 2.0, "required": false }));
    assert_eq!((&pin["options"], &pin["index"]), (&json!({ "maxitems": 4 }), &json!(true)));
}
