//! The config of the Segment integration.

use serde_json::{Value, json};

use crate::support::{Mock, success};

const PATH: &str = "/api/integrations/segment";

fn config() -> Value {
    json!({
        "name": "segment",
        "enabled": true,
        "attributeMapping": [
            { "segmentField": "first_name", "cordialKey": "fname" },
            { "segmentField": "email", "cordialKey": "channels.email.address" },
        ],
        "ignoreFields": ["website"],
        "contactsErrorHandling": "ignoreMissingAttributes",
    })
}

#[tokio::test]
async fn a_config_is_created_changed_and_listed() {
    let mock = Mock::start().await;
    assert_eq!(mock.get("/api/integrations").await, (200, json!([])));
    assert_eq!(mock.put(PATH, config()).await.0, 404);
    assert_eq!(mock.post(PATH, config()).await, (200, success()));
    assert_eq!(mock.get("/api/integrations").await, (200, json!([config()])));
    let (status, reply) = mock.post(PATH, config()).await;
    assert_eq!((status, &reply["message"]), (422, &json!("Name must be unique")));
    assert_eq!(mock.put(PATH, json!({ "name": "segment", "enabled": false })).await, (200, success()));
    let disabled =
        json!([{ "name": "segment", "enabled": false, "attributeMapping": [], "ignoreFields": [] }]);
    assert_eq!(mock.get("/api/integrations").await, (200, disabled));
}

#[tokio::test]
async fn a_config_that_is_wrong_is_refused_by_the_name_of_the_field() {
    let mock = Mock::start().await;
    for (field, value, named) in [
        ("name", json!("other"), "name"),
        ("name", json!(null), "name"),
        ("enabled", json!("yes"), "enabled"),
        ("attributeMapping", json!({}), "attributeMapping"),
        ("attributeMapping", json!([{ "segmentField": "a" }]), "attributeMapping.0.cordialKey"),
        (
            "attributeMapping",
            json!([{ "segmentField": "a", "cordialKey": "b", "x": 1 }]),
            "attributeMapping.0.x",
        ),
        ("ignoreFields", json!("website"), "ignoreFields"),
        ("ignoreFields", json!([1]), "ignoreFields"),
        ("contactsErrorHandling", json!("fail"), "contactsErrorHandling"),
        ("mapping", json!([]), "mapping"),
    ] {
        let mut body = config();
        body[field] = value;
        let (status, reply) = mock.post(PATH, body).await;
        assert_eq!(status, 422, "{field}");
        assert!(reply["messages"]["validationErrors"].get(named).is_some(), "{named}: {reply}");
    }
    assert_eq!(mock.get("/api/integrations").await, (200, json!([])));
}
