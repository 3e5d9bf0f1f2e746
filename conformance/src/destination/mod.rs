//! The destinations that come built in.
//!
//! [`mod@reference`] and [`segment_classic`] follow the same contract and share nothing but the protocol: where they
//! leave different accounts behind, one of them is wrong. [`reference_actions`] follows the other contract.
//! [`broken`] holds destinations that are wrong on purpose, to show that the judge sees it.

pub mod broken;
pub(crate) mod client;
pub mod inline;
pub mod reference;
pub mod reference_actions;
pub mod segment_classic;

use std::sync::Arc;

use crate::driver::{Driver, InProcess};

/// The names of the destinations that a run judges when it is told of no other.
pub const BUILT_IN: [&str; 3] = ["reference", "segment-classic", "reference-actions"];

/// All destinations that come built in.
pub const NAMES: [&str; 4] = ["reference", "segment-classic", "reference-actions", "reference-inline"];

/// A driver of the built-in destination of this name; `None` when there is no such one.
///
/// # Errors
/// When the system gives the HTTP client nothing to start with.
pub fn built_in(name: &str) -> Result<Option<Arc<dyn Driver>>, reqwest::Error> {
    Ok(match name {
        "reference" => Some(Arc::new(InProcess::new(reference::Reference::new()?))),
        "reference-actions" => Some(Arc::new(InProcess::new(reference_actions::ReferenceActions::new()?))),
        "reference-inline" => Some(Arc::new(InProcess::new(inline::Inline::new()?))),
        "segment-classic" => Some(Arc::new(InProcess::new(segment_classic::SegmentClassic::new()?))),
        _ => None,
    })
}
