//! `/orders`.

use serde_json::{Value, json};

use crate::support::Mock;

fn order(id: &str) -> Value {
    json!({
        "orderID": id, "email": "jane@example.com", "purchaseDate": "2018-07-02 13:19:00",
        "items": [{ "productID": "p-1", "sku": "s-1", "category": "c-1", "name": "Lamp", "attr": { "size": "L" } }],
    })
}

fn with(mut body: Value, fields: Value) -> Value {
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn recorded_an_order_is_stored_with_its_amounts_and_without_the_address() {
    let mock = Mock::start().await;
    assert_eq!(mock.post("/v1/orders", order("o-1")).await, (200, json!({ "success": true })));
    let (status, stored) = mock.get("/v1/orders/o-1").await;
    assert_eq!(status, 200);
    assert_eq!(stored["purchaseDate"], "2018-07-02T20:19:00+0000");
    assert_eq!(stored["items"][0]["amount"], 0);
    assert_eq!(stored["totalAmount"], 0);
    assert_eq!(stored["cID"], mock.contact("jane@example.com")["cID"]);
    assert!(stored.get("email").is_none());
    let (_, listed) = mock.get("/v1/orders").await;
    assert!(listed[0].get("_id").is_none(), "{listed}");
}

#[tokio::test]
async fn an_amount_is_quantity_times_price_whatever_was_sent() {
    let mock = Mock::start().await;
    let item = json!({ "productID": "p", "sku": "s", "category": "c", "name": "n", "qty": 3, "itemPrice": 9.99, "amount": 1 });
    let sent = with(
        order("o"),
        json!({ "items": [item], "totalAmount": 5, "discountApplication": { "type": "fixed", "amount": 2.5 } }),
    );
    mock.post("/v2/orders", sent).await;
    let (_, stored) = mock.get("/v2/orders/o").await;
    assert_eq!(stored["items"][0]["amount"], 29.97);
    assert_eq!(stored["totalAmount"], 29.97);
    assert_eq!(stored["totalDiscountAmount"], 2.5);
}

#[tokio::test]
async fn recorded_an_order_is_created_once() {
    let mock = Mock::start().await;
    mock.post("/v1/orders", order("o-1")).await;
    let refused = json!({ "error": true, "messages": "ID must be unique" });
    assert_eq!(mock.post("/v1/orders", order("o-1")).await, (422, refused));
}

#[tokio::test]
async fn what_is_missing_is_named_and_v1_wants_no_category() {
    let mock = Mock::start().await;
    let bare = json!({ "email": "jane@example.com", "items": [{ "productID": 7, "sku": "s", "name": "n", "qty": "two" }] });
    let (status, reply) = mock.post("/v2/orders", bare.clone()).await;
    assert_eq!(status, 422);
    assert_eq!(
        reply["messages"]["validationErrors"],
        json!({
            "items.0.qty": ["The items.0.qty must be a number."],
            "items.0.category": ["The items.0.category field is required."],
            "purchaseDate": ["The purchase date field is required."],
            "orderID": ["The order id field is required."],
        })
    );
    let (_, reply) = mock.post("/v1/orders", bare).await;
    assert!(reply["messages"]["validationErrors"].get("items.0.category").is_none(), "{reply}");
    assert_eq!(mock.state()["orders"], Value::Null);
}

#[tokio::test]
async fn an_order_needs_one_known_contact() {
    let mock = Mock::start().await;
    let refused =
        |text: &str| (422, json!({ "error": true, "errorKey": "GENERIC_ERROR_KEY", "messages": text }));
    let unknown = with(order("o"), json!({ "email": "nobody@example.com" }));
    assert_eq!(mock.post("/v2/orders", unknown).await, refused("Contact doesn't exist"));
    let two = with(order("o"), json!({ "extid": "u-1" }));
    assert_eq!(mock.post("/v2/orders", two).await, refused("too many parameters"));
}

#[tokio::test]
async fn an_order_teaches_its_products() {
    let mock = Mock::start().await;
    mock.post("/v2/orders", order("o-1")).await;
    let (status, product) = mock.get("/v2/products/p-1").await;
    assert_eq!(status, 200);
    assert_eq!(product["productName"], "Lamp");
    assert_eq!(product["variants"][0]["sku"], "s-1");
}

#[tokio::test]
async fn a_change_replaces_what_is_sent_and_loses_the_message() {
    let mock = Mock::start().await;
    let sent = json!({ "mcID": "1:5f:ot:5e:1", "linkID": "l-1", "tax": 1.5 });
    mock.post("/v2/orders", with(order("o-1"), sent)).await;
    let (_, before) = mock.get("/v2/orders/o-1").await;
    assert_eq!((&before["msID"], &before["items"][0]["mcID"]), (&json!("1:5f:ot"), &json!("1:5f:ot:5e:1")));
    assert_eq!(mock.put("/v2/orders/o-1", json!({ "tax": 2 })).await, (200, json!({ "success": true })));
    let (_, after) = mock.get("/v2/orders/o-1").await;
    assert_eq!((&after["tax"], &after["mcID"], &after["_id"]), (&json!(2), &Value::Null, &before["_id"]));
    assert_eq!(mock.put("/v1/orders/o-2", json!({})).await.0, 404);
    assert_eq!(mock.put("/v2/orders/o-2", json!({})).await.0, 422);
}

#[tokio::test]
async fn recorded_a_deleted_order_is_gone_and_an_unknown_one_is_a_400() {
    let mock = Mock::start().await;
    mock.post("/v1/orders", order("o-1")).await;
    assert_eq!(mock.delete("/v1/orders/o-1").await, (200, json!({ "success": true })));
    let refused = json!({ "error": true, "messages": "Order not found" });
    assert_eq!(mock.delete("/v1/orders/o-1").await, (400, refused));
    assert_eq!(mock.get("/v1/orders/o-1").await.0, 404);
    assert_eq!(mock.get("/v1/orders").await.0, 404);
}

#[tokio::test]
async fn orders_are_filtered_paged_and_cut_to_fields() {
    let mock = Mock::start().await;
    for (id, date) in
        [("a", "2020-01-01T00:00:00Z"), ("b", "2021-01-01T00:00:00Z"), ("c", "2022-01-01T00:00:00Z")]
    {
        mock.post("/v2/orders", with(order(id), json!({ "purchaseDate": date }))).await;
    }
    let ids = async |query: &str| {
        let (_, listed) = mock.get(&format!("/v2/orders?{query}")).await;
        listed
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["orderID"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("purchaseDate[gt]=2020-06-01").await, ["b", "c"]);
    assert_eq!(ids("page=2&per_page=2").await, ["c"]);
    assert_eq!(ids("email=jane@example.com&sort_dir=desc").await, ["c", "b", "a"]);
    assert_eq!(ids("email=nobody@example.com").await, [] as [&str; 0]);
    let (_, cut) = mock.get("/v2/orders?fields=orderID").await;
    assert_eq!(cut[0], json!({ "orderID": "a" }));
    assert_eq!(mock.get("/v2/orders?purchaseDate[lt]=soon").await.0, 422);
}

#[tokio::test]
async fn orders_products_and_carts_are_part_of_the_account_s_document() {
    let mock = Mock::start().await;
    mock.post("/v2/orders", with(order("o-1"), json!({ "mcID": "1:5f:ot:5e:1" }))).await;
    mock.post(
        "/v2/products",
        json!({ "productID": 9, "productName": "P", "variants": [{ "sku": "s", "attr": {}, "qty": 3 }] }),
    )
    .await;
    let item =
        json!({ "productID": "p", "sku": "s", "category": "c", "name": "n", "qty": 2, "itemPrice": 1.5 });
    mock.post("/v2/contacts/jane@example.com/cart", json!({ "cartitems": [item] })).await;
    let document = mock.state();
    assert_eq!(document["orders"][0]["contact"], "jane@example.com");
    mock.account().replace_state(&document).unwrap();
    assert_eq!(mock.state(), document);
    assert_eq!(mock.delete("/v2/contacts/jane@example.com").await.0, 200);
    assert_eq!(mock.state()["orders"], Value::Null);
}

#[tokio::test]
async fn orders_are_sorted_by_the_size_of_an_amount() {
    let mock = Mock::start().await;
    for (id, price) in [("a", 100), ("b", 20), ("c", 3)] {
        let item = json!({ "productID": "p", "sku": "s", "category": "c", "name": "n", "itemPrice": price });
        mock.post("/v2/orders", with(order(id), json!({ "items": [item] }))).await;
    }
    let (_, sorted) = mock.get("/v2/orders?sort_by=totalAmount&fields=totalAmount").await;
    assert_eq!(sorted, json!([{ "totalAmount": 3 }, { "totalAmount": 20 }, { "totalAmount": 100 }]));
}

#[tokio::test]
async fn a_discount_that_cannot_be_computed_is_refused() {
    let mock = Mock::start().await;
    let discount = json!({ "discountApplication": { "type": "percentage", "amount": "5" } });
    let (status, reply) = mock.post("/v2/orders", with(order("o"), discount)).await;
    assert_eq!(status, 422);
    assert_eq!(
        reply["messages"]["validationErrors"],
        json!({
            "discountApplication.type": ["The selected discountApplication.type is invalid."],
            "discountApplication.amount": ["The discountApplication.amount must be a number."],
        })
    );
}
