//! The account behind an API key: its state, its journal, its clock and its ids.

mod admission;
mod clock;
mod document;
mod registry;
mod settings;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

pub use admission::{KeySettings, Permission, Quota, RateLimit, Windows};
pub(crate) use clock::ClockChange;
pub use clock::{AccountClock, OutOfRange};
pub use document::{Document, StateError, normalize};
pub use registry::{Accounts, KeyError};
pub use settings::{EMAIL_ADDRESS, Settings, ZoneName};
pub use state::State;

use crate::faults::Hangs;
use crate::journal::Journal;
use crate::world::{Clock, IdStamp};

/// From how many contacts, activities and journal entries on freeing them is left to a thread.
const LARGE: usize = 1_000;

/// One account. Every API key has its own, so that tests with keys of their own never meet.
#[derive(Debug)]
pub struct Account {
    /// Where the account's time comes from.
    pub clock: AccountClock,
    /// What the account's ids have in common.
    pub ids: IdStamp,
    /// The state. Held for the time of one operation, never across an await.
    pub state: Mutex<State>,
    /// Which requests came.
    pub journal: Journal,
    /// Which requests hang.
    pub hangs: Hangs,
    initial: Arc<State>,
    /// States by name, to go back to.
    snapshots: Mutex<BTreeMap<String, State>>,
}

impl Account {
    pub(crate) fn new(clock: Clock, ids: IdStamp, initial: Arc<State>, journal: Journal) -> Self {
        Self {
            clock: AccountClock::new(clock),
            ids,
            state: Mutex::new(State::clone(&initial)),
            journal,
            hangs: Hangs::default(),
            initial,
            snapshots: Mutex::default(),
        }
    }

    /// The state as a document.
    #[must_use]
    pub fn document(&self) -> Value {
        let state = {
            let mut state = self.state.lock();
            state.run_due_jobs(self.ids, self.clock.now());
            state.clone()
        };
        Document::of(&state).to_json()
    }

    /// Takes the place of the whole state.
    ///
    /// # Errors
    /// Names the place in the document that is wrong; nothing has changed then.
    pub fn replace(&self, document: &Value) -> Result<(), StateError> {
        let state = Document::from_json(document)?.into_state(self.ids, self.clock.now())?;
        self.restore(state);
        Ok(())
    }

    /// Back to the seed, with an empty journal.
    pub fn reset(&self) {
        self.clock.reset();
        let state = self.swap(State::clone(&self.initial));
        let entries = self.journal.take();
        let size = state.size() + entries.len();
        free(size, (state, entries));
    }

    /// Saves the state under a name; one that has the name already gives way. It shares what it can: saving costs
    /// the same for an account of any size.
    pub fn save(&self, name: &str) {
        let state = self.state.lock().clone();
        let replaced = self.snapshots.lock().insert(name.to_owned(), state);
        if let Some(replaced) = replaced {
            free(replaced.size(), replaced);
        }
    }

    /// The state that was saved under a name.
    #[must_use]
    pub fn saved(&self, name: &str) -> Option<State> {
        self.snapshots.lock().get(name).cloned()
    }

    /// Forgets a saved state; `false` when none has this name.
    pub fn forget(&self, name: &str) -> bool {
        let state = self.snapshots.lock().remove(name);
        let found = state.is_some();
        if let Some(state) = state {
            free(state.size(), state);
        }
        found
    }

    /// The names of the saved states.
    #[must_use]
    pub fn saved_names(&self) -> Vec<String> {
        self.snapshots.lock().keys().cloned().collect()
    }

    /// Takes the place of the whole state with one that was saved, here or by another account.
    pub fn restore(&self, state: State) {
        let before = self.swap(state);
        free(before.size(), before);
    }

    /// Removes a fault, and lets go of what hangs by it; `false` when there is none with this id.
    pub fn remove_fault(&self, id: &str) -> bool {
        let mut state = self.state.lock();
        self.hangs.release(id);
        state.faults.remove(id)
    }

    /// Removes all faults, and lets go of what hangs.
    pub fn clear_faults(&self) {
        let mut state = self.state.lock();
        self.hangs.release_all();
        state.faults.clear();
    }

    fn swap(&self, state: State) -> State {
        let mut current = self.state.lock();
        self.hangs.release_all();
        std::mem::replace(&mut *current, state)
    }
}

/// Frees what was swapped out. For much of it that takes longer than the swap: nobody waits for it.
fn free(size: usize, what: impl Send + 'static) {
    if size > LARGE {
        // Without a thread to be had it is freed here.
        let _ = std::thread::Builder::new().spawn(move || drop(what));
    }
}
