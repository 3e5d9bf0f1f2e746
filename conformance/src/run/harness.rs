//! The one mock server of a run, and how a single scenario is played on it.

use std::sync::Arc;
use std::time::Duration;

use cordial_mock::{AccountHandle, Clock, JournalEntry, MockCordial};
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::driver::{Driver, DriverError, DriverErrorKind};
use crate::protocol::{DeliveryResult, Settings};
use crate::scenario::Scenario;

use super::account_key::digest;
use super::events::complete;

/// The time that stands still during every run.
pub const CLOCK: &str = "2026-01-02T03:04:05Z";

/// The primary key of an account that does not say otherwise.
const DEFAULT_PRIMARY_KEY: &str = "channels.email.address";

/// Drivers have deadlines of their own. This one only keeps a run from hanging on a driver that has not, such as
/// an in-process destination that waits for ever.
const LAST_RESORT: Duration = Duration::from_secs(60);

/// The harness itself is at fault: no verdict of this run can be trusted.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HarnessFault(pub String);

/// An account could not be prepared as a scenario wants it.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The scenario's `given` is not a state that an account can have.
    #[error("scenario {scenario}: `given` is refused: {message}")]
    BadGiven {
        /// The scenario's id.
        scenario: String,
        /// Where and why.
        message: String,
    },
    /// The account could not be opened.
    #[error(transparent)]
    Fault(#[from] HarnessFault),
}

/// One mock server with a standing clock and known keys, and two addresses that are not Cordial.
#[derive(Debug)]
pub struct Harness {
    mock: MockCordial,
    /// Where redirects lead that nobody should follow with a key.
    elsewhere: MockCordial,
    /// An address of our own where nobody listens.
    refusing: TcpSocket,
}

/// Stands for the address of another host in a scenario's faults.
const ELSEWHERE: &str = "<elsewhere>";

/// One scenario as it was played: raw material for the judge.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account's API key.
    pub key: String,
    /// What the destination said about each event, or what kept it from saying so.
    pub results: Result<Vec<DeliveryResult>, DriverError>,
    /// The account at the end.
    pub state: Value,
    /// What reached the mock, up to the end of the scenario.
    pub exchanges: Vec<JournalEntry>,
    /// Requests that reached another host with an API key.
    pub elsewhere: Vec<String>,
    /// Whether the destination logged the account's API key.
    pub key_in_log: bool,
}

impl Harness {
    /// Starts a mock that knows just `keys`. A request with any other key is refused and counted as stray, so that
    /// a destination cannot get away with writing to an account that nobody looks at.
    pub async fn start(keys: impl IntoIterator<Item = String>, seed: u64) -> Result<Self, HarnessFault> {
        let clock =
            CLOCK.parse().map_err(|error| HarnessFault(format!("the fixed clock is not a time: {error}")))?;
        let mock = MockCordial::builder()
            .clock(Clock::fixed(clock))
            .id_seed(seed)
            .strict_keys(keys)
            .start()
            .await
            .map_err(|error| HarnessFault(format!("the mock did not start: {error}")))?;
        let elsewhere = MockCordial::builder()
            .strict_keys(["nobody"])
            .start()
            .await
            .map_err(|error| HarnessFault(format!("the other host did not start: {error}")))?;
        let refusing =
            refusing().map_err(|error| HarnessFault(format!("no address to refuse at: {error}")))?;
        Ok(Self { mock, elsewhere, refusing })
    }

    /// Where the mock listens.
    #[must_use]
    pub fn url(&self) -> &str {
        self.mock.url()
    }

    fn account(&self, key: &str) -> Result<AccountHandle, HarnessFault> {
        self.mock
            .account(key)
            .map_err(|error| HarnessFault(format!("the mock has no account for {key}: {error}")))
    }

    /// Puts the account of `key` into the state that `scenario` starts from.
    pub fn prepare(&self, scenario: &Scenario, key: &str) -> Result<(), PrepareError> {
        let account = self.account(key)?;
        let state = self.with_addresses(&scenario.given.state, key);
        account.replace_state(&state).map_err(|error| PrepareError::BadGiven {
            scenario: scenario.id.clone(),
            message: error.to_string(),
        })
    }

    /// Plays `scenario` on the account of `key`, which [`Harness::prepare`] has made ready.
    pub async fn play(
        &self,
        driver: &Arc<dyn Driver>,
        scenario: &Scenario,
        key: &str,
    ) -> Result<Attempt, HarnessFault> {
        let account = self.account(key)?;
        // Not the key: a destination may log which instance it works for, and must not log its key.
        let instance = format!("{}-{}", scenario.id, digest(key));
        let play = deliver_all(driver.as_ref(), scenario, &instance, self.settings(scenario, key));
        let results = tokio::time::timeout(LAST_RESORT, play).await.unwrap_or_else(|_| {
            Err(DriverError {
                kind: DriverErrorKind::Timeout,
                message: format!("the scenario did not end within {} s", LAST_RESORT.as_secs()),
                stderr: None,
            })
        });
        Ok(Attempt {
            key: key.to_owned(),
            results,
            state: account.state(),
            exchanges: account.requests(),
            elsewhere: self.carried_elsewhere(key),
            key_in_log: false,
        })
    }

    /// The state with the address of the other host, which every account has a path of its own at.
    fn with_addresses(&self, state: &Value, key: &str) -> Value {
        let text = state.to_string();
        if !text.contains(ELSEWHERE) {
            return state.clone();
        }
        // Not the key: it would stand in the redirect, and so in what a destination says about it.
        let address = format!("{}/{}", self.elsewhere.url(), digest(key));
        // An address holds nothing that JSON would have to escape.
        serde_json::from_str(&text.replace(ELSEWHERE, &address)).unwrap_or_else(|_| state.clone())
    }

    fn carried_elsewhere(&self, key: &str) -> Vec<String> {
        let has_key = |entry: &JournalEntry| {
            ["authorization", "x-api-key"].iter().any(|name| entry.request_headers.contains_key(*name))
        };
        let path = format!("/{}/", digest(key));
        let requests = self.elsewhere.unattributed_requests();
        requests
            .iter()
            .filter(|entry| entry.path.starts_with(&path) && has_key(entry))
            .map(|entry| format!("{} with an API key", entry.method))
            .collect()
    }

    /// What the account of `key` received after the first `seen` requests.
    pub fn late_requests(&self, key: &str, seen: &[JournalEntry]) -> Result<Vec<JournalEntry>, HarnessFault> {
        let cursor = seen.last().map_or(0, |entry| entry.cursor);
        Ok(self.account(key)?.requests_after(cursor))
    }

    /// Requests that carried the key of no scenario.
    #[must_use]
    pub fn stray_requests(&self) -> Vec<JournalEntry> {
        self.mock.unattributed_requests()
    }

    /// Stops the mock.
    pub async fn shutdown(self) {
        self.mock.shutdown().await;
        self.elsewhere.shutdown().await;
    }

    fn settings(&self, scenario: &Scenario, key: &str) -> Settings {
        let state = &scenario.given.state;
        let refusing = self.refusing.local_addr().ok().filter(|_| scenario.given.refused);
        Settings {
            endpoint: refusing
                .map_or_else(|| self.mock.url().to_owned(), |address| format!("http://{address}")),
            timeout_ms: scenario.given.timeout_ms,
            clock: Some(format!("{}/__admin/clock", self.mock.url())),
            api_key: key.to_owned(),
            primary_key: state["settings"]["primaryKey"].as_str().unwrap_or(DEFAULT_PRIMARY_KEY).to_owned(),
            segment_id_key: scenario.given.segment_id_key.clone(),
            integration: state.get("integration").filter(|integration| !integration.is_null()).cloned(),
        }
    }
}

/// A port that is taken, so that nobody else gets it, and that nobody listens on.
fn refusing() -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((std::net::Ipv4Addr::LOCALHOST, 0).into())?;
    Ok(socket)
}

/// Opens an instance, delivers the events one by one or all together, and waits until nothing is pending any more.
async fn deliver_all(
    driver: &dyn Driver,
    scenario: &Scenario,
    instance: &str,
    settings: Settings,
) -> Result<Vec<DeliveryResult>, DriverError> {
    driver.open(instance, &settings).await?;
    let events: Vec<Value> = scenario
        .when
        .iter()
        .enumerate()
        .map(|(position, event)| complete(event, &scenario.id, position))
        .collect();
    let at_once = if scenario.together { events.len() } else { 1 };
    let mut results = Vec::with_capacity(events.len());
    for delivery in events.chunks(at_once.max(1)) {
        let said = driver.deliver(instance, delivery).await?;
        if said.len() != delivery.len() {
            let wanted = match delivery.len() {
                1 => "one result for the one event".to_owned(),
                several => format!("one result for each of the {several} events that came together"),
            };
            let message = format!(
                "event {} of {}: expected {wanted}, got {}",
                results.len() + 1,
                events.len(),
                said.len()
            );
            return Err(DriverError { kind: DriverErrorKind::Protocol, message, stderr: None });
        }
        results.extend(said);
    }
    driver.drain(instance).await?;
    driver.close(instance).await?;
    Ok(results)
}

/// The exchange as a short line: `POST /v2/contacts -> 201`.
pub(super) fn one_line(entry: &JournalEntry) -> String {
    let query = if entry.query.is_empty() { String::new() } else { format!("?{}", entry.query) };
    format!("{} {}{query} -> {}", entry.method, entry.path, entry.status)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fixed_clock_is_a_time() {
        assert!(super::CLOCK.parse::<jiff::Timestamp>().is_ok());
    }
}
