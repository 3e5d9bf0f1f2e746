//! Full speed over a number of connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::shared::wire::{Connection, Template};

/// Threads of the client.
const THREADS: usize = 2;
/// Connections of each thread: 32 in all.
const CONNECTIONS: usize = 16;

/// Sends the request once with every number below `count`.
pub(crate) fn each(address: SocketAddr, request: &Template, count: u64) {
    run(address, request, &Arc::new(Numbers { taken: AtomicU64::new(0), order: Order::Each(count) }));
}

/// Sends the request for so long, with numbers below `below` in no order; returns how many replies came a second.
pub(crate) fn rate(address: SocketAddr, request: &Template, below: u64, time: Duration) -> f64 {
    let start = Instant::now();
    let order = Order::Scattered { below, until: start + time };
    let numbers = Arc::new(Numbers { taken: AtomicU64::new(0), order });
    run(address, request, &numbers);
    // The last number that each connection asked for was not given out.
    let replies = numbers.taken.load(Ordering::Relaxed) - (THREADS * CONNECTIONS) as u64;
    Duration::from_secs(replies).as_secs_f64() / start.elapsed().as_secs_f64()
}

/// The numbers that the connections take turns to send.
struct Numbers {
    taken: AtomicU64,
    order: Order,
}

enum Order {
    Each(u64),
    Scattered { below: u64, until: Instant },
}

impl Numbers {
    fn next(&self) -> Option<u64> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        match self.order {
            Order::Each(count) => Some(number).filter(|number| *number < count),
            // Times a large prime, so that neighbours in time are none in memory.
            Order::Scattered { below, until } => {
                (Instant::now() < until).then(|| number.wrapping_mul(2_654_435_761) % below)
            }
        }
    }
}

fn run(address: SocketAddr, request: &Template, numbers: &Arc<Numbers>) {
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
                runtime.block_on(async {
                    let connection = |_| connection(address, request.clone(), Arc::clone(numbers));
                    let _: Vec<()> =
                        (0..CONNECTIONS).map(connection).collect::<JoinSet<()>>().join_all().await;
                });
            });
        }
    });
}

async fn connection(address: SocketAddr, mut request: Template, numbers: Arc<Numbers>) {
    let mut connection = Connection::open(address).await.unwrap();
    while let Some(number) = numbers.next() {
        let status = connection.exchange(request.with(number)).await.unwrap();
        assert!((200..300).contains(&status), "status {status}: such a measure means nothing");
    }
}
