//! The account behind an API key: its state, its journal, its clock and its ids.

mod document;
mod registry;
mod settings;
mod state;

use std::sync::Arc;

use parking_lot::Mutex;

pub use document::{Document, StateError};
pub use registry::{Accounts, KeyError};
pub use settings::{EMAIL_ADDRESS, KeySettings, Settings, ZoneName};
pub use state::State;

use crate::journal::Journal;
use crate::world::{Clock, IdStamp};

/// One account. Every API key has its own, so that tests with keys of their own never meet.
#[derive(Debug)]
pub struct Account {
    /// Where the account's time comes from.
    pub clock: Clock,
    /// What the account's ids have in common.
    pub ids: IdStamp,
    /// The state. Held for the time of one operation, never across an await.
    pub state: Mutex<State>,
    /// Which requests came.
    pub journal: Journal,
    initial: Arc<State>,
}

impl Account {
    pub(crate) fn new(clock: Clock, ids: IdStamp, initial: Arc<State>, journal: Journal) -> Self {
        Self { clock, ids, state: Mutex::new(State::clone(&initial)), journal, initial }
    }

    /// Back to the seed, with an empty journal.
    pub fn reset(&self) {
        let before = std::mem::replace(&mut *self.state.lock(), State::clone(&self.initial));
        // Freeing a large state takes longer than swapping it: the caller does not wait for that.
        std::thread::spawn(move || drop(before));
        self.journal.clear();
    }
}
