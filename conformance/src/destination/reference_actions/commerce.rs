//! What some track calls are to a shop: carts and orders, from Segment's names to Cordial's.

use serde_json::{Map, Value, json};

use super::calls::{Call, Unfit};
use super::identity::id;

/// Segment's names of a product's fields, and Cordial's.
const PRODUCT: [(&str, &str); 9] = [
    ("sku", "sku"),
    ("category", "category"),
    ("name", "name"),
    ("quantity", "qty"),
    ("price", "itemPrice"),
    ("description", "description"),
    ("url", "url"),
    ("image_url", "imageUrl"),
    ("brand", "manufacturerName"),
];

/// Where Cordial has a place of its own for a field of an order, so that it is none of the order's properties.
const PLACED: [&str; 3] = ["order_id", "products", "total"];

/// The call of its own that a track makes, beside the activity that every track is.
pub(super) fn call(name: &str, event: &Value, person: Map<String, Value>) -> Option<Result<Call, Unfit>> {
    let properties = &event["properties"];
    Some(match name {
        "Product Added" => product(properties).map(|item| Call::new("addProductToCart", person, item)),
        "Product Removed" => removed(properties).map(|item| Call::new("removeProductFromCart", person, item)),
        "Order Completed" | "Order Updated" | "Order Refunded" | "Order Cancelled" => {
            order(name, event, properties).map(|order| Call::new("upsertOrder", person, order))
        }
        _ => return None,
    })
}

/// A product that is put into a cart, or a line of an order. What Cordial has no field for becomes a property of it.
fn product(fields: &Value) -> Result<Map<String, Value>, Unfit> {
    let mut item = Map::from_iter([("productID".to_owned(), product_id(fields)?)]);
    let mut properties = fields.as_object().cloned().unwrap_or_default();
    properties.shift_remove("product_id");
    for (from, to) in PRODUCT {
        if let Some(value) = properties.shift_remove(from).filter(|value| !value.is_null()) {
            item.insert(to.to_owned(), value);
        }
    }
    if !properties.is_empty() {
        item.insert("properties".to_owned(), Value::Object(properties));
    }
    Ok(item)
}

/// A product that is taken out of a cart, and how many of it.
fn removed(fields: &Value) -> Result<Map<String, Value>, Unfit> {
    let mut item = Map::from_iter([("productID".to_owned(), product_id(fields)?)]);
    if let Some(quantity) = fields.get("quantity").filter(|quantity| !quantity.is_null()) {
        item.insert("qty".to_owned(), quantity.clone());
    }
    Ok(item)
}

fn product_id(fields: &Value) -> Result<Value, Unfit> {
    id(fields, "product_id").map(Value::String).ok_or(Unfit::Lacks("the product has no product_id"))
}

/// An order; its status is what the track says happened to it.
fn order(status: &str, event: &Value, fields: &Value) -> Result<Map<String, Value>, Unfit> {
    let order_id = id(fields, "order_id").ok_or(Unfit::Lacks("the order has no order_id"))?;
    let products = fields["products"].as_array().into_iter().flatten();
    let items: Vec<Value> =
        products.map(|fields| product(fields).map(Value::Object)).collect::<Result<_, _>>()?;
    let mut order = Map::from_iter([
        ("orderID".to_owned(), json!(order_id)),
        ("status".to_owned(), json!(status)),
        ("items".to_owned(), json!(items)),
    ]);
    let optional = [
        ("purchaseDate", event.get("timestamp").filter(|time| !time.is_null()).cloned()),
        ("totalAmount", fields.get("total").filter(|total| !total.is_null()).cloned()),
        ("discountApplication", discount(fields)),
        ("properties", properties(fields)),
    ];
    order.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(order)
}

/// A discount of nothing is none.
fn discount(fields: &Value) -> Option<Value> {
    let amount = fields["discount"].as_f64().filter(|amount| *amount != 0.0);
    amount.map(|_| json!({ "type": "fixed", "amount": fields["discount"] }))
}

fn properties(fields: &Value) -> Option<Value> {
    let mut properties = fields.as_object()?.clone();
    properties.retain(|name, _| !PLACED.contains(&name.as_str()));
    (!properties.is_empty()).then_some(Value::Object(properties))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(name: &str, properties: Value) -> Value {
        let event = json!({ "timestamp": "2026-01-02T03:04:05Z", "properties": properties });
        Value::Object(call(name, &event, Map::new()).unwrap().unwrap().body)
    }

    #[test]
    fn a_product_has_cordial_s_names_and_keeps_the_rest_as_properties() {
        let properties = json!({
            "product_id": 7, "sku": "s-1", "category": "c-1", "name": "Lamp", "quantity": 2, "price": 12.5,
            "image_url": "https://shop.example/1.png", "brand": "Acme", "variant": "red", "url": null,
        });
        let expected = json!({
            "productID": "7", "sku": "s-1", "category": "c-1", "name": "Lamp", "qty": 2, "itemPrice": 12.5,
            "imageUrl": "https://shop.example/1.png", "manufacturerName": "Acme", "properties": { "variant": "red" },
        });
        assert_eq!(body("Product Added", properties.clone()), expected);
        assert_eq!(body("Product Removed", properties), json!({ "productID": "7", "qty": 2 }));
    }

    #[test]
    fn an_order_has_its_items_its_discount_and_what_is_left_as_properties() {
        let properties = json!({
            "order_id": "o-1", "total": 9, "discount": 1.5, "tax": 2, "products": [{ "product_id": "p-1", "price": 9 }],
        });
        let expected = json!({
            "orderID": "o-1", "status": "Order Updated", "purchaseDate": "2026-01-02T03:04:05Z", "totalAmount": 9,
            "items": [{ "productID": "p-1", "itemPrice": 9 }], "properties": { "discount": 1.5, "tax": 2 },
            "discountApplication": { "type": "fixed", "amount": 1.5 },
        });
        assert_eq!(body("Order Updated", properties), expected);
        let bare = json!({ "orderID": "o-2", "status": "Order Refunded", "purchaseDate": "2026-01-02T03:04:05Z", "items": [], "properties": { "discount": 0 } });
        assert_eq!(body("Order Refunded", json!({ "order_id": "o-2", "discount": 0 })), bare);
    }

    #[test]
    fn what_has_no_id_is_not_sent_and_other_tracks_are_no_shop_s() {
        let event = |properties: Value| json!({ "properties": properties });
        for (name, properties) in [
            ("Product Added", json!({ "name": "Lamp" })),
            ("Product Removed", json!(null)),
            ("Order Completed", json!({ "products": [] })),
            ("Order Completed", json!({ "order_id": "o-1", "products": [{ "name": "Lamp" }] })),
        ] {
            let call = call(name, &event(properties), Map::new()).unwrap();
            assert!(matches!(call, Err(Unfit::Lacks(_))), "{name}: {call:?}");
        }
        assert!(call("Product Viewed", &event(json!({ "product_id": "p-1" })), Map::new()).is_none());
    }
}
