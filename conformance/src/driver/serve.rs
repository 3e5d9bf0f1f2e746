//! The other end of the wire: a Rust destination as a program that speaks the protocol on stdio.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Destination, Driver, DriverError, InProcess};
use crate::protocol::Incoming;

/// Serves until `bye` or the end of the input. Requests are worked on side by side, so that replies may come in
/// another order.
///
/// # Errors
/// When stdin or stdout fails.
pub async fn serve_stdio<D: Destination>(destination: D) -> std::io::Result<()> {
    let driver = Arc::new(InProcess::new(destination));
    let (replies, mut outgoing) = mpsc::unbounded_channel::<Value>();
    let writer = tokio::spawn(async move {
        let mut stdout = tokio::io::stdout();
        while let Some(reply) = outgoing.recv().await {
            stdout.write_all(format!("{reply}\n").as_bytes()).await?;
            stdout.flush().await?;
        }
        std::io::Result::Ok(())
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut work = JoinSet::new();
    while let Some(line) = lines.next_line().await? {
        let request = match serde_json::from_str::<Incoming>(&line) {
            Ok(request) => request,
            Err(error) => {
                // A request that cannot be read may still say who asks.
                let id = serde_json::from_str::<Value>(&line).ok().and_then(|line| line.get("id").cloned());
                let _ = replies.send(json!({ "id": id, "unsupported": true, "reason": error.to_string() }));
                continue;
            }
        };
        if let Incoming::Bye { id } = request {
            while work.join_next().await.is_some() {}
            let _ = replies.send(json!({ "id": id }));
            break;
        }
        let (driver, replies) = (Arc::clone(&driver), replies.clone());
        // An instance is open before the next line may name it.
        if matches!(request, Incoming::Open { .. }) {
            let _ = replies.send(answer(&*driver, request).await);
            continue;
        }
        work.spawn(async move {
            let _ = replies.send(answer(&*driver, request).await);
        });
    }
    while work.join_next().await.is_some() {}
    drop(replies);
    writer.await.map_err(std::io::Error::other)?
}

pub(crate) async fn answer(driver: &dyn Driver, request: Incoming) -> Value {
    match request {
        Incoming::Hello { id } => match driver.hello().await {
            Ok(hello) => {
                let mut reply = json!(hello);
                reply["id"] = json!(id);
                reply
            }
            Err(error) => refusal(id, &error),
        },
        Incoming::Open { id, instance, settings } => done(id, driver.open(&instance, &settings).await),
        Incoming::Deliver { id, instance, events } => match driver.deliver(&instance, &events).await {
            Ok(results) => json!({ "id": id, "results": results }),
            Err(error) => refusal(id, &error),
        },
        Incoming::Drain { id, instance } => done(id, driver.drain(&instance).await),
        Incoming::Close { id, instance } => done(id, driver.close(&instance).await),
        Incoming::Bye { id } => done(id, driver.bye().await),
    }
}

fn done(id: u64, outcome: Result<(), DriverError>) -> Value {
    outcome.map_or_else(|error| refusal(id, &error), |()| json!({ "id": id }))
}

fn refusal(id: u64, error: &DriverError) -> Value {
    json!({ "id": id, "error": { "message": error.message } })
}
