//! The ingest that the vendor's "Actions" destination talks to.

use serde_json::{Value, json};

use crate::support::{Mock, NOW};

fn who(email: &str) -> Value {
    json!({ "userIdentities": { "channels.email.address": email } })
}

fn with(mut body: Value, fields: Value) -> Value {
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_upsert_creates_updates_and_leaves_out_what_the_account_lacks() {
    let mock = Mock::start().await;
    let attributes = json!({ "First_Name": "Act", "shoe": 42, "home.city": "LA", "channels.email.subscribeStatus": "subscribed" });
    assert_eq!(
        mock.ingest("upsertContact", with(who("act@example.com"), json!({ "attributes": attributes }))).await,
        (200, json!({}))
    );
    let contact = mock.contact("act@example.com");
    assert_eq!(contact["attributes"], json!({ "First_Name": "Act", "home": { "city": "LA" } }));
    assert_eq!(contact["channels"]["email"]["subscribeStatus"], "subscribed");
    assert!(mock.why().contains("shoe"), "{}", mock.why());
    mock.ingest("upsertContact", with(who("jane@example.com"), json!({ "attributes": { "age": 3 } }))).await;
    assert_eq!(mock.attributes("jane@example.com")["First_Name"], "Jane");
    assert_eq!(mock.attributes("jane@example.com")["age"], 3);
}

#[tokio::test]
async fn a_contact_is_found_by_identity_then_segment_id_then_anonymous_id() {
    let mock = Mock::start().await;
    let first = with(
        who("jane@example.com"),
        json!({ "segmentIdKey": "First_Name", "segmentId": "seg-1", "anonymousId": "anon-1" }),
    );
    assert_eq!(mock.ingest("upsertContact", first).await.0, 200);
    assert_eq!(mock.attributes("jane@example.com")["First_Name"], "seg-1");
    for (key, body) in [
        ("age", json!({ "segmentIdKey": "First_Name", "segmentId": "seg-1", "attributes": { "age": 1 } })),
        ("tags", json!({ "anonymousId": "anon-1", "attributes": { "tags": ["x"] } })),
    ] {
        assert_eq!(mock.ingest("upsertContact", body).await.0, 200);
        assert!(mock.attributes("jane@example.com").get(key).is_some(), "{key}");
    }
    assert_eq!(mock.state()["contacts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_is_ignored() {
    let mock = Mock::start().await;
    let before = mock.state();
    for identity in [
        json!({}),
        json!({ "anonymousId": "a" }),
        who("no address"),
        json!({ "segmentIdKey": "nope", "segmentId": "s" }),
        json!({ "userIdentities": 1 }),
    ] {
        let body = with(identity, json!({ "action": "x", "groupId": "g" }));
        for action in ["upsertContact", "createContactactivity", "addContactToList"] {
            assert_eq!(mock.ingest(action, body.clone()).await, (200, json!({})), "{action} {body}");
            assert!(mock.why().contains("ignored"), "{}", mock.why());
        }
    }
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn an_activity_makes_its_contact() {
    let mock = Mock::start().await;
    let body = with(
        who("act@example.com"),
        json!({ "action": "Buy", "time": "", "properties": { "sku": "s" }, "context": { "ip": "::1" } }),
    );
    assert_eq!(mock.ingest("createContactactivity", body).await, (200, json!({})));
    let activity = mock.activities().remove(0);
    assert_eq!(
        (&activity["contact"], &activity["time"], &activity["properties"]),
        (&json!("act@example.com"), &json!(NOW), &json!({ "sku": "s" }))
    );
    for fields in [
        json!({}),
        json!({ "action": "open" }),
        json!({ "action": "x", "time": "soon" }),
        json!({ "action": "x", "properties": 1 }),
    ] {
        assert_eq!(mock.ingest("createContactactivity", with(who("other@example.com"), fields)).await.0, 422);
    }
    assert!(mock.contact("other@example.com").is_null());
}

#[tokio::test]
async fn a_list_is_found_by_group_then_by_name_or_created() {
    let mock = Mock::start().await;
    let add =
        async |fields: Value| mock.ingest("addContactToList", with(who("jane@example.com"), fields)).await.0;
    assert_eq!(add(json!({ "groupId": "g1", "listName": "My list" })).await, 200);
    let lists = mock.state()["lists"].clone();
    assert!(lists.as_array().unwrap().iter().any(|list| list["name"] == "My-list"), "{lists}");
    assert_eq!(add(json!({ "groupId": "g2" })).await, 200);
    assert_eq!(add(json!({ "groupId": "g2", "listName": "another name" })).await, 200);
    assert_eq!(add(json!({ "groupId": "g3", "listName": "vip" })).await, 200);
    assert_eq!(mock.contact("jane@example.com")["lists"], json!(["news", "vip", "My-list", "segment_g2"]));
    let remove = with(who("jane@example.com"), json!({ "groupId": "g2" }));
    assert_eq!(mock.ingest("removeContactFromList", remove.clone()).await, (200, json!({})));
    assert_eq!(mock.contact("jane@example.com")["lists"], json!(["news", "vip", "My-list"]));
    let unknown = with(who("new@example.com"), json!({ "groupId": "g9" }));
    assert_eq!(mock.ingest("removeContactFromList", unknown).await, (200, json!({})));
    assert!(mock.contact("new@example.com").is_null());
}

fn item(qty: u32) -> Value {
    json!({ "productID": "p-1", "sku": "s-1", "category": "c", "name": "Lamp", "qty": qty, "itemPrice": 2.5, "imageUrl": "https://shop.example/1.png" })
}

#[tokio::test]
async fn a_cart_fills_and_empties() {
    let mock = Mock::start().await;
    let accepted = (202, json!({ "success": "success" }));
    assert_eq!(mock.ingest("addProductToCart", with(who("jane@example.com"), item(3))).await, accepted);
    let cart = mock.contact("jane@example.com")["cart"].clone();
    assert_eq!(
        (&cart["totalAmount"], &cart["cartitems"][0]["images"][0]),
        (&json!(7.5), &json!("https://shop.example/1.png"))
    );
    let two = json!({ "productID": "p-1", "qty": 2 });
    assert_eq!(mock.ingest("removeProductFromCart", with(who("jane@example.com"), two)).await, accepted);
    assert_eq!(mock.contact("jane@example.com")["cart"]["cartitems"][0]["qty"], 1);
    let none = json!({ "productID": "p-2", "qty": 1 });
    assert_eq!(mock.ingest("removeProductFromCart", with(who("jane@example.com"), none)).await, accepted);
    assert!(mock.why().contains("p-2"), "{}", mock.why());
    assert_eq!(
        mock.ingest("addProductToCart", with(who("jane@example.com"), json!({ "qty": 1 }))).await.0,
        422
    );
}

#[tokio::test]
async fn an_order_is_made_once_and_changed_after_that() {
    let mock = Mock::start().await;
    let order = |status: &str| {
        let fields = json!({ "orderID": "o-1", "status": status, "purchaseDate": NOW, "items": [item(2)], "discountApplication": null });
        with(who("new@example.com"), fields)
    };
    assert_eq!(mock.ingest("upsertOrder", order("Order Completed")).await.0, 202);
    assert_eq!(mock.ingest("upsertOrder", order("Order Refunded")).await.0, 202);
    let orders = mock.state()["orders"].clone();
    assert_eq!(orders.as_array().unwrap().len(), 1);
    assert_eq!((&orders[0]["status"], &orders[0]["totalAmount"]), (&json!("Order Refunded"), &json!(5)));
    assert_eq!(orders[0]["contact"], "new@example.com");
}

#[tokio::test]
async fn a_previous_id_and_a_new_one_become_one_contact() {
    let mock = Mock::start().await;
    let known_as = |email: &str, id: &str| {
        with(
            who(email),
            json!({ "segmentIdKey": "First_Name", "segmentId": id, "anonymousId": format!("anon-{id}") }),
        )
    };
    mock.ingest("upsertContact", known_as("old@example.com", "seg-old")).await;
    mock.ingest("upsertContact", known_as("jane@example.com", "seg-new")).await;
    let merge = |previous: &str, id: &str| json!({ "segmentIdKey": "First_Name", "previousId": previous, "segmentId": id });
    assert_eq!(mock.ingest("mergeContacts", merge("anon-seg-old", "seg-new")).await.0, 202);
    assert_eq!(mock.contact("old@example.com"), Value::Null);
    assert_eq!(mock.ingest("mergeContacts", merge("seg-new", "seg-newest")).await.0, 202);
    assert_eq!(mock.attributes("jane@example.com")["First_Name"], "seg-newest");
    let before = mock.state();
    assert_eq!(mock.ingest("mergeContacts", merge("nobody", "no-one")).await.0, 202);
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn a_list_that_rest_would_not_make_is_not_made_here() {
    let mock = Mock::start().await;
    let (before, named) = (mock.state(), json!({ "groupId": "g1", "listName": "My first list" }));
    let (status, reply) = mock.ingest("addContactToList", with(who("jane@example.com"), named)).await;
    assert_eq!(status, 422);
    assert!(reply["message"].as_str().unwrap().starts_with("Name must contain only letters"), "{reply}");
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn what_is_ignored_is_answered_like_what_is_not() {
    let mock = Mock::start().await;
    let accepted = (202, json!({ "success": "success" }));
    let before = mock.state();
    assert_eq!(mock.ingest("addProductToCart", item(1)).await, accepted);
    assert!(mock.why().contains("ignored"), "{}", mock.why());
    assert_eq!(mock.ingest("mergeContacts", json!({ "previousId": "nobody" })).await, accepted);
    assert_eq!(mock.state(), before);
}
