//! The cart of a contact: `/contacts/{key}/cart` and `/contacts/{key}/cartitems`.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::fields::{Kind, Reader, Schema};
use super::items::{self, Item};
use crate::account::State;
use crate::contacts::{Contact, decode, unknown_contact};
use crate::hints;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::{Call, Version};

/// The fields of a cart besides its items (official).
const CART: Schema = &[
    ("mcID", Kind::Text),
    ("customerID", Kind::Id),
    ("linkID", Kind::Text),
    ("cartID", Kind::Id),
    ("url", Kind::Text),
    ("expiration", Kind::Text),
    ("tax", Kind::Number),
];

/// What a contact is about to buy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cart {
    fields: Map<String, Value>,
    items: Vec<Item>,
    /// When it was last changed; decides between the carts of two contacts that become one.
    pub(crate) changed_at: Timestamp,
}

impl Cart {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        from: &Map<String, Value>,
        version: Version,
        now: Timestamp,
    ) -> Self {
        let fields = reader.read(from, CART, "");
        Self { fields, items: Item::read_all(reader, from, "cartitems", version), changed_at: now }
    }

    /// The cart as a contact shows it.
    pub(crate) fn to_json(&self) -> Value {
        let mut body = self.fields.clone();
        body.insert("cartitems".to_owned(), self.items.iter().map(Item::to_json).collect());
        body.insert("totalAmount".to_owned(), items::total(&self.items));
        Value::Object(body)
    }

    /// Adds an item; one that is there already becomes more (inferred).
    pub(crate) fn add(&mut self, item: Item) {
        let same = |other: &&mut Item| {
            other.text("productID") == item.text("productID") && other.text("sku") == item.text("sku")
        };
        match self.items.iter_mut().find(same) {
            Some(there) => {
                let quantity = there.quantity() + item.quantity();
                *there = item;
                there.set_quantity(quantity);
            }
            None => self.items.push(item),
        }
    }

    /// Takes out some of a product, of one variant where it is named; all of it where no quantity is given. Whether
    /// there was one.
    pub(crate) fn remove(&mut self, product: &str, sku: Option<&str>, quantity: Option<f64>) -> bool {
        let is_meant =
            |item: &Item| item.text("productID") == product && sku.is_none_or(|sku| item.text("sku") == sku);
        let Some(at) = self.items.iter().position(is_meant) else { return false };
        let left = quantity.map_or(0.0, |quantity| self.items[at].quantity() - quantity);
        if left > 0.0 {
            self.items[at].set_quantity(left);
        } else {
            self.items.remove(at);
        }
        true
    }
}

/// `POST /contacts/{key}/cart`: takes the place of the cart.
///
/// # Errors
/// 422 `Contact doesn't exist` (official) and field errors.
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    replace(call, &contact, state)
}

/// `PUT /contacts/{key}/cart`: takes the place of a cart that is there.
///
/// # Errors
/// As for a creation; 404 where there is no cart.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    contact.cart.as_ref().ok_or_else(no_cart)?;
    replace(call, &contact, state)
}

fn replace(call: &Call, contact: &Contact, state: &mut State) -> Result<Reply, Refusal> {
    let mut errors = FieldErrors::default();
    let zone = state.settings.timezone.zone();
    let mut reader = Reader { body: &call.body, zone, errors: &mut errors };
    let cart = Cart::read(&mut reader, &call.body.fields, call.version, call.now);
    if !call.body.fields.contains_key("cartitems") {
        errors.required("cartitems");
    }
    errors.into_result()?;
    state.put_cart(contact, Some(cart), call.now);
    Ok(Reply::success())
}

/// `DELETE /contacts/{key}/cart`.
///
/// # Errors
/// 422 `Contact doesn't exist`, 404 where there is no cart.
pub fn clear(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    contact.cart.as_ref().ok_or_else(no_cart)?;
    state.put_cart(&contact, None, call.now);
    Ok(Reply::success())
}

/// `POST /contacts/{key}/cartitems`: the reply is the item (official).
///
/// # Errors
/// 422 `Contact doesn't exist` and field errors.
pub fn add_item(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    let item = read_item(call, call.version, state)?;
    let reply = Reply::ok(&item.to_json());
    let mut cart = contact.cart.clone().unwrap_or_default();
    cart.add(item);
    state.put_cart(&contact, Some(cart), call.now);
    Ok(reply)
}

/// The item that a body is.
pub(crate) fn read_item(call: &Call, version: Version, state: &State) -> Result<Item, Refusal> {
    let mut errors = FieldErrors::default();
    let zone = state.settings.timezone.zone();
    let mut reader = Reader { body: &call.body, zone, errors: &mut errors };
    let item = Item::read(&mut reader, &Value::Object(call.body.fields.clone()), version, "");
    errors.into_result()?;
    // Without an error there is an item.
    item.ok_or_else(|| Refusal::message("The item must be an array."))
}

/// `DELETE /contacts/{key}/cartitems/{productID}[/{qty}[/{sku}]]`.
///
/// # Errors
/// 422 `Contact doesn't exist` or a quantity that is none; 404 where the cart has no such item.
pub fn remove_item(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let contact = find(call, state)?;
    let product = decode(call.param("productID"))?;
    let quantity = match call.param("qty") {
        "" => None,
        text => Some(
            text.parse().ok().filter(|quantity: &f64| quantity.is_finite() && *quantity > 0.0).ok_or_else(
                || {
                    let mut errors = FieldErrors::default();
                    errors.add("qty", "The qty must be a number.");
                    Refusal::from(errors)
                },
            )?,
        ),
    };
    let sku = decode(call.param("sku"))?;
    let mut cart = contact.cart.clone().ok_or_else(no_cart)?;
    if !cart.remove(&product, Some(sku.as_str()).filter(|sku| !sku.is_empty()), quantity) {
        return Err(Refusal::record_not_found()
            .because(format!("the cart holds no product `{product}` of that kind"))
            .hint(hints::name("product", &product, cart.items.iter().map(|item| item.text("productID")))));
    }
    state.put_cart(&contact, Some(cart), call.now);
    Ok(Reply::success())
}

impl State {
    /// Gives a contact this cart.
    pub(crate) fn put_cart(&mut self, contact: &Contact, cart: Option<Cart>, now: Timestamp) {
        let cart = cart.map(|cart| Cart { changed_at: now, ..cart });
        let changed = Contact { cart, last_modified: now, ..contact.clone() };
        // A cart identifies nobody, so that no other contact can stand in the way.
        let _ = self.put_contact(changed);
    }
}

fn find(call: &Call, state: &State) -> Result<Arc<Contact>, Refusal> {
    state
        .contact_in_path(call.param("key"))?
        .ok_or_else(|| unknown_contact(Refusal::messages("Contact doesn't exist"), call, state))
}

fn no_cart() -> Refusal {
    Refusal::record_not_found().because("the contact has no cart: POST one first")
}
