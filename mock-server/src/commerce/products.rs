//! `/products`.

use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::fields::{Kind, Reader, Schema};
use super::items::Item;
use super::money;
use crate::account::State;
use crate::contacts::decode;
use crate::dates;
use crate::hints;
use crate::message::Reply;
use crate::query::{self, Page};
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::{Call, Version};
use crate::sorting;
use crate::world::ObjectId;

/// The fields of a product besides its id and its variants (official).
const PRODUCT: Schema = &[
    ("productName", Kind::Text),
    ("description", Kind::Text),
    ("price", Kind::Number),
    ("productType", Kind::Text),
    ("sale", Kind::Object),
    ("UPCCode", Kind::Text),
    ("category", Kind::Text),
    ("images", Kind::Texts),
    ("manufacturerName", Kind::Text),
    ("inStock", Kind::Bool),
    ("taxable", Kind::Bool),
    ("enabled", Kind::Bool),
    ("url", Kind::Text),
    ("tags", Kind::Texts),
    ("properties", Kind::Object),
];
const VARIANT: Schema = &[("sku", Kind::Text), ("attr", Kind::Object), ("qty", Kind::Number)];
/// The kinds of product (official).
const TYPES: [&str; 4] = ["physical", "digital", "subscription", "event"];
/// The number of the account, which v1 shows on products. The real one is whatever Cordial gave (inferred).
const ACCOUNT_ID: u32 = 1;

/// Whether a product has this field.
pub(super) fn is_field(name: &str) -> bool {
    PRODUCT.iter().any(|(known, _)| *known == name)
}

/// Something that can be bought.
#[derive(Debug, Clone)]
pub struct Product {
    /// Cordial's id of it.
    pub id: ObjectId,
    /// The sender's id of it: text, whatever was sent (recorded).
    pub product_id: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_modified: Timestamp,
    fields: Map<String, Value>,
    variants: Vec<Map<String, Value>>,
}

impl Product {
    pub(crate) fn new(id: ObjectId, product_id: String, now: Timestamp) -> Self {
        Self { id, product_id, created_at: now, last_modified: now, fields: Map::new(), variants: Vec::new() }
    }

    /// The product as a state document and a reply have it, without what is the caller's to add.
    pub(crate) fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("productID".to_owned(), json!(self.product_id));
        body.extend(self.fields.clone());
        body.insert("variants".to_owned(), json!(self.variants));
        body
    }

    fn render(&self, version: Version) -> Map<String, Value> {
        let mut body = Map::from_iter([("_id".to_owned(), json!(self.id.to_string()))]);
        body.append(&mut self.body());
        // An empty object is written as a list (recorded).
        for variant in body.get_mut("variants").and_then(Value::as_array_mut).into_iter().flatten() {
            if variant["attr"].as_object().is_some_and(Map::is_empty) {
                variant["attr"] = json!([]);
            }
        }
        if version == Version::V1 {
            body.insert("accountID".to_owned(), json!(ACCOUNT_ID));
        }
        body.insert("totalQty".to_owned(), self.total_quantity());
        body.insert("lm".to_owned(), json!(dates::format(self.last_modified)));
        body.insert("ct".to_owned(), json!(dates::format(self.created_at)));
        body
    }

    /// The sum over the variants, 1 for one without (recorded, as far as the recordings agree with each other).
    fn total_quantity(&self) -> Value {
        let of = |variant: &Map<String, Value>| {
            variant.get("qty").and_then(Value::as_str).and_then(|qty| qty.parse().ok()).unwrap_or(1.0)
        };
        money::amount(self.variants.iter().map(of).sum())
    }

    /// Takes over what is sent; the list of variants as a whole.
    pub(super) fn merge(&mut self, content: Content, now: Timestamp) {
        self.fields.extend(content.fields);
        if let Some(variants) = content.variants {
            self.variants = variants;
        }
        self.last_modified = now;
    }
}

/// A product's content, read from a body or a document.
pub(crate) struct Content {
    fields: Map<String, Value>,
    variants: Option<Vec<Map<String, Value>>>,
}

impl Content {
    pub(super) fn read(reader: &mut Reader<'_>, from: &Map<String, Value>) -> Self {
        let fields = reader.read(from, PRODUCT, "");
        if fields.get("productType").and_then(Value::as_str).is_some_and(|kind| !TYPES.contains(&kind)) {
            reader.errors.add("productType", "The selected product type is invalid.");
        }
        let variants = match from.get("variants") {
            None | Some(Value::Null) => None,
            Some(Value::Array(variants)) => {
                Some(variants.iter().enumerate().filter_map(|(at, one)| variant(reader, one, at)).collect())
            }
            Some(_) => {
                reader.errors.add("variants", "The variants must be an array.");
                None
            }
        };
        Self { fields, variants }
    }
}

/// A variant; its quantity is kept as text (recorded).
fn variant(reader: &mut Reader<'_>, from: &Value, at: usize) -> Option<Map<String, Value>> {
    let place = format!("variants.{at}.");
    let Value::Object(from) = from else {
        reader.errors.add(&format!("variants.{at}"), "The variants must be an array.");
        return None;
    };
    // A document has the quantity as it is kept.
    let mut from = from.clone();
    let number = from.get("qty").and_then(Value::as_str).and_then(|qty| qty.parse::<f64>().ok());
    // `inf` and `NaN` are numbers to Rust, and to nobody else.
    if let Some(number) = number.filter(|number| number.is_finite()) {
        from.insert("qty".to_owned(), money::amount(number));
    }
    let mut fields = reader.read(&from, VARIANT, &place);
    if from.get("sku").is_none_or(|sku| sku.is_null() || sku == "") {
        reader.errors.add(&format!("{place}sku"), "The sku field is required");
    }
    if let Some(quantity) = fields.get("qty").map(Value::to_string) {
        fields.insert("qty".to_owned(), json!(quantity));
    }
    Some(fields)
}

/// What an order tells about a product: that there is one, its name, category, price and variant (vendor docs say
/// that it does; which fields is inferred).
pub(super) fn learn(item: &Item, state: &mut State, call: &Call) {
    let key = item.text("productID").to_owned();
    let before = state.products.get(&key).map(|product| Product::clone(product));
    let mut product =
        before.unwrap_or_else(|| Product::new(state.fresh_id(call.ids, call.now), key.clone(), call.now));
    let named = [("name", "productName"), ("category", "category"), ("itemPrice", "price"), ("url", "url")];
    for (of_item, of_product) in named {
        if let Some(value) = item.fields().get(of_item) {
            product.fields.insert(of_product.to_owned(), value.clone());
        }
    }
    let sku = item.text("sku");
    if !product.variants.iter().any(|variant| variant.get("sku").is_some_and(|known| known == sku)) {
        let mut variant = Map::from_iter([("sku".to_owned(), json!(sku))]);
        if let Some(attr) = item.fields().get("attr") {
            variant.insert("attr".to_owned(), attr.clone());
        }
        product.variants.push(variant);
    }
    product.last_modified = call.now;
    state.products.insert(key, Arc::new(product));
}

/// `POST /products`: creates, or changes the one with this productID.
///
/// # Errors
/// 422 with the official texts.
pub fn upsert(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut errors = FieldErrors::default();
    let content = read(call, state, &mut errors);
    let product_id = call.body.text("productID").filter(|id| !id.is_empty());
    if product_id.is_none() {
        errors.add("productID", "The product id field is required.");
    }
    require_name(call, &mut errors);
    errors.into_result()?;
    let product_id = product_id.unwrap_or_default();
    let known = state.products.get(&product_id).map(|product| Product::clone(product));
    let created = known.is_none();
    let mut product = known
        .unwrap_or_else(|| Product::new(state.fresh_id(call.ids, call.now), product_id.clone(), call.now));
    product.merge(content, call.now);
    state.products.insert(product_id, Arc::new(product));
    let status = if created && call.version == Version::V2 { StatusCode::CREATED } else { StatusCode::OK };
    let message = if created { "product created" } else { "product updated" };
    Ok(Reply::json(status, &json!({ "success": true, "message": message })))
}

fn read(call: &Call, state: &State, errors: &mut FieldErrors) -> Content {
    let zone = state.settings.timezone.zone();
    Content::read(&mut Reader { body: &call.body, zone, errors }, &call.body.fields)
}

fn require_name(call: &Call, errors: &mut FieldErrors) {
    if call.body.fields.get("productName").is_none_or(|name| name.is_null() || name == "") {
        errors.add("productName", "The product name field is required.");
    }
}

/// `PUT /products/{productID}`. v2 wants the name (official), v1 does not (a client of Cordial's own sends
/// properties only).
///
/// # Errors
/// 404 for an unknown product, 422 as for a creation.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let found = find(call, state)?.ok_or_else(|| unknown(Refusal::record_not_found(), call, state))?;
    let mut product = Product::clone(&found);
    let mut errors = FieldErrors::default();
    let content = read(call, state, &mut errors);
    if call.version == Version::V2 {
        require_name(call, &mut errors);
    }
    errors.into_result()?;
    product.merge(content, call.now);
    state.products.insert(product.product_id.clone(), Arc::new(product));
    Ok(Reply::success())
}

/// `GET /products/{productID}`.
///
/// # Errors
/// 404 (recorded).
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let product = find(call, state)?.ok_or_else(|| unknown(Refusal::record_not_found(), call, state))?;
    Ok(Reply::ok(&Value::Object(query::select(product.render(call.version), &call.query))))
}

/// `GET /products`: an array (recorded).
///
/// # Errors
/// None there: 404 in v1, 400 in v2 (official), both with the text of a 404.
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let page = Page::read(&call.query)?;
    let mut all: Vec<Arc<Product>> = state.products.values().cloned().collect();
    if all.is_empty() {
        let refusal = Refusal::record_not_found().because("the account has no products");
        return Err(match call.version {
            Version::V1 => refusal,
            Version::V2 => refusal.with_status(StatusCode::BAD_REQUEST),
        });
    }
    all.sort_by_key(|product| product.id);
    sorting::sort(&mut all, &call.query, |product, key| product.render(call.version).shift_remove(key));
    let shown = page.of(&all).iter();
    let body: Value =
        shown.map(|one| Value::Object(query::select(one.render(call.version), &call.query))).collect();
    Ok(Reply::ok(&body))
}

/// `DELETE /products/{productID}`.
///
/// # Errors
/// 400 `Product not found` (recorded).
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let product = find(call, state)?.ok_or_else(|| {
        let refusal = Refusal::message("Product not found").with_status(StatusCode::BAD_REQUEST);
        unknown(refusal, call, state)
    })?;
    state.products.remove(&product.product_id);
    Ok(Reply::success())
}

fn find(call: &Call, state: &State) -> Result<Option<Arc<Product>>, Refusal> {
    Ok(state.products.get(&decode(call.param("productID"))?).cloned())
}

/// The refusal with what the journal says of the product that is not there.
fn unknown(refusal: Refusal, call: &Call, state: &State) -> Refusal {
    let id = call.param("productID");
    refusal
        .because(format!("no product is named `{id}`: products are named by their productID"))
        .hint(hints::encoded_name("product", id, state.products.keys()))
}
