//! The mock as a client sees it: over real HTTP, one file per area.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it should be")]

mod account_lists;
mod activities;
mod attributes;
mod authentication;
mod bad_input;
mod carts;
mod contacts;
mod control_plane;
mod faults;
mod hints;
mod integrations;
mod jobs;
mod journal;
mod keys;
mod openapi;
mod orders;
mod process;
mod products;
mod refusals;
mod segment_classic;
mod segment_ingest;
mod snapshots;
mod supplements;
mod support;
mod time;
mod unserved;
