//! What the journal says was probably meant. The wire has none of it.

use serde_json::{Value, json};

use crate::support::Mock;

/// Operations that are not served, each with one that is and is near.
const UNSERVED: [(&str, &str, &str); 3] = [
    ("POST", "/v2/ordersimport", "ordersimport"),
    ("POST", "/v2/contacts/jane@example.com/downloadprofile", "nearest that is served: POST /contacts"),
    ("POST", "/v1/supplements/stores/imports", "POST /supplements"),
];

/// Plays a request and returns the status and what the journal says of it.
async fn refused(mock: &Mock, method: &str, path: &str, body: Value) -> (u16, String) {
    let (status, reply) = match method {
        "GET" => mock.get(path).await,
        "DELETE" => mock.delete(path).await,
        "PUT" => mock.put(path, body).await,
        _ => mock.post(path, body).await,
    };
    assert!(!reply.to_string().contains("did you mean"), "{reply}");
    (status, mock.why())
}

async fn hinted(mock: &Mock, (method, path): (&str, &str), body: Value, status: u16, hint: &str) {
    let (found, why) = refused(mock, method, path, body).await;
    assert_eq!(found, status, "{method} {path}");
    assert!(why.contains(hint), "{method} {path}: `{why}` lacks `{hint}`");
}

#[tokio::test]
async fn a_path_that_is_not_there() {
    let mock = Mock::start().await;
    for (path, hint) in [
        ("/v2/contact", "did you mean /v2/contacts?"),
        ("/v2/contacts/", "did you mean /v2/contacts?"),
        ("/accountlists", "did you mean /v2/accountlists?"),
        ("/segment/identity", "did you mean /segment/identify?"),
    ] {
        hinted(&mock, ("POST", path), json!({}), 404, hint).await;
    }
    let (_, why) = refused(&mock, "GET", "/something/else/altogether", Value::Null).await;
    assert!(!why.contains("did you mean"), "{why}");
}

#[tokio::test]
async fn an_operation_that_is_not_served() {
    let mock = Mock::start().await;
    hinted(&mock, ("GET", "/v2/contacts?audience-key=a"), Value::Null, 501, "audience-key").await;
    for (method, path, operation) in UNSERVED {
        hinted(&mock, (method, path), json!({}), 501, operation).await;
    }
}

#[tokio::test]
async fn a_contact_that_a_path_does_not_find() {
    let mock = Mock::start().await;
    for (path, hint) in [
        ("/v2/contacts/u-1", "did you mean extid:u-1?"),
        ("/v2/contacts/extid:jane@example.com", "did you mean email:jane@example.com?"),
        (
            "/v2/contacts/JANE@example.com",
            "a contact with the address jane@example.com exists: letter case matters",
        ),
        ("/v2/contacts/extid:U-1", "a contact with the extid u-1 exists"),
        ("/v2/contacts/email:jame@example.com", "did you mean email:jane@example.com?"),
        (
            "/v2/contacts/mail:jane@example.com",
            "mail is no identifier of this account: did you mean email:jane",
        ),
        ("/v2/contacts/Extid:nobody", "Extid is no identifier of this account: identifier extid exists"),
    ] {
        hinted(&mock, ("GET", path), Value::Null, 404, hint).await;
    }
    hinted(&mock, ("PUT", "/v2/contacts/u-1/cart"), json!({}), 422, "extid:u-1").await;
}

#[tokio::test]
async fn a_contact_that_a_body_does_not_find() {
    let mock = Mock::start().await;
    let activity = |key: &str, value: &str| json!({ "a": "x", key: value });
    let path = ("POST", "/v1/contactactivities");
    hinted(&mock, path, activity("extid", "jane@example.com"), 422, "did you mean email:jane@example.com?")
        .await;
    hinted(&mock, path, activity("email", "Jane@example.com"), 422, "letter case matters").await;
    hinted(&mock, path, activity("Email", "jane@example.com"), 422, "identifier email exists").await;
    let track = json!({ "userId": "janet@example.com", "event": "x" });
    hinted(&mock, ("POST", "/segment/track"), track, 404, "did you mean email:jane@example.com?").await;
    let merge = json!({ "identifyBy": ["extId"], "extid": "u-1" });
    hinted(&mock, ("POST", "/v2/contacts"), merge, 422, "identifier extid exists, extId does not").await;
}

#[tokio::test]
async fn a_filter_that_matches_nothing() {
    let mock = Mock::start().await;
    mock.post("/v2/contactactivities", json!({ "a": "Signed Up", "email": "jane@example.com" })).await;
    for (path, hint) in [
        ("/v2/contacts?first_name=Jane", "First_Name exists, first_name does not"),
        ("/v2/contacts?email=jane@example.org", "did you mean email:jane@example.com?"),
        ("/v2/contactactivities?action=signed+up", "Signed Up exists, signed up does not"),
        ("/v2/orders?email=JANE@example.com", "address jane@example.com exists"),
        ("/v2/accountlists?name=News", "list news exists, News does not"),
    ] {
        let expected = 404;
        hinted(&mock, ("GET", path), Value::Null, expected, hint).await;
    }
}

#[tokio::test]
async fn a_list_that_is_not_there() {
    let mock = Mock::start().await;
    hinted(&mock, ("GET", "/v2/accountlists/news"), Value::Null, 404, "news is the name of list 101").await;
    hinted(&mock, ("PUT", "/v2/accountlists/News"), json!({}), 404, "did you mean list news, which is 101?")
        .await;
    hinted(&mock, ("DELETE", "/v2/accountlists/7"), Value::Null, 404, "there are 101, 102").await;
    let group = |id: &str| json!({ "userId": "jane@example.com", "groupId": id });
    hinted(&mock, ("POST", "/segment/group"), group("vip"), 404, "vip is the name of list 102").await;
}

#[tokio::test]
async fn a_field_that_is_not_there() {
    let mock = Mock::start().await;
    for (body, hint) in [
        (json!({ "first_name": "J" }), "attribute First_Name exists, first_name does not"),
        (json!({ "News": true }), "list news exists, News does not"),
        (json!({ "agee": 3 }), "did you mean attribute age?"),
        (json!({ "Home.city": "LA" }), "attribute home exists, Home does not"),
        (json!({ "email": "jane@example.com" }), "did you mean channels.email.address?"),
        (json!({ "channels": { "Email": {} } }), "channel email exists, Email does not"),
        (json!({ "channels": { "email": { "adress": "x" } } }), "did you mean field address?"),
    ] {
        hinted(&mock, ("PUT", "/v2/contacts/jane@example.com"), body, 422, hint).await;
    }
    let path = ("GET", "/v2/accountcontactattributes/Age");
    hinted(&mock, path, Value::Null, 422, "attribute age exists, Age does not").await;
    let identify = json!({ "userId": "jane@example.com", "traits": { "first_name": "J" } });
    hinted(&mock, ("POST", "/segment/identify"), identify, 422, "First_Name exists").await;
    let identities = json!({ "email": "jane@example.com" });
    mock.ingest("upsertContact", json!({ "userIdentities": identities, "attributes": { "Age": 3 } })).await;
    assert!(mock.why().contains("attribute age exists"), "{}", mock.why());
}

#[tokio::test]
async fn what_was_bought_and_what_was_stored() {
    let mock = Mock::start().await;
    let product = json!({ "productID": "shoe-1", "productName": "Shoe", "variants": [{ "sku": "s" }] });
    assert_eq!(mock.post("/v2/products", product).await.0, 201);
    let item = json!({ "productID": "shoe-1", "sku": "s", "category": "c", "name": "Shoe", "itemPrice": 3, "qty": 1 });
    let order = json!({
        "orderID": "order-1", "email": "jane@example.com", "purchaseDate": "2026-01-01T00:00:00Z", "items": [item],
    });
    assert_eq!(mock.post("/v2/orders", order).await, (200, json!({ "success": true })));
    let supplement = json!({ "key": "stores", "indexes": [{ "field": "city", "type": "string" }] });
    assert_eq!(mock.post("/v2/supplements", supplement).await.0, 200);
    assert_eq!(
        mock.post("/v2/supplements/stores/records", json!({ "id": "west", "city": "LA" })).await.0,
        201
    );
    for (path, status, hint) in [
        ("/v2/products/Shoe-1", 404, "product shoe-1 exists, Shoe-1 does not"),
        ("/v2/orders/order-2", 404, "did you mean order order-1?"),
        ("/v2/supplements/store", 404, "did you mean supplement stores?"),
        ("/v2/supplements/Stores/records", 422, "supplement stores exists"),
        ("/v2/supplements/stores/records/wets", 404, "did you mean record west?"),
    ] {
        hinted(&mock, ("GET", path), Value::Null, status, hint).await;
    }
    hinted(&mock, ("DELETE", "/v2/orders/Order-1"), Value::Null, 400, "order order-1 exists").await;
    hinted(&mock, ("DELETE", "/v2/products/shoe1"), Value::Null, 400, "did you mean product shoe-1?").await;
}
