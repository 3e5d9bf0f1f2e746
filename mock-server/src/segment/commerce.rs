//! The half of the ingest that is about buying, and the merge of contacts (FACTS, "Segment ingest").

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::ingest::{NOBODY, contact, store};
use crate::account::State;
use crate::commerce::{carts, orders};
use crate::contacts::{Contact, MergeOptions};
use crate::input::Input;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::{Call, Version};

/// `POST /api/segment/addProductToCart`.
///
/// # Errors
/// 422 for an item that REST refuses too.
pub fn add_to_cart(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let call = &with_images(call);
    let item = carts::read_item(call, Version::V2, state)?;
    let Some((mut contact, created)) = contact(call, state) else { return Ok(ignored()) };
    let mut cart = contact.cart.take().unwrap_or_default();
    cart.add(item);
    cart.changed_at = call.now;
    contact.cart = Some(cart);
    store(contact, created, call, state)?;
    Ok(accepted())
}

/// `POST /api/segment/removeProductFromCart`: nothing happens where the cart holds no such product.
///
/// # Errors
/// 422 without a product or with a quantity that is none.
pub fn remove_from_cart(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut errors = FieldErrors::default();
    let product = call.body.text("productID").filter(|id| !id.is_empty());
    if product.is_none() {
        errors.required("productID");
    }
    let quantity = call.body.fields.get("qty").filter(|value| !value.is_null());
    let quantity = quantity.map(|quantity| quantity.as_f64().filter(|quantity| *quantity > 0.0));
    if quantity == Some(None) {
        errors.add("qty", "The qty must be a number.");
    }
    errors.into_result()?;
    let (product, quantity) = (product.unwrap_or_default(), quantity.flatten());
    let Some((mut contact, created)) = contact(call, state) else { return Ok(ignored()) };
    let removed = contact.cart.as_mut().is_some_and(|cart| cart.remove(&product, None, quantity));
    if let Some(cart) = contact.cart.as_mut().filter(|_| removed) {
        cart.changed_at = call.now;
    }
    store(contact, created, call, state)?;
    let why = (!removed).then(|| format!("the cart holds no product `{product}`: nothing to remove"));
    Ok(Reply { why, ..accepted() })
}

/// `POST /api/segment/upsertOrder`: an order with this id is changed, otherwise it is new.
///
/// # Errors
/// 422 for an order that REST refuses too.
pub fn upsert_order(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let call = &with_images(call);
    let mut errors = FieldErrors::default();
    let order_id = call.body.text("orderID").filter(|id| !id.is_empty());
    if order_id.is_none() {
        errors.required("orderID");
    }
    let content = orders::read(call, state, &mut errors, &[]);
    errors.into_result()?;
    let order_id = order_id.unwrap_or_default();
    let Some((contact, created)) = contact(call, state) else { return Ok(ignored()) };
    let owner = contact.id;
    store(contact, created, call, state)?;
    match state.orders.get(&order_id).cloned() {
        Some(before) => orders::change(&before, content, owner, call, state),
        None => {
            let id = state.fresh_id(call.ids, call.now);
            state.put_order(content.with_purchase_date(call.now).into_order(id, order_id, owner), call);
        }
    }
    Ok(accepted())
}

/// `POST /api/segment/mergeContacts`: whoever was known by `previousId` becomes one with whoever is known by
/// `segmentId`. How the service finds the two, and that the latter stays, is inferred.
///
/// # Errors
/// None: what identifies nobody is ignored.
pub fn merge(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let Some(key) = call.body.text("segmentIdKey").filter(|key| state.attributes.contains_key(key)) else {
        return Ok(ignored());
    };
    let known_by = |id: &str| {
        state.contact_with(&key, id).or_else(|| state.contacts.find_anonymous(id)).map(|contact| contact.id)
    };
    let id = |field: &str| call.body.text(field).filter(|id| !id.is_empty());
    let previous = id("previousId").or_else(|| id("anonymousId"));
    let source = previous.as_deref().and_then(known_by);
    let destination = id("segmentId").as_deref().and_then(known_by);
    match (source, destination) {
        (Some(source), Some(destination)) if source != destination => {
            state.merge_contacts(source, destination, MergeOptions::KEEP_DESTINATION, call.now);
        }
        (Some(source), None) => {
            // Nobody to merge with: the one there is takes the new id.
            if let Some((contact, id)) = state.contacts.get(source).cloned().zip(id("segmentId")) {
                let mut contact = Contact::clone(&contact);
                contact.attributes.insert(key, json!(id));
                store(contact, false, call, state)?;
            }
        }
        _ => return Ok(ignored()),
    }
    Ok(accepted())
}

/// The vendor's client sends one `imageUrl` where REST has a list of `images`.
fn with_images(call: &Call) -> Call {
    let mut body = call.body.fields.clone();
    rename_image(&mut body);
    for item in body.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(item) = item {
            rename_image(item);
        }
    }
    let mut call = call.clone();
    call.body = Input::from(body);
    call
}

fn rename_image(item: &mut Map<String, Value>) {
    if let Some(url @ Value::String(_)) = item.shift_remove("imageUrl") {
        item.entry("images").or_insert_with(|| json!([url]));
    }
}

/// These answer before they work (the vendor's own test stubs).
fn accepted() -> Reply {
    Reply::json(StatusCode::ACCEPTED, &json!({ "success": "success" }))
}

/// A request that identifies nobody is answered like any other: the service has not looked for anybody by then.
fn ignored() -> Reply {
    Reply { why: Some(NOBODY.to_owned()), ..accepted() }
}
