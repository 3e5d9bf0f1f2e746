//! What people buy: products, orders and carts (FACTS, "Orders and products").

pub mod carts;
pub(crate) mod document;
mod fields;
mod items;
mod money;
pub mod orders;
pub mod products;

pub use carts::Cart;
pub use orders::Order;
pub use products::Product;
