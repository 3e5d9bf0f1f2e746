//! `/orders`.

use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::fields::{Kind, Reader, Schema};
use super::items::{self, Item};
use super::{money, products};
use crate::account::{EMAIL_ADDRESS, State};
use crate::contacts::decode;
use crate::dates;
use crate::hints;
use crate::message::Reply;
use crate::query::{self, Page, TimeRange};
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::{Call, Version};
use crate::sorting;
use crate::world::ObjectId;

/// The fields of an order besides its id, its contact and its items (official).
const ORDER: Schema = &[
    ("purchaseDate", Kind::Date),
    ("status", Kind::Text),
    ("mcID", Kind::Text),
    ("linkID", Kind::Text),
    ("storeID", Kind::Id),
    ("customerID", Kind::Id),
    ("shippingAddress", Kind::Object),
    ("billingAddress", Kind::Object),
    ("discountApplication", Kind::Object),
    ("tax", Kind::Number),
    ("shippingAndHandling", Kind::Number),
    ("properties", Kind::Object),
];

/// Whether an order has this field.
pub(super) fn is_field(name: &str) -> bool {
    ORDER.iter().any(|(known, _)| *known == name)
}

/// What somebody bought.
#[derive(Debug, Clone)]
pub struct Order {
    /// Cordial's id of it.
    pub id: ObjectId,
    /// The sender's id of it, unique in the account.
    pub order_id: String,
    /// Whose it is.
    pub contact: ObjectId,
    fields: Map<String, Value>,
    items: Vec<Item>,
}

impl Order {
    /// The order as a state document and a reply have it, without what is the caller's to add.
    pub(crate) fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("orderID".to_owned(), json!(self.order_id));
        let mut fields = self.fields.clone();
        if let Some(date) = fields.shift_remove("purchaseDate") {
            body.insert("purchaseDate".to_owned(), date);
        }
        body.insert("items".to_owned(), self.items.iter().map(Item::to_json).collect());
        body.extend(fields);
        body.insert("totalAmount".to_owned(), items::total(&self.items));
        if let Some(discount) = self.discount() {
            body.insert("totalDiscountAmount".to_owned(), money::amount(discount));
        }
        body
    }

    fn render(&self, with_id: bool) -> Map<String, Value> {
        let mut body = Map::new();
        if with_id {
            body.insert("_id".to_owned(), json!(self.id.to_string()));
        }
        body.append(&mut self.body());
        body.insert("cID".to_owned(), json!(self.contact.to_string()));
        body
    }

    fn discount(&self) -> Option<f64> {
        let discount = self.fields.get("discountApplication")?;
        discount["amount"].as_f64().filter(|_| discount["type"] == "fixed")
    }

    fn purchased(&self) -> Option<Timestamp> {
        self.fields.get("purchaseDate")?.as_str()?.parse().ok()
    }

    /// What comes with a message: the message's id is part of the contact's (recorded), and items carry both.
    fn attribute_to_message(&mut self) {
        for field in ["mcID", "linkID"] {
            let Some(value) = self.fields.get(field).cloned() else { continue };
            self.items.iter_mut().for_each(|item| item.set(field, value.clone()));
        }
        if let Some(id) = self.fields.get("mcID").and_then(Value::as_str) {
            let message = id.splitn(4, ':').take(3).collect::<Vec<_>>().join(":");
            self.fields.insert("msID".to_owned(), json!(message));
        }
    }
}

/// An order's content, read from a body or a document.
pub(crate) struct Content {
    fields: Map<String, Value>,
    items: Vec<Item>,
}

impl Content {
    pub(super) fn read(reader: &mut Reader<'_>, from: &Map<String, Value>, version: Version) -> Self {
        let mut fields = reader.read(from, ORDER, "");
        read_discount(reader, &mut fields);
        let items = Item::read_all(reader, from, "items", version);
        Self { fields, items }
    }

    /// Fills in the date of the purchase where the sender left it out.
    pub(crate) fn with_purchase_date(mut self, at: Timestamp) -> Self {
        self.fields.entry("purchaseDate").or_insert_with(|| json!(dates::format(at)));
        self
    }

    pub(crate) fn into_order(self, id: ObjectId, order_id: String, contact: ObjectId) -> Order {
        let mut order = Order { id, order_id, contact, fields: self.fields, items: self.items };
        order.attribute_to_message();
        order
    }
}

/// A discount is `{ type: fixed, amount }` (official). One that could not be computed with would vanish in silence.
fn read_discount(reader: &mut Reader<'_>, fields: &mut Map<String, Value>) {
    let Some(Value::Object(discount)) = fields.get_mut("discountApplication") else { return };
    if discount.is_empty() {
        fields.shift_remove("discountApplication");
        return;
    }
    let amount = discount.get("amount").map(|amount| reader.body.as_number(amount)).unwrap_or_default();
    if discount.get("type").is_none_or(|kind| kind != "fixed") {
        let text = "The selected discountApplication.type is invalid.";
        reader.errors.add("discountApplication.type", text);
    }
    if !amount.is_number() {
        reader.errors.add("discountApplication.amount", "The discountApplication.amount must be a number.");
    }
    discount.insert("amount".to_owned(), amount);
}

impl State {
    /// Stores an order, and with it what is new about the products that it names (vendor docs).
    pub(crate) fn put_order(&mut self, order: Order, call: &Call) {
        for item in &order.items {
            products::learn(item, self, call);
        }
        self.orders.insert(order.order_id.clone(), Arc::new(order));
    }
}

/// `POST /orders`: creates, never changes.
///
/// # Errors
/// 422 `ID must be unique` (recorded), `Contact doesn't exist`, and field errors.
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    check_triggers(call)?;
    let mut errors = FieldErrors::default();
    let order_id = call.body.text("orderID").filter(|id| !id.is_empty());
    let content = read(call, state, &mut errors, &["purchaseDate"]);
    if order_id.is_none() {
        errors.add("orderID", "The order id field is required.");
    }
    errors.into_result()?;
    let order_id = order_id.unwrap_or_default();
    if state.orders.contains_key(&order_id) {
        return Err(Refusal::messages("ID must be unique")
            .because(format!("there is an order {order_id}: PUT /orders/{order_id} changes it")));
    }
    let contact = state.contact_in_body(&call.body.fields)?.id;
    let id = state.fresh_id(call.ids, call.now);
    state.put_order(content.into_order(id, order_id, contact), call);
    Ok(Reply::success())
}

pub(crate) fn read(call: &Call, state: &State, errors: &mut FieldErrors, required: &[&str]) -> Content {
    let zone = state.settings.timezone.zone();
    let mut reader = Reader { body: &call.body, zone, errors };
    let content = Content::read(&mut reader, &call.body.fields, call.version);
    let missing: Vec<&str> =
        required.iter().copied().filter(|name| !call.body.fields.contains_key(*name)).collect();
    reader.require(&content.fields, &missing, "");
    content
}

fn check_triggers(call: &Call) -> Result<(), Refusal> {
    if call.body.fields.contains_key("suppressTriggers") && call.body.bool("suppressTriggers").is_none() {
        return Err(Refusal::messages("Incorrect value for suppressTriggers"));
    }
    Ok(())
}

/// `PUT /orders/{id}`: what is sent takes the place of what was there. The attribution to a message is lost where it
/// is not sent again (a client of Cordial's own warns of it).
///
/// # Errors
/// v1: 404 for an unknown order; v2, whose description has no 404 here: 422 `Order not found`.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    check_triggers(call)?;
    let before = find(call, state)?.ok_or_else(|| {
        let refusal = match call.version {
            Version::V1 => Refusal::record_not_found(),
            Version::V2 => Refusal::messages("Order not found"),
        };
        unknown(refusal, call, state)
    })?;
    let mut errors = FieldErrors::default();
    let content = read(call, state, &mut errors, &[]);
    errors.into_result()?;
    let contact = match state.identifiers_in_body(&call.body.fields).is_empty() {
        true => before.contact,
        false => state.contact_in_body(&call.body.fields)?.id,
    };
    change(&before, content, contact, call, state);
    Ok(Reply::success())
}

/// The order with what was sent in the place of what was there.
pub(crate) fn change(before: &Order, content: Content, contact: ObjectId, call: &Call, state: &mut State) {
    let mut fields = before.fields.clone();
    for lost in ["mcID", "linkID", "msID"] {
        fields.shift_remove(lost);
    }
    fields.extend(content.fields);
    let items = if call.body.fields.contains_key("items") { content.items } else { before.items.clone() };
    let order = Content { fields, items }.into_order(before.id, before.order_id.clone(), contact);
    state.put_order(order, call);
}

/// `GET /orders/{id}`.
///
/// # Errors
/// 404 (recorded).
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let order = find(call, state)?.ok_or_else(|| unknown(Refusal::record_not_found(), call, state))?;
    Ok(Reply::ok(&Value::Object(query::select(order.render(true), &call.query))))
}

/// `GET /orders`: an array, without `_id` (recorded).
///
/// # Errors
/// 404 when none matches; 422 `Time value is incorrect` (official).
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let page = Page::read(&call.query)?;
    let range = TimeRange::read(&call.query, "purchaseDate", state.settings.timezone.zone())?;
    let mut matching: Vec<Arc<Order>> = state
        .orders
        .values()
        .filter(|order| is_whose(order, call, state))
        .filter(|order| order.purchased().is_none_or(|at| range.contains(at)))
        .cloned()
        .collect();
    if matching.is_empty() {
        return Err(Refusal::record_not_found()
            .because("no order matches the filters")
            .hint(hint(call, state)));
    }
    matching.sort_by_key(|order| order.id);
    sorting::sort(&mut matching, &call.query, |order, key| order.render(true).shift_remove(key));
    let body: Value = page
        .of(&matching)
        .iter()
        .map(|order| Value::Object(query::select(order.render(false), &call.query)))
        .collect();
    Ok(query::with_count(Reply::ok(&body), &call.query, matching.len()))
}

/// What is wrong with the filters, where one of them names nobody.
fn hint(call: &Call, state: &State) -> Option<String> {
    [("cID", "cID"), ("email", EMAIL_ADDRESS)].into_iter().find_map(|(filter, key)| {
        let value = call.query.get(filter).filter(|value| state.contacts.find(key, value).is_none())?;
        hints::contact(key, value, state)
    })
}

fn is_whose(order: &Order, call: &Call, state: &State) -> bool {
    let by = |key: &str, value: &str| {
        state.contacts.find(key, value).is_some_and(|contact| contact.id == order.contact)
    };
    call.query.get("cID").is_none_or(|id| by("cID", id))
        && call.query.get("email").is_none_or(|email| by(EMAIL_ADDRESS, email))
}

/// `DELETE /orders/{id}`.
///
/// # Errors
/// 400 `Order not found` (recorded).
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let order = find(call, state)?.ok_or_else(|| {
        let refusal = Refusal::messages("Order not found").with_status(StatusCode::BAD_REQUEST);
        unknown(refusal, call, state)
    })?;
    state.orders.remove(&order.order_id);
    Ok(Reply::success())
}

fn find(call: &Call, state: &State) -> Result<Option<Arc<Order>>, Refusal> {
    Ok(state.orders.get(&decode(call.param("id"))?).cloned())
}

/// The refusal with what the journal says of the order that is not there.
fn unknown(refusal: Refusal, call: &Call, state: &State) -> Refusal {
    let id = call.param("id");
    refusal
        .because(format!("no order is named `{id}`: orders are named by their orderID"))
        .hint(hints::encoded_name("order", id, state.orders.keys()))
}
