//! A running mock, to be embedded in a test or held by the program.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::account::{Account, AccountClock, Accounts, Document, KeyError, StateError};
use crate::control;
use crate::dispatch::Service;
use crate::faults::Fault;
use crate::journal::{Excerpt, JournalEntry, JournalLimits, Range};
use crate::transport::{self, Limits};
use crate::world::{Clock, IdStamp};

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The seed describes no state that an account can have.
    #[error("the seed is refused: {0}")]
    Seed(#[from] StateError),
    /// A key of the strict ones opens no account.
    #[error("`{key}`: {error}")]
    Key {
        /// The key.
        key: String,
        /// What is wrong with it.
        error: KeyError,
    },
    /// The address could not be bound.
    #[error("cannot listen on {address}: {error}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// The routes table contradicts itself: a fault of the mock.
    #[error("the routes table is broken: {0}")]
    Routes(#[from] matchit::InsertError),
}

/// Settings of a mock that is about to start. Each has a default that fits a test.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    listen: Option<SocketAddr>,
    seed: Option<Value>,
    clock: Clock,
    id_seed: Option<u64>,
    strict: Option<BTreeSet<String>>,
    journal: JournalLimits,
    limits: Limits,
}

impl Builder {
    /// The address to listen on; a free port of 127.0.0.1 by default.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// The state that every account starts with: a document as a seed file holds it. Empty by default.
    #[must_use]
    pub fn seed(mut self, document: Value) -> Self {
        self.seed = Some(document);
        self
    }

    /// The clock; the machine's by default.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Makes ids the same in every run. Without, they differ.
    #[must_use]
    pub fn id_seed(mut self, seed: u64) -> Self {
        self.id_seed = Some(seed);
        self
    }

    /// Takes these API keys only. Without, every well-formed key opens an account of its own.
    #[must_use]
    pub fn strict_keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.strict = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// How many entries each account's journal keeps; 10,000 by default.
    #[must_use]
    pub fn journal_max_entries(mut self, entries: usize) -> Self {
        self.journal.entries = entries;
        self
    }

    /// How many bytes each account's journal keeps; 64 MiB by default.
    #[must_use]
    pub fn journal_max_bytes(mut self, bytes: usize) -> Self {
        self.journal.bytes = bytes;
        self
    }

    /// The most bytes of a request's body; 10 MiB by default. More is a 413.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// How slow a client may be, and the other limits of [`Limits`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Starts the mock on the running Tokio runtime. It takes requests when this returns.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(self) -> Result<MockCordial, StartError> {
        let seed = match &self.seed {
            None => Document::default(),
            Some(document) => Document::from_json(document)?,
        };
        let seed = seed.into_state(IdStamp::new(self.id_seed, "seed"), self.clock.now())?;
        let accounts = Accounts::new(seed, self.clock, self.id_seed, self.strict.clone(), self.journal);
        for key in self.strict.into_iter().flatten() {
            accounts.open(&key).map_err(|error| StartError::Key { key, error })?;
        }
        let service = Arc::new(Service::new(accounts)?);
        let address = self.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        let bind_error = |error| StartError::Bind { address, error };
        let listener = TcpListener::bind(address).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(transport::serve(listener, Arc::clone(&service), self.limits, stopped));
        Ok(MockCordial { url: format!("http://{address}"), address, service, stop, task })
    }
}

/// A running mock. It stops when it is dropped.
///
/// ```
/// use cordial_mock::MockCordial;
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mock = MockCordial::builder()
///     .seed(json!({ "attributes": [{ "key": "fname", "type": "string" }] }))
///     .start()
///     .await?;
///
/// // Any client, in any language: here the one of this test.
/// let reply = reqwest::Client::new()
///     .post(format!("{}/v2/contacts", mock.url()))
///     .basic_auth("my-key", Some(""))
///     .json(&json!({ "channels": { "email": { "address": "jane@example.com" } }, "fname": "Jane" }))
///     .send()
///     .await?;
/// assert_eq!(reply.status(), 201);
///
/// // What the client did to the account, and what went over the wire.
/// let account = mock.account("my-key")?;
/// assert_eq!(account.state()["contacts"][0]["attributes"]["fname"], "Jane");
/// assert_eq!(account.requests()[0].operation.as_deref(), Some("addContact"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MockCordial {
    url: String,
    address: SocketAddr,
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl MockCordial {
    /// Settings with their defaults.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens, without a slash at the end: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The account behind an API key; it opens when it is new.
    ///
    /// # Errors
    /// When a request with this key would be refused.
    pub fn account(&self, key: &str) -> Result<AccountHandle, KeyError> {
        self.service.accounts.open(key).map(AccountHandle)
    }

    /// Requests that carried no usable key, oldest first.
    #[must_use]
    pub fn unattributed_requests(&self) -> Vec<JournalEntry> {
        self.service.accounts.unattributed.read(Range::default()).requests
    }

    /// Takes no new connections, lets open requests end, and returns when the port is free.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        // The only error is a panic or an abort of the task: it has ended either way.
        let _ = self.task.await;
    }
}

/// One account of a running mock.
#[derive(Debug, Clone)]
pub struct AccountHandle(Arc<Account>);

impl AccountHandle {
    /// The whole state as a document.
    #[must_use]
    pub fn state(&self) -> Value {
        self.0.document()
    }

    /// Takes the place of the whole state.
    ///
    /// # Errors
    /// Names the place in the document that is wrong; nothing has changed then.
    pub fn replace_state(&self, document: &Value) -> Result<(), StateError> {
        self.0.replace(document)
    }

    /// Back to the seed, with an empty journal.
    pub fn reset(&self) {
        self.0.reset();
    }

    /// Adds a fault, given as `POST /__admin/faults` takes it, and returns its id.
    ///
    /// # Errors
    /// When it is no fault, or its id is taken.
    pub fn add_fault(&self, definition: Value) -> Result<String, String> {
        let fault: Fault = control::object(definition)?;
        self.0.state.lock().faults.add(fault)
    }

    /// Removes a fault, and lets go of what hangs by it; `false` when there is none with this id.
    pub fn remove_fault(&self, id: &str) -> bool {
        self.0.remove_fault(id)
    }

    /// Every fault, with what it did so far, as `GET /__admin/faults` shows it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.0.state.lock().faults.iter().cloned().collect()
    }

    /// Removes all faults, and lets go of what hangs.
    pub fn clear_faults(&self) {
        self.0.clear_faults();
    }

    /// The account's clock.
    #[must_use]
    pub fn clock(&self) -> &AccountClock {
        &self.0.clock
    }

    /// Saves the state under a name.
    pub fn save_snapshot(&self, name: &str) {
        self.0.save(name);
    }

    /// Goes back to a saved state; `false` when none has this name.
    #[must_use]
    pub fn restore_snapshot(&self, name: &str) -> bool {
        let saved = self.0.saved(name);
        let found = saved.is_some();
        if let Some(state) = saved {
            self.0.restore(state);
        }
        found
    }

    /// All requests that the journal holds, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<JournalEntry> {
        self.requests_after(0)
    }

    /// The requests past a cursor, oldest first.
    #[must_use]
    pub fn requests_after(&self, cursor: u64) -> Vec<JournalEntry> {
        self.journal(Range { after: cursor, ..Range::default() }).requests
    }

    /// A part of the journal, with what was dropped from it.
    #[must_use]
    pub fn journal(&self, range: Range) -> Excerpt {
        self.0.journal.read(range)
    }
}
