//! How long it takes to swap the whole state of an account.

use std::time::{Duration, Instant};

use cordial_mock::{AccountHandle, MockCordial};
use serde_json::{Value, json};

use super::{load, requests};

/// Enough to fill the journal, which a reset empties.
const JOURNAL: u64 = 10_000;

/// The median time of a reset: of an account that alone holds its contacts, with a full journal.
pub(crate) fn reset(mock: &MockCordial, contacts: u64, rounds: usize) -> Duration {
    let account = mock.account("reset").unwrap();
    let document = document(contacts);
    median(rounds, || {
        account.replace_state(&document).unwrap();
        load::each(mock.address(), &requests::health("reset"), JOURNAL);
        time(|| account.reset())
    })
}

/// The median time of a restore, over a state that has changed since it was saved.
pub(crate) fn restore(mock: &MockCordial, contacts: u64, rounds: usize) -> Duration {
    let account = mock.account("restore").unwrap();
    account.replace_state(&document(contacts)).unwrap();
    account.save_snapshot("saved");
    median(rounds, || {
        load::each(mock.address(), &requests::upsert("restore"), JOURNAL);
        time(|| restored(&account))
    })
}

fn restored(account: &AccountHandle) {
    assert!(account.restore_snapshot("saved"));
}

fn document(contacts: u64) -> Value {
    let contact = |number: u64| json!({ "channels": { "email": { "address": requests::address(number) } }, "attributes": { "fname": "Jane" } });
    json!({ "attributes": requests::attributes(), "contacts": (0..contacts).map(contact).collect::<Value>() })
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(rounds: usize, mut measure: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<_> = (0..rounds).map(|_| measure()).collect();
    times.sort_unstable();
    times[rounds / 2]
}
