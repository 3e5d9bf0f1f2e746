//! One connection at full speed, with contacts of its own, so that it knows what has to be found in the end.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::time::timeout;

use crate::faults;
use crate::shared::wire::{Connection, Template};
use crate::tally::{Outcome, Tally};

/// The account that all clients share.
pub(crate) const KEY: &str = "soak";
/// Contacts of each client.
const CONTACTS: usize = 200;
/// Activities of each client: unlike the journal, they are not bounded by the mock.
const ACTIVITIES: u64 = 500;

/// How long a reply may take: far longer than any fault holds one up, so that the run ends whatever the mock does.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client and what it was told.
pub(crate) struct Client {
    address: SocketAddr,
    tally: Arc<Tally>,
    contacts: Vec<Contact>,
    /// Accepted activities.
    pub(crate) activities: u64,
}

/// A contact and its writes.
struct Contact {
    address: String,
    upsert: Template,
    get: Template,
    activity: Template,
    accepted: Option<u64>,
    /// The last write whose reply did not come: it may have been taken.
    open: Option<u64>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, number: usize, tally: Arc<Tally>) -> Self {
        let contacts = (0..CONTACTS).map(|contact| Contact::new(number * CONTACTS + contact)).collect();
        Self { address, tally, contacts, activities: 0 }
    }

    /// Writes and reads its contacts in turns until the time is over.
    pub(crate) async fn run(mut self, until: Instant) -> Self {
        let mut connection = Connection::open(self.address).await.unwrap();
        let mut write = 0;
        while Instant::now() < until {
            write += 1;
            for contact in &mut self.contacts {
                let mut wire =
                    Wire { address: self.address, connection: &mut connection, tally: &self.tally };
                contact.write(&mut wire, write).await;
                contact.read(&mut wire).await;
            }
            let mut wire = Wire { address: self.address, connection: &mut connection, tally: &self.tally };
            for contact in self.contacts.iter_mut().filter(|contact| contact.accepted.is_some()).take(10) {
                if self.activities < ACTIVITIES {
                    self.activities += u64::from(contact.act(&mut wire).await);
                }
            }
        }
        self
    }

    /// How many of its contacts are not as they have to be, where `found` are the values by address.
    pub(crate) fn lost(&self, found: &HashMap<String, String>) -> usize {
        self.contacts.iter().filter(|contact| !contact.is_as_written(found.get(&contact.address))).count()
    }
}

impl Contact {
    fn new(number: usize) -> Self {
        let address = format!("soak-{number}@example.com");
        let authorization = format!("Basic {}", STANDARD.encode(format!("{KEY}:")));
        let template = |method, path: &str, body: &str| Template::new(method, path, &authorization, body);
        let upsert = format!(r#"{{"channels":{{"email":{{"address":"{address}"}}}},"visit":"NNNNNNNN"}}"#);
        let activity = format!(r#"{{"a":"Visited","email":"{address}"}}"#);
        Self {
            upsert: template("POST", "/v2/contacts", &upsert),
            get: template("GET", &format!("/v2/contacts/{address}"), ""),
            activity: template("POST", "/v2/contactactivities", &activity),
            address,
            accepted: None,
            open: None,
        }
    }

    async fn write(&mut self, wire: &mut Wire<'_>, value: u64) {
        match wire.send(self.upsert.with(value)).await {
            Outcome::Status(200 | 201) => (self.accepted, self.open) = (Some(value), None),
            Outcome::Broken | Outcome::Silent => self.open = Some(value),
            Outcome::Status(faults::STATUS) => {}
            other @ Outcome::Status(_) => wire.tally.unexplained(other, "an upsert"),
        }
    }

    async fn read(&mut self, wire: &mut Wire<'_>) {
        match wire.send(self.get.with(0)).await {
            Outcome::Status(200) | Outcome::Broken | Outcome::Silent => {}
            Outcome::Status(404) if self.accepted.is_none() => {}
            other @ Outcome::Status(_) => wire.tally.unexplained(other, "a read"),
        }
    }

    /// Adds an activity; `true` when it was accepted.
    async fn act(&mut self, wire: &mut Wire<'_>) -> bool {
        let outcome = wire.send(self.activity.with(0)).await;
        if !matches!(outcome, Outcome::Status(201)) {
            wire.tally.unexplained(outcome, "an activity");
            return false;
        }
        true
    }

    fn is_as_written(&self, found: Option<&String>) -> bool {
        let value = found.and_then(|found| found.parse().ok());
        value == self.accepted || (value.is_some() && value == self.open)
    }
}

/// A connection that is opened again when it breaks.
struct Wire<'a> {
    address: SocketAddr,
    connection: &'a mut Connection,
    tally: &'a Tally,
}

impl Wire<'_> {
    async fn send(&mut self, request: &[u8]) -> Outcome {
        let outcome = match timeout(PATIENCE, self.connection.exchange(request)).await {
            Ok(Ok(status)) => Outcome::Status(status),
            Ok(Err(_)) => Outcome::Broken,
            Err(_) => Outcome::Silent,
        };
        if !matches!(outcome, Outcome::Status(_)) {
            *self.connection = Connection::open(self.address).await.unwrap();
        }
        self.tally.count(outcome);
        outcome
    }
}
