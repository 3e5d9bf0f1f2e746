//! Renders a [`RunReport`](crate::run::RunReport): for people as text, for machines as JSON and JUnit.
//!
//! All renderers show the same value and none decides anything. Each lists what did not apply, and why.

mod exchange;
pub mod json;
pub mod junit;
pub mod matrix;
mod style;
pub mod text;
