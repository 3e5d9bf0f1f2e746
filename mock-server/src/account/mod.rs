//! The account behind an API key: its state, its journal, its clock and its ids.

mod document;
mod registry;
mod settings;
mod state;

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

pub use document::{Document, StateError};
pub use registry::{Accounts, KeyError};
pub use settings::{EMAIL_ADDRESS, KeySettings, Settings, ZoneName};
pub use state::State;

use crate::journal::Journal;
use crate::world::{Clock, IdStamp};

/// From how many contacts on a state counts as large.
const LARGE: usize = 1_000;

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

    /// The state as a document.
    #[must_use]
    pub fn document(&self) -> Value {
        let state = self.state.lock().clone();
        Document::of(&state).to_json()
    }

    /// Takes the place of the whole state.
    ///
    /// # Errors
    /// Names the place in the document that is wrong; nothing has changed then.
    pub fn replace(&self, document: &Value) -> Result<(), StateError> {
        let state = Document::from_json(document)?.into_state(self.ids, self.clock.now())?;
        self.swap(state);
        Ok(())
    }

    /// Back to the seed, with an empty journal.
    pub fn reset(&self) {
        self.swap(State::clone(&self.initial));
        self.journal.clear();
    }

    fn swap(&self, state: State) {
        let before = std::mem::replace(&mut *self.state.lock(), state);
        // Freeing a large state takes longer than swapping it: nobody waits for that.
        if before.contacts.len() > LARGE {
            std::thread::spawn(move || drop(before));
        }
    }
}
