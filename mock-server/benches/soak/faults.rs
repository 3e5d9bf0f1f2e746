//! Faults that never run out: when all of them have struck as often as they may, they are added again.

use std::time::{Duration, Instant};

use cordial_mock::AccountHandle;
use serde_json::{Value, json};

/// The status that a fault gives; no operation here gives it.
pub(crate) const STATUS: u16 = 503;
/// How often each strikes before all of them are added again.
const TIMES: u64 = 20;

/// How often faults struck, by what the client saw of them.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    pub(crate) statuses: u64,
    pub(crate) broken: u64,
    pub(crate) delays: u64,
}

impl Struck {
    /// Adds what the account's faults say of themselves; `true` when all of them are spent.
    fn add(&mut self, account: &AccountHandle, even_unspent: bool) -> bool {
        let state = account.state();
        let faults = state["faults"].as_array().cloned().unwrap_or_default();
        let spent = faults.iter().all(|fault| fault["struck"] == fault["times"]);
        if spent || even_unspent {
            for fault in &faults {
                let times = fault["struck"].as_u64().unwrap();
                match fault["effect"]["type"].as_str().unwrap() {
                    "status" => self.statuses += times,
                    "delay" => self.delays += times,
                    _ => self.broken += times,
                }
            }
        }
        spent
    }
}

/// Keeps faults on the account until the time is over.
pub(crate) async fn keep(account: AccountHandle, until: Instant) -> Struck {
    let mut struck = Struck::default();
    let mut turn = tokio::time::interval(Duration::from_millis(250));
    while Instant::now() < until {
        turn.tick().await;
        if struck.add(&account, false) {
            account.clear_faults();
            faults().into_iter().for_each(|fault| drop(account.add_fault(fault).unwrap()));
        }
    }
    struck
}

/// Counts what the last faults did, and removes them. Nothing may be under way any more.
pub(crate) fn end(account: &AccountHandle, mut struck: Struck) -> Struck {
    struck.add(account, true);
    account.clear_faults();
    struck
}

fn faults() -> [Value; 5] {
    let fault = |operation: &str, delay: u64, effect: Value| json!({ "match": { "operation": operation }, "effect": effect, "delayMs": delay, "times": TIMES, "fromCall": 100 });
    [
        fault("addContact", 0, json!({ "type": "status", "status": STATUS })),
        fault("addContact", 0, json!({ "type": "reset", "when": "after" })),
        fault("getsinglecontact", 0, json!({ "type": "reset" })),
        fault("getsinglecontact", 0, json!({ "type": "cut" })),
        fault("getsinglecontact", 5, json!({ "type": "delay" })),
    ]
}
