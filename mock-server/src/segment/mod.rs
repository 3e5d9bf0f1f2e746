//! The two ways in which Segment's events reach Cordial, named as Segment names its two destinations.

pub mod classic;
pub mod commerce;
pub mod identity;
pub mod ingest;
mod traits;
