//! Drives any Segment destination for Cordial against a mock Cordial and judges what reached it.
//!
//! How a run flows through this crate:
//!
//! 1. [`scenario`]: the contract as data, read from YAML, with errors that name the line and the fix.
//! 2. [`driver`]: how a destination is spoken to (in process, over stdio, over HTTP), by the one
//!    [`protocol`].
//! 3. [`run`]: gives every scenario an account of its own on one mock server and runs them all at once.
//! 4. [`judge`]: compares what the scenario expects with what reached the mock.
//! 5. [`trace`]: the canonical form of the wire exchange, which [`snapshot`] files keep.
//! 6. [`report`]: renders the outcome for people (text) and for machines (JSON, JUnit).
//!
//! [`destination`] holds the destinations that come built in.

pub mod cli;
pub mod destination;
pub mod driver;
pub mod judge;
pub mod protocol;
pub mod report;
pub mod run;
pub mod scenario;
pub mod self_test;
pub mod snapshot;
pub mod trace;
mod yaml;
