//! Orders, products and carts as the state document has them: as the API shows them, with `contact` or `cID` for
//! whose it is.

use serde_json::{Map, Value};

use super::fields::Reader;
use super::{Cart, Order, Product, orders, products};
use crate::account::State;
use crate::dates;
use crate::input::Input;
use crate::refusal::FieldErrors;
use crate::routes::Version;
use crate::world::{IdStamp, ObjectId};

/// What the reader of a document needs besides it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) ids: IdStamp,
    pub(crate) now: jiff::Timestamp,
}

/// Fields that a document may have besides those of the API, and fields that are computed.
const OF_ORDERS: [&str; 8] =
    ["_id", "cID", "contact", "orderID", "items", "totalAmount", "totalDiscountAmount", "msID"];
const OF_PRODUCTS: [&str; 4] = ["_id", "productID", "variants", "totalQty"];

type Problem = (String, String);

/// Reads a cart.
pub(crate) fn read_cart(from: &Value, state: &State, context: Context) -> Result<Cart, Problem> {
    let from = object(from)?;
    with_reader(from, state, |reader, from| Cart::read(reader, from, Version::V1, context.now))
}

/// Reads an order.
pub(crate) fn read_order(from: &Value, state: &mut State, context: Context) -> Result<Order, Problem> {
    let from = object(from)?;
    refuse_unknown(from, |key| OF_ORDERS.contains(&key) || orders::is_field(key))?;
    let order_id = text(from, "orderID")?;
    let contact = match (from.get("cID"), from.get("contact")) {
        (Some(id), _) => id.as_str().and_then(|id| state.contacts.find("cID", id)),
        (None, Some(value)) => {
            value.as_str().and_then(|value| state.contacts.find(&state.settings.primary_key, value))
        }
        (None, None) => None,
    };
    let contact = contact
        .map(|contact| contact.id)
        .ok_or_else(|| ("contact".to_owned(), "no such contact: define it under `contacts`".to_owned()))?;
    let id = id(from, state, context)?;
    let content = with_reader(from, state, |reader, from| orders::Content::read(reader, from, Version::V1))?;
    Ok(content.with_purchase_date(context.now).into_order(id, order_id, contact))
}

/// Reads a product.
pub(crate) fn read_product(from: &Value, state: &mut State, context: Context) -> Result<Product, Problem> {
    let from = object(from)?;
    refuse_unknown(from, |key| {
        OF_PRODUCTS.contains(&key) || ["ct", "lm"].contains(&key) || products::is_field(key)
    })?;
    let product_id = text(from, "productID")?;
    let id = id(from, state, context)?;
    let content = with_reader(from, state, products::Content::read)?;
    let zone = state.settings.timezone.zone();
    let date = |key: &str| {
        from.get(key).and_then(Value::as_str).and_then(|text| dates::parse(text, zone)).unwrap_or(context.now)
    };
    let mut product = Product::new(id, product_id, date("ct"));
    product.merge(content, date("lm"));
    Ok(product)
}

/// An order with everything that reading it again needs.
pub(crate) fn write_order(order: &Order, state: &State) -> Value {
    let mut body = Map::from_iter([
        ("_id".to_owned(), Value::String(order.id.to_string())),
        ("cID".to_owned(), Value::String(order.contact.to_string())),
    ]);
    let contact = state.contacts.get(order.contact);
    if let Some(value) = contact.and_then(|contact| contact.identifier(&state.settings.primary_key)) {
        body.insert("contact".to_owned(), Value::String(value));
    }
    body.append(&mut order.body());
    Value::Object(body)
}

/// A product with everything that reading it again needs.
pub(crate) fn write_product(product: &Product) -> Value {
    let mut body = Map::from_iter([("_id".to_owned(), Value::String(product.id.to_string()))]);
    body.append(&mut product.body());
    body.insert("ct".to_owned(), Value::String(dates::format(product.created_at)));
    body.insert("lm".to_owned(), Value::String(dates::format(product.last_modified)));
    Value::Object(body)
}

fn with_reader<T>(
    from: &Map<String, Value>,
    state: &State,
    read: impl FnOnce(&mut Reader<'_>, &Map<String, Value>) -> T,
) -> Result<T, Problem> {
    let (body, mut errors) = (Input::default(), FieldErrors::default());
    let zone = state.settings.timezone.zone();
    let value = read(&mut Reader { body: &body, zone, errors: &mut errors }, from);
    match errors.first() {
        Some(problem) => Err(problem),
        None => Ok(value),
    }
}

fn object(from: &Value) -> Result<&Map<String, Value>, Problem> {
    from.as_object().ok_or_else(|| (String::new(), format!("expected an object, not {from}")))
}

fn refuse_unknown(from: &Map<String, Value>, is_known: impl Fn(&str) -> bool) -> Result<(), Problem> {
    match from.keys().find(|key| !is_known(key)) {
        Some(key) => {
            Err((key.clone(), "there is no such field: what is your own goes into `properties`".to_owned()))
        }
        None => Ok(()),
    }
}

fn text(from: &Map<String, Value>, key: &str) -> Result<String, Problem> {
    match from.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err((key.to_owned(), "it has to be there, as a text".to_owned())),
    }
}

fn id(from: &Map<String, Value>, state: &mut State, context: Context) -> Result<ObjectId, Problem> {
    match from.get("_id").and_then(Value::as_str) {
        Some(text) => text.parse().map_err(|error| ("_id".to_owned(), format!("`{text}`: {error}"))),
        None => Ok(state.fresh_id(context.ids, context.now)),
    }
}
