//! How fast the mock is and how much memory it takes: `cargo bench -p cordial-mock --bench speed`, with `-- --quick`
//! for small numbers. Rates stand beside those of a bare HTTP server in the same run, as a rate by itself says more
//! about the machine than about the mock.

#![expect(clippy::unwrap_used, reason = "a measure that cannot be taken ends the run")]

#[path = "speed/bare.rs"]
mod bare;
#[path = "speed/collections.rs"]
mod collections;
#[path = "speed/load.rs"]
mod load;
#[path = "speed/program.rs"]
mod program;
#[path = "speed/requests.rs"]
mod requests;
mod shared;
#[path = "speed/table.rs"]
mod table;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use cordial_mock::MockCordial;
use serde_json::json;

use shared::memory;
use shared::wire::Template;
use table::{Table, Target};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How fast the mock is and how much memory it takes, beside a bare HTTP server.
#[derive(Parser)]
struct Arguments {
    /// Small numbers, to see that it runs.
    #[arg(long)]
    quick: bool,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is measured.
struct Scale {
    contacts: u64,
    swapped: u64,
    rounds: usize,
    time: Duration,
}

impl Scale {
    const FULL: Self =
        Self { contacts: 1_000_000, swapped: 100_000, rounds: 7, time: Duration::from_millis(600) };
    const QUICK: Self =
        Self { contacts: 20_000, swapped: 10_000, rounds: 2, time: Duration::from_millis(200) };
}

fn main() {
    let Arguments { quick, bench: _ } = Arguments::parse();
    let scale = if quick { Scale::QUICK } else { Scale::FULL };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let seed = json!({ "attributes": requests::attributes() });
    let mock = runtime.block_on(MockCordial::builder().seed(seed).start()).unwrap();
    let bare = runtime.block_on(bare::start()).unwrap();
    let mut table = Table::default();
    fill(&mock, &scale, &mut table);
    rates(mock.address(), bare, &scale, &mut table);
    swaps(&mock, &scale, &mut table);
    alone(&mut table);
    println!("{table}");
}

/// One account with a single contact, another with many, and what each of the many takes.
fn fill(mock: &MockCordial, scale: &Scale, table: &mut Table) {
    load::each(mock.address(), &requests::upsert("one"), 1);
    // A full journal first: it is bounded, and no part of a contact.
    load::each(mock.address(), &requests::health("many"), 10_000);
    let before = memory::resident("self");
    load::each(mock.address(), &requests::upsert("many"), scale.contacts);
    if let Some((before, after)) = before.zip(memory::resident("self")) {
        let each = after.saturating_sub(before) / scale.contacts;
        let each = f64::from(u32::try_from(each).unwrap_or(u32::MAX));
        table.figure("memory of a small contact", each, "B", Target::AtMost(2048.0));
    }
}

/// A request to measure, for the account with this key.
type Measure = (&'static str, fn(&str) -> Template);

const MEASURES: [Measure; 3] = [
    ("POST /v2/contacts", requests::upsert),
    ("GET /v2/contacts/{email}", requests::get),
    ("POST /v2/contactactivities", requests::activity),
];

fn rates(mock: SocketAddr, bare: SocketAddr, scale: &Scale, table: &mut Table) {
    for (name, request) in MEASURES {
        // In turns, so that what else the machine does strikes all alike; the best of each, as it is least disturbed.
        let mut best = [0.0_f64; 3];
        for _ in 0..scale.rounds {
            let rates = [
                load::rate(bare, &request("one"), scale.contacts, scale.time),
                load::rate(mock, &request("one"), 1, scale.time),
                load::rate(mock, &request("many"), scale.contacts, scale.time),
            ];
            best.iter_mut().zip(rates).for_each(|(best, rate)| *best = best.max(rate));
        }
        let [bare, one, many] = best;
        let contacts = scale.contacts;
        table.rates(&format!("{name}, 1 contact"), one, bare, Target::AtLeast(0.6));
        table.rates(&format!("{name}, {contacts} contacts"), many, bare, Target::AtLeast(0.6));
        table.ratio(&format!("{name}, 1 against {contacts}"), one / many, Target::AtMost(1.3));
    }
}

fn swaps(mock: &MockCordial, scale: &Scale, table: &mut Table) {
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let contacts = scale.swapped;
    let reset = collections::reset(mock, contacts, scale.rounds);
    table.figure(&format!("reset, {contacts} contacts"), microseconds(reset), "µs", Target::AtMost(1000.0));
    let restore = collections::restore(mock, contacts, scale.rounds);
    table.figure(
        &format!("restore, {contacts} contacts"),
        microseconds(restore),
        "µs",
        Target::AtMost(1000.0),
    );
}

fn alone(table: &mut Table) {
    let ready = program::time_to_ready(15).as_secs_f64() * 1e3;
    table.figure("start to ready line", ready, "ms", Target::AtMost(15.0));
    if let Some(bytes) = program::idle_memory() {
        let mebibytes = f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0;
        table.figure("memory at idle", mebibytes, "MiB", Target::AtMost(10.0));
    }
}
