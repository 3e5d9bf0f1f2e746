//! Orders, products and carts: exact, but for what the server computes or assigns.

use serde_json::{Map, Value};

use super::compare::{is_open, list, objects};
use super::difference::Differences;

/// What the server adds to a line of an order or a cart.
const OF_LINES: [&str; 3] = ["amount", "mcID", "linkID"];

/// How one kind of thing is compared.
struct Kind {
    collection: &'static str,
    /// The field that tells one from the other.
    key: &'static str,
    /// Fields that are judged only where an expectation names them.
    assigned: &'static [&'static str],
    /// The field that holds lines.
    lines: &'static str,
}

const ORDERS: Kind = Kind {
    collection: "orders",
    key: "orderID",
    assigned: &["_id", "cID", "totalAmount", "totalDiscountAmount", "msID"],
    lines: "items",
};
const PRODUCTS: Kind =
    Kind { collection: "products", key: "productID", assigned: &["_id", "ct", "lm"], lines: "variants" };
const CART: Kind = Kind { collection: "cart", key: "", assigned: &["totalAmount"], lines: "cartitems" };

pub(super) fn orders(expected: &[Value], got: &[Value], differences: &mut Differences) {
    ORDERS.all(expected, got, differences);
}

pub(super) fn products(expected: &[Value], got: &[Value], differences: &mut Differences) {
    PRODUCTS.all(expected, got, differences);
}

/// No cart is expected where none is named, and an empty one is as good as none.
pub(super) fn cart(
    place: &str,
    expected: Option<&Value>,
    got: Option<&Value>,
    differences: &mut Differences,
) {
    let place = format!("{place}.cart");
    match (expected, got) {
        (Some(expected), Some(got)) => CART.one(&place, expected, got, differences),
        (None, Some(got)) if list(got, "cartitems").is_empty() => {}
        (None, None) => {}
        (expected, got) => differences.differ(&place, expected, got),
    }
}

impl Kind {
    fn all(&self, expected: &[Value], got: &[Value], differences: &mut Differences) {
        let place =
            |item: &Value| format!("{}[{}]", self.collection, item[self.key].as_str().unwrap_or_default());
        let find = |items: &'_ [Value], like: &Value| {
            items.iter().find(|item| item[self.key] == like[self.key]).cloned()
        };
        for wanted in expected {
            match find(got, wanted) {
                Some(held) => self.one(&place(wanted), wanted, &held, differences),
                None => differences.differ(&place(wanted), Some(wanted), None),
            }
        }
        for held in got.iter().filter(|held| find(expected, held).is_none()) {
            differences.differ(&place(held), None, Some(held));
        }
    }

    fn one(&self, place: &str, expected: &Value, got: &Value, differences: &mut Differences) {
        let wanted = without(expected, |key| key == "open" || key == self.lines);
        let held = without(got, |key| key == self.lines || is_extra(key, self.assigned, &wanted));
        objects(place, &wanted, &held, is_open(expected), differences);
        let (wanted, held) = (list(expected, self.lines), list(got, self.lines));
        for at in 0..wanted.len().max(held.len()) {
            let place = format!("{place}.{}[{at}]", self.lines);
            match (wanted.get(at), held.get(at)) {
                (Some(wanted), Some(held)) => {
                    let open = is_open(wanted);
                    let wanted = without(wanted, |key| key == "open");
                    let held = without(held, |key| is_extra(key, &OF_LINES, &wanted));
                    objects(&place, &wanted, &held, open, differences);
                }
                (wanted, held) => differences.differ(&place, wanted, held),
            }
        }
    }
}

fn is_extra(key: &str, assigned: &[&str], wanted: &Map<String, Value>) -> bool {
    assigned.contains(&key) && !wanted.contains_key(key)
}

/// An empty object says as much as none.
fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

fn without(value: &Value, is_left_out: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut fields = value.as_object().cloned().unwrap_or_default();
    fields.retain(|key, value| !is_left_out(key) && !is_empty(value));
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(fields: Value) -> Value {
        let mut order =
            json!({ "orderID": "o", "contact": "a@example.com", "items": [{ "sku": "s", "qty": 2 }] });
        order.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        order
    }

    fn found(expected: Value, got: Value) -> String {
        let mut differences = Differences::default();
        orders(&[expected], &[got], &mut differences);
        differences.into_vec().join("\n")
    }

    #[test]
    fn what_the_server_computes_is_judged_where_it_is_named() {
        let got =
            order(json!({ "_id": "1", "totalAmount": 5, "items": [{ "sku": "s", "qty": 2, "amount": 5 }] }));
        assert_eq!(found(order(json!({})), got.clone()), "");
        assert!(found(order(json!({ "totalAmount": 6 })), got).contains("orders[o].totalAmount"));
    }

    #[test]
    fn an_empty_object_says_as_much_as_none() {
        assert_eq!(found(order(json!({})), order(json!({ "shippingAddress": {} }))), "");
        assert_eq!(found(order(json!({ "shippingAddress": {} })), order(json!({}))), "");
    }

    #[test]
    fn a_field_too_many_a_line_too_few_and_another_order_are_seen() {
        assert!(found(order(json!({})), order(json!({ "tax": 1 }))).contains("orders[o].tax"));
        assert!(found(order(json!({})), order(json!({ "items": [] }))).contains("orders[o].items[0]"));
        let other = found(order(json!({})), order(json!({ "orderID": "p" })));
        assert!(other.contains("orders[o]") && other.contains("orders[p]"), "{other}");
    }
}
