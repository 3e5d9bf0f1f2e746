//! The cart of a contact.

use serde_json::{Value, json};

use crate::support::Mock;

const CART: &str = "/v2/contacts/jane@example.com/cart";
const ITEMS: &str = "/v2/contacts/jane@example.com/cartitems";

fn item(product: &str, sku: &str, qty: u32) -> Value {
    json!({ "productID": product, "sku": sku, "category": "c", "name": "n", "qty": qty, "itemPrice": 2.5 })
}

#[tokio::test]
async fn recorded_a_cart_is_stored_with_its_total() {
    let mock = Mock::start().await;
    let cart = json!({ "cartID": "10000", "cartitems": [item("1", "a", 2), item("1", "b", 1)] });
    assert_eq!(
        mock.post("/v1/contacts/jane@example.com/cart", cart).await,
        (200, json!({ "success": true }))
    );
    let (_, contact) = mock.get("/v2/contacts/jane@example.com").await;
    assert_eq!(contact["attributes"]["cart"]["totalAmount"], 7.5);
    assert_eq!(contact["attributes"]["cart"]["cartID"], "10000");
    let (_, contact) = mock.get("/v1/contacts/jane@example.com").await;
    assert_eq!(contact["cart"]["cartitems"][0]["amount"], 5);
}

#[tokio::test]
async fn an_item_is_added_echoed_and_becomes_more() {
    let mock = Mock::start().await;
    let (status, echoed) = mock.post(ITEMS, item("1", "a", 2)).await;
    assert_eq!((status, &echoed["qty"], &echoed["amount"]), (200, &json!(2), &json!(5)));
    mock.post(ITEMS, item("1", "a", 3)).await;
    mock.post(ITEMS, item("1", "b", 1)).await;
    let items = mock.contact("jane@example.com")["cart"]["cartitems"].clone();
    assert_eq!((&items[0]["qty"], &items[1]["sku"]), (&json!(5), &json!("b")));
    let (status, reply) = mock.post(ITEMS, json!({ "productID": "1" })).await;
    assert_eq!(status, 422);
    assert_eq!(reply["messages"]["validationErrors"]["sku"], json!(["The sku field is required."]));
}

#[tokio::test]
async fn items_are_taken_out_in_quantities() {
    let mock = Mock::start().await;
    mock.post(CART, json!({ "cartitems": [item("1", "a", 3), item("1", "b/c", 1)] })).await;
    assert_eq!(mock.delete(&format!("{ITEMS}/1/2/a")).await, (200, json!({ "success": true })));
    assert_eq!(mock.contact("jane@example.com")["cart"]["cartitems"][0]["qty"], 1);
    assert_eq!(mock.delete(&format!("{ITEMS}/1/1/b%2Fc")).await.0, 200);
    assert_eq!(mock.delete(&format!("{ITEMS}/1")).await.0, 200);
    assert_eq!(mock.contact("jane@example.com")["cart"]["cartitems"], json!([]));
    assert_eq!(mock.delete(&format!("{ITEMS}/1/1")).await.0, 404);
    assert_eq!(mock.delete(&format!("{ITEMS}/1/none/a")).await.0, 422);
}

#[tokio::test]
async fn an_unknown_contact_and_a_cart_that_is_not_there_are_told_apart() {
    let mock = Mock::start().await;
    let (status, reply) = mock.put("/v2/contacts/nobody@example.com/cart", json!({ "cartitems": [] })).await;
    assert_eq!((status, &reply["messages"]), (422, &json!("Contact doesn't exist")));
    assert_eq!(mock.put(CART, json!({ "cartitems": [] })).await.0, 404);
    assert_eq!(mock.delete(CART).await.0, 404);
    assert_eq!(mock.post(CART, json!({})).await.0, 422);
    assert_eq!(mock.post(CART, json!({ "cartitems": [] })).await.0, 200);
    assert_eq!(mock.delete(CART).await.0, 200);
    assert_eq!(mock.contact("jane@example.com").get("cart"), None);
}
