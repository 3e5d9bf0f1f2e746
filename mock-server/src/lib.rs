//! An in-memory Cordial, to be embedded in a test: see [`MockCordial`]. The program `cordial-mock` is a thin shell
//! around it.
//!
//! How a request flows through this crate:
//!
//! 1. `transport`: the socket, limits on head, body and time; ends in a [`message::Request`].
//! 2. [`dispatch`]: [`authentication`] finds the account, [`routes`] the operation, [`input`] and [`query`] read the
//!    fields. `control` answers for the mock itself, under `/__admin/`.
//! 3. One file or folder per resource carries it out on the account's state: [`contacts`], [`contact_attributes`],
//!    [`account_lists`], [`contact_activities`], [`integrations`], and [`segment`] for events.
//! 4. [`account`] holds that state, one per API key, and its [`journal`]; [`world`] tells the time and makes ids.
//! 5. A [`message::Reply`], or a [`refusal::Refusal`] in one of Cordial's own error forms, goes back.
//!
//! "FACTS" in these documents means what is known about the real service; each route lists the kind of evidence it
//! stands on, and where nothing public settles a question (see [`routes::Route::differences`]).

pub mod account;
pub mod account_lists;
pub mod authentication;
pub mod commerce;
pub mod contact_activities;
pub mod contact_attributes;
pub mod contacts;
mod control;
mod dates;
pub mod dispatch;
mod email;
pub mod faults;
pub mod health;
mod hints;
pub mod imports;
pub mod input;
pub mod integrations;
pub mod jobs;
pub mod journal;
mod json;
pub mod message;
pub mod query;
pub mod refusal;
pub mod routes;
pub mod segment;
mod server;
mod sorting;
pub mod supplements;
mod transport;
pub mod world;

pub use account::{KeyError, StateError};
pub use journal::JournalEntry;
pub use server::{AccountHandle, Builder, MockCordial, StartError};
pub use transport::Limits;
pub use world::Clock;
