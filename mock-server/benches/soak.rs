//! The mock at full speed for a long time, with faults: `cargo bench -p cordial-mock --bench soak -- --minutes 10`.
//!
//! Whatever happens has to have been asked for: every reply is one of the operation or of a fault, and as many went
//! wrong as faults struck. Memory does not grow once journal and contacts have their size, and every write that was
//! accepted can be read in the end. Ends with 1 otherwise.

#![expect(clippy::unwrap_used, reason = "what cannot be measured ends the run")]

#[path = "soak/client.rs"]
mod client;
#[path = "soak/faults.rs"]
mod faults;
mod shared;
#[path = "soak/tally.rs"]
mod tally;

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use cordial_mock::{AccountHandle, MockCordial};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use client::Client;
use faults::Struck;
use shared::memory;
use tally::Tally;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The mock at full speed with faults; ends with 1 when something was lost, grew, or went wrong unasked.
#[derive(Parser)]
struct Arguments {
    /// For how long.
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Connections at full speed.
const CLIENTS: usize = 16;
/// How often memory is looked at, evenly over the time.
const LOOKS: u32 = 10;
/// How much resident memory may grow in the second half: an allocator that serves requests of all sizes takes some
/// time to have its own, a leak takes more in every half.
const TOLERANCE: f64 = 1.05;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { minutes, bench: _ } = Arguments::parse();
    let time = Duration::from_secs_f64(minutes * 60.0);
    let seed = json!({ "attributes": [{ "key": "visit", "type": "string" }] });
    let mock = MockCordial::builder().seed(seed).start().await.unwrap();
    let account = mock.account(client::KEY).unwrap();
    let tally = Arc::new(Tally::default());
    let until = Instant::now() + time;
    let client = |number| Client::new(mock.address(), number, Arc::clone(&tally)).run(until);
    let clients: JoinSet<Client> = (0..CLIENTS).map(client).collect();
    let faults = tokio::spawn(faults::keep(account.clone(), until));
    let looks = tokio::spawn(look(time));
    let clients = clients.join_all().await;
    let struck = faults::end(&account, faults.await.unwrap());
    let growth = growth(&looks.await.unwrap());
    println!("{tally}\n{struck:?}");
    println!("{} replies a second", tally.replies() / time.as_secs().max(1));
    judge(&[
        ("every error was asked for", tally.unexpected() == 0 && explains(&struck, &tally)),
        ("memory is flat", growth <= TOLERANCE),
        ("the journal is bounded", account.requests().len() <= 10_000),
        ("every accepted write can be read", all_found(&clients, &account)),
    ])
}

/// The resident bytes at each look; none where the system does not tell.
async fn look(time: Duration) -> Vec<u64> {
    let mut seen = Vec::new();
    for _ in 0..LOOKS {
        tokio::time::sleep(time / LOOKS).await;
        seen.extend(memory::resident("self"));
    }
    seen
}

/// How many times the memory half-way is that at the end; 1 where the system does not tell.
fn growth(seen: &[u64]) -> f64 {
    let (Some(half), Some(end)) = (seen.get(seen.len() / 2), seen.last()) else { return 1.0 };
    let mebibytes: Vec<u64> = seen.iter().map(|bytes| bytes >> 20).collect();
    println!("resident MiB, at each tenth of the time: {mebibytes:?}");
    Duration::from_secs(*end).as_secs_f64() / Duration::from_secs(*half).as_secs_f64()
}

fn explains(struck: &Struck, tally: &Tally) -> bool {
    struck.statuses == tally.statuses(faults::STATUS) && struck.broken == tally.broken()
}

/// Whether the account holds what the clients were told it holds.
fn all_found(clients: &[Client], account: &AccountHandle) -> bool {
    let state = account.state();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let values: HashMap<String, String> = state["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| {
            (text(&contact["channels"]["email"]["address"]), text(&contact["attributes"]["visit"]))
        })
        .collect();
    let lost: usize = clients.iter().map(|client| client.lost(&values)).sum();
    let accepted: u64 = clients.iter().map(|client| client.activities).sum();
    let found = state["activities"].as_array().unwrap().len() as u64;
    println!(
        "{} contacts, {lost} not as written; {accepted} activities accepted, {found} found",
        values.len()
    );
    lost == 0 && accepted == found
}

fn judge(judged: &[(&str, bool)]) -> ExitCode {
    for (what, holds) in judged {
        println!("{what}: {}", if *holds { "yes" } else { "NO" });
    }
    if judged.iter().all(|(_, holds)| *holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
