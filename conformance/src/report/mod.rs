//! Renders a [`RunReport`](crate::run::RunReport): for people as text, HTML and Markdown, for machines as JSON and
//! JUnit.
//!
//! All renderers show the same value and none decides anything. Each lists what did not apply, and why.

mod causes;
mod exchange;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod matrix;
mod style;
pub mod text;
