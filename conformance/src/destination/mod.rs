//! The destinations that come built in.
//!
//! [`reference`] and [`segment_classic`] follow the same contract and share nothing but the protocol: where they
//! leave different accounts behind, one of them is wrong. [`broken`] holds destinations that are wrong on purpose,
//! to show that the judge sees it.

pub mod broken;
pub mod reference;
pub mod segment_classic;
