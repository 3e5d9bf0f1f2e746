//! `/products`.

use serde_json::{Value, json};

use crate::support::{Mock, NOW};

fn lamp() -> Value {
    json!({ "productID": 1, "productName": "Lamp", "price": 9.99, "variants": [{ "sku": "red", "attr": { "size": "L" }, "qty": 10 }, { "sku": "blue", "attr": {}, "qty": 9 }] })
}

#[tokio::test]
async fn recorded_a_product_comes_back_with_texts_for_its_numbers() {
    let mock = Mock::start().await;
    assert_eq!(
        mock.post("/v2/products", lamp()).await,
        (201, json!({ "success": true, "message": "product created" }))
    );
    let updated = json!({ "success": true, "message": "product updated" });
    assert_eq!(mock.post("/v1/products", lamp()).await, (200, updated));
    let (_, product) = mock.get("/v1/products/1").await;
    assert_eq!(product["productID"], "1");
    assert_eq!(product["variants"][0]["qty"], "10");
    assert_eq!(product["variants"][1]["attr"], json!([]));
    assert_eq!(product["totalQty"], 19);
    assert_eq!(product["ct"], NOW);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let mock = Mock::start().await;
    let (status, reply) =
        mock.post("/v2/products", json!({ "variants": [{ "qty": "many" }], "productType": "magic" })).await;
    assert_eq!(status, 422);
    assert_eq!(
        reply["messages"]["validationErrors"],
        json!({
            "productType": ["The selected product type is invalid."],
            "variants.0.qty": ["The variants.0.qty must be a number."],
            "variants.0.sku": ["The sku field is required"],
            "productID": ["The product id field is required."],
            "productName": ["The product name field is required."],
        })
    );
}

#[tokio::test]
async fn a_change_keeps_what_is_not_sent() {
    let mock = Mock::start().await;
    mock.post("/v2/products", lamp()).await;
    assert_eq!(mock.put("/v1/products/1", json!({ "properties": { "a": 1 } })).await.0, 200);
    assert_eq!(mock.put("/v2/products/1", json!({ "properties": {} })).await.0, 422);
    let (_, product) = mock.get("/v2/products/1").await;
    assert_eq!((&product["price"], &product["properties"]["a"]), (&json!(9.99), &json!(1)));
    assert_eq!(mock.put("/v2/products/2", json!({ "productName": "x" })).await.0, 404);
}

#[tokio::test]
async fn recorded_an_unknown_product_is_404_to_read_and_400_to_delete() {
    let mock = Mock::start().await;
    assert_eq!(
        mock.get("/v1/products/999").await,
        (404, json!({ "error": true, "message": "record not found" }))
    );
    let refused = json!({ "error": true, "message": "Product not found" });
    assert_eq!(mock.delete("/v1/products/999").await, (400, refused));
    assert_eq!(mock.get("/v2/products").await.0, 400);
    assert_eq!(mock.get("/v1/products").await.0, 404);
    mock.post("/v1/products", lamp()).await;
    assert_eq!(mock.get("/v2/products").await.1.as_array().unwrap().len(), 1);
    assert_eq!(mock.delete("/v1/products/1").await, (200, json!({ "success": true })));
}

#[tokio::test]
async fn a_flag_may_be_1_or_0() {
    let mock = Mock::start().await;
    let flags = json!({ "productID": "p", "productName": "P", "inStock": 1, "taxable": 0, "enabled": true });
    assert_eq!(mock.post("/v2/products", flags).await.0, 201);
    let (_, product) = mock.get("/v2/products/p").await;
    assert_eq!((&product["inStock"], &product["taxable"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn an_empty_text_is_no_name_and_no_sku() {
    let mock = Mock::start().await;
    let empty = json!({ "productID": "p", "productName": "", "variants": [{ "sku": "" }, { "sku": null }] });
    let (status, reply) = mock.post("/v2/products", empty).await;
    assert_eq!(status, 422);
    assert_eq!(
        reply["messages"]["validationErrors"],
        json!({
            "variants.0.sku": ["The sku field is required"],
            "variants.1.sku": ["The sku field is required"],
            "productName": ["The product name field is required."],
        })
    );
}
