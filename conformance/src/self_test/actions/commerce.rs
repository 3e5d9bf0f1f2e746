//! Carts, orders and aliases.

use serde_json::{Map, Value, json};

use super::{ACTIVITIES, CONTACTS, OUTCOME, call, driver, instead, leave_out, mutant, object, swap};
use crate::destination::client::Outgoing;
use crate::self_test::Mutant;
use crate::self_test::behaviour::Behaviour;

const AREA: &str = "actions: commerce";
const ORDERS: &[&str] = &["state.orders"];

pub(super) fn mutants() -> Vec<Mutant> {
    [carts(), orders(), aliases()].into_iter().flatten().collect()
}

fn carts() -> Vec<Mutant> {
    vec![
        wire!(AREA, "fills-no-cart", CONTACTS, |request| leave_out(request, "addProductToCart", |_| true)),
        wire!(AREA, "adds-one-of-each", CONTACTS, |request| added(request, |item| {
            item.insert("qty".to_owned(), json!(1));
        })),
        wire!(AREA, "takes-the-sku-for-the-product", CONTACTS, |request| added(request, |item| {
            let sku = item["sku"].clone();
            item.insert("productID".to_owned(), sku);
        })),
        wire!(AREA, "forgets-the-price-in-the-cart", CONTACTS, |request| added(request, |item| {
            item.shift_remove("itemPrice");
        })),
        wire!(AREA, "prices-at-nought-what-has-no-price", CONTACTS, |request| added(request, |item| {
            item.entry("itemPrice").or_insert(json!(0));
        })),
        wire!(AREA, "fills-everybody-s-cart-for-jane", CONTACTS, |request| added(request, for_jane)),
        wire!(AREA, "adds-what-was-removed", &["result.outcome", "state.contacts"], |request| instead(
            request,
            "removeProductFromCart",
            "addProductToCart"
        )),
        wire!(AREA, "removes-the-whole-line", CONTACTS, |request| call(
            request,
            "removeProductFromCart",
            |item| {
                item.shift_remove("qty");
            }
        )),
        mutant(AREA, "fills-the-cart-with-what-was-looked-at", &["never.requests", "state.contacts"], || {
            let before: fn(&Value) -> Option<Value> =
                |event| renamed(event, "Product Viewed", "Product Added");
            driver(Behaviour { before: Some(before), ..Behaviour::default() })
        }),
        wire!(AREA, "records-no-activity-of-a-cart", ACTIVITIES, |request| leave_out(
            request,
            "createContactactivity",
            |body| begins(body, "action", "Product ")
        )),
    ]
}

fn orders() -> Vec<Mutant> {
    vec![
        wire!(AREA, "makes-no-order", ORDERS, |request| leave_out(request, "upsertOrder", |_| true)),
        wire!(AREA, "knows-completed-orders-only", ORDERS, |request| leave_out(
            request,
            "upsertOrder",
            |order| order["status"] != "Order Completed"
        )),
        wire!(AREA, "calls-every-order-completed", ORDERS, |request| order(request, |order| {
            order.insert("status".to_owned(), json!("Order Completed"));
        })),
        wire!(AREA, "makes-another-order-of-each-change", ORDERS, |request| order(request, |order| {
            let id = format!("{}-{}", text(order, "orderID"), text(order, "status"));
            order.insert("orderID".to_owned(), json!(id));
        })),
        wire!(AREA, "dates-orders-by-their-delivery", ORDERS, |request| order(request, |order| {
            order.shift_remove("purchaseDate");
        })),
        wire!(AREA, "forgets-the-discount", ORDERS, |request| order(request, |order| {
            order.shift_remove("discountApplication");
        })),
        wire!(AREA, "takes-the-discount-for-a-percentage", ORDERS, |request| order(request, |order| {
            if let Some(discount) = object(order, "discountApplication") {
                discount.insert("type".to_owned(), json!("percentage"));
            }
        })),
        wire!(AREA, "applies-a-discount-of-nought", ORDERS, |request| order(request, |order| {
            order.entry("discountApplication").or_insert(json!({ "type": "fixed", "amount": 0 }));
        })),
        wire!(AREA, "forgets-the-properties-of-an-order", ORDERS, |request| order(request, |order| {
            order.shift_remove("properties");
        })),
        wire!(AREA, "makes-a-property-of-the-total", ORDERS, |request| order(request, |order| {
            let total = order["totalAmount"].clone();
            if let Some(properties) = object(order, "properties") {
                properties.insert("total".to_owned(), total);
            }
        })),
        wire!(AREA, "orders-the-first-item-alone", ORDERS, |request| items(request, |items| {
            items.truncate(1);
        })),
        wire!(AREA, "forgets-the-quantities-of-an-order", ORDERS, |request| items(request, |items| {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.shift_remove("qty");
            }
        })),
        wire!(AREA, "orders-everything-for-jane", ORDERS, |request| order(request, for_jane)),
        mutant(AREA, "orders-what-was-looked-at", &["never.requests", "state.orders"], || {
            let before: fn(&Value) -> Option<Value> =
                |event| renamed(event, "Order Viewed", "Order Completed");
            driver(Behaviour { before: Some(before), ..Behaviour::default() })
        }),
        wire!(AREA, "records-no-activity-of-an-order", ACTIVITIES, |request| leave_out(
            request,
            "createContactactivity",
            |body| begins(body, "action", "Order ")
        )),
        wire!(AREA, "sends-prices-as-amounts-of-money", OUTCOME, |request| items(request, |items| {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.insert("itemPrice".to_owned(), json!(format!("€ {}", item["itemPrice"])));
            }
        })),
    ]
}

fn aliases() -> Vec<Mutant> {
    vec![
        wire!(AREA, "aliases-the-other-way-round", CONTACTS, |request| call(
            request,
            "mergeContacts",
            |body| swap(body, "previousId", "segmentId")
        )),
        wire!(AREA, "aliases-without-the-key", CONTACTS, |request| call(request, "mergeContacts", |body| {
            body.shift_remove("segmentIdKey");
        })),
        wire!(AREA, "ignores-aliases", CONTACTS, |request| leave_out(request, "mergeContacts", |_| true)),
        event!(AREA, "takes-an-alias-for-an-identify", CONTACTS, |event, _| {
            if event["type"] == "alias" {
                event["type"] = json!("identify");
            }
        }),
        mutant(AREA, "introduces-whoever-is-aliased", CONTACTS, || {
            let before: fn(&Value) -> Option<Value> = |event| {
                let who = json!({ "type": "identify", "userId": event["userId"] });
                (event["type"] == "alias").then_some(who)
            };
            driver(Behaviour { before: Some(before), ..Behaviour::default() })
        }),
    ]
}

fn added(request: &mut Outgoing, change: impl FnOnce(&mut Map<String, Value>)) {
    call(request, "addProductToCart", change);
}

fn order(request: &mut Outgoing, change: impl FnOnce(&mut Map<String, Value>)) {
    call(request, "upsertOrder", change);
}

fn items(request: &mut Outgoing, change: impl FnOnce(&mut Vec<Value>)) {
    order(request, |order| {
        if let Some(items) = order.get_mut("items").and_then(Value::as_array_mut) {
            change(items);
        }
    });
}

fn for_jane(body: &mut Map<String, Value>) {
    body.insert("userIdentities".to_owned(), json!({ "channels.email.address": "jane@example.com" }));
}

/// The same track under another name.
fn renamed(event: &Value, from: &str, to: &str) -> Option<Value> {
    let mut other = event.clone();
    other["event"] = json!(to);
    (event["event"] == from).then_some(other)
}

fn text<'a>(body: &'a Map<String, Value>, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn begins(body: &Map<String, Value>, field: &str, beginning: &str) -> bool {
    text(body, field).starts_with(beginning)
}
