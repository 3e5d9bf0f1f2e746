//! All accounts, by API key.

use std::collections::BTreeSet;
use std::sync::Arc;

use dashmap::DashMap;

use super::{Account, State};
use crate::journal::{Journal, JournalLimits};
use crate::world::{Clock, IdStamp};

/// The longest key that is taken for one.
const MAX_KEY_LENGTH: usize = 128;

/// Why a text does not open an account.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// Not 1 to 128 visible ASCII characters, or with a colon in it.
    #[error("an API key has 1 to 128 visible ASCII characters and no colon")]
    Malformed,
    /// The server takes listed keys only.
    #[error("the server runs with strict keys and this one is not among them: list it with --api-key")]
    NotListed,
}

/// The accounts of one server.
#[derive(Debug)]
pub struct Accounts {
    by_key: DashMap<String, Arc<Account>, foldhash::fast::RandomState>,
    strict: Option<BTreeSet<String>>,
    seed: Arc<State>,
    clock: Clock,
    id_seed: Option<u64>,
    limits: JournalLimits,
    /// The journal of requests that carried no usable key.
    pub unattributed: Arc<Journal>,
}

impl Accounts {
    /// No account yet; each opens with the state `seed` when its key is first used.
    pub(crate) fn new(
        seed: State,
        clock: Clock,
        id_seed: Option<u64>,
        strict: Option<BTreeSet<String>>,
        limits: JournalLimits,
    ) -> Self {
        Self {
            by_key: DashMap::default(),
            strict,
            seed: Arc::new(seed),
            clock,
            id_seed,
            limits,
            unattributed: Arc::new(Journal::new(limits)),
        }
    }

    /// The account of `key`, opened from the seed when it is new.
    ///
    /// # Errors
    /// When the key is malformed, or not listed on a strict server.
    pub fn open(&self, key: &str) -> Result<Arc<Account>, KeyError> {
        if let Some(account) = self.by_key.get(key) {
            return Ok(Arc::clone(&account));
        }
        if key.is_empty()
            || key.len() > MAX_KEY_LENGTH
            || !key.bytes().all(|b| b.is_ascii_graphic() && b != b':')
        {
            return Err(KeyError::Malformed);
        }
        if self.strict.as_ref().is_some_and(|keys| !keys.contains(key)) {
            return Err(KeyError::NotListed);
        }
        let account = self.by_key.entry(key.to_owned()).or_insert_with(|| {
            let ids = IdStamp::new(self.id_seed, key);
            Arc::new(Account::new(self.clock, ids, Arc::clone(&self.seed), Journal::new(self.limits)))
        });
        Ok(Arc::clone(&account))
    }

    /// The time of the server, for what belongs to no account.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }
}
