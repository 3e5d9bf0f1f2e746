//! A line of an order or a cart.

use serde_json::{Map, Value};

use super::fields::{Kind, Reader, Schema};
use super::money;
use crate::routes::Version;

/// The fields of an item (official; a cart's item has the first of them only, and is not held to it).
const ITEM: Schema = &[
    ("productID", Kind::Id),
    ("sku", Kind::Text),
    ("category", Kind::Text),
    ("name", Kind::Text),
    ("description", Kind::Text),
    ("qty", Kind::Number),
    ("itemPrice", Kind::Number),
    ("salePrice", Kind::Number),
    ("url", Kind::Text),
    ("attr", Kind::Object),
    ("images", Kind::Texts),
    ("properties", Kind::Object),
    ("productType", Kind::Text),
    ("manufacturerName", Kind::Text),
    ("UPCCode", Kind::Text),
    ("tags", Kind::Texts),
    ("inStock", Kind::Bool),
    ("taxable", Kind::Bool),
    ("enabled", Kind::Bool),
];

/// A line: its fields as sent, with its amount.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item(Map<String, Value>);

impl Item {
    /// Reads one item that stands at `place` of the body. v2 wants a category (official), v1 does not (recorded).
    pub(super) fn read(reader: &mut Reader<'_>, from: &Value, version: Version, place: &str) -> Option<Self> {
        let Value::Object(from) = from else {
            let at = place.trim_end_matches('.');
            reader.errors.add(at, format!("The {at} must be an array."));
            return None;
        };
        let fields = reader.read(from, ITEM, place);
        let required: &[&str] = match version {
            Version::V1 => &["productID", "sku", "name"],
            Version::V2 => &["productID", "sku", "category", "name"],
        };
        // What is there and wrong has been complained about.
        let missing: Vec<&str> = required.iter().copied().filter(|name| !from.contains_key(*name)).collect();
        reader.require(&fields, &missing, place);
        let mut item = Self(fields);
        item.compute();
        Some(item)
    }

    /// Reads the list at `field` of `from`.
    pub(super) fn read_all(
        reader: &mut Reader<'_>,
        from: &Map<String, Value>,
        field: &str,
        version: Version,
    ) -> Vec<Self> {
        match from.get(field) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .filter_map(|(at, item)| Self::read(reader, item, version, &format!("{field}.{at}.")))
                .collect(),
            Some(_) => {
                reader.errors.add(field, format!("The {field} must be an array."));
                Vec::new()
            }
        }
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(super) fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    pub(super) fn set(&mut self, field: &str, value: Value) {
        self.0.insert(field.to_owned(), value);
    }

    /// How many; 1 where nothing is said (official).
    pub(super) fn quantity(&self) -> f64 {
        self.number("qty").unwrap_or(1.0)
    }

    /// Changes how many, and with it the amount.
    pub(super) fn set_quantity(&mut self, quantity: f64) {
        self.set("qty", money::amount(quantity));
        self.compute();
    }

    fn number(&self, field: &str) -> Option<f64> {
        self.0.get(field).and_then(Value::as_f64)
    }

    /// `amount` is quantity times price, whatever was sent (vendor docs), and 0 without a price (recorded).
    fn compute(&mut self) {
        let amount = self.quantity() * self.number("itemPrice").unwrap_or(0.0);
        self.set("amount", money::amount(amount));
    }
}

/// The sum of the amounts.
pub(super) fn total(items: &[Item]) -> Value {
    money::amount(items.iter().filter_map(|item| item.number("amount")).sum())
}
