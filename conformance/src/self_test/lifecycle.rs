//! The reference destination as a child process that keeps the protocol, or does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::destination::reference::Reference;
use crate::driver::{InProcess, answer};
use crate::judge::credentials;
use crate::protocol::Incoming;

/// What the process does otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// Never answers a group.
    HangsOnGroup,
    /// Ends at its fifth delivery.
    CrashesOnTheFifth,
    /// Prints a word to stdout now and then.
    Babbles,
    /// Answers with another id.
    WrongId,
    /// Answers twice.
    AnswersTwice,
    /// Ends after its first delivery, before anybody asks whether all is done.
    LeavesBeforeDrain,
    /// Does not end when it is told to.
    NeverLeaves,
    /// Prints the API key to stderr.
    LogsTheKey,
    /// Prints the header with the API key to stderr.
    LogsTheHeader,
    /// Says that it cannot do a call that it claims.
    TakesAClaimBack,
    /// Answers with results for none of the events.
    AnswersNothing,
    /// Says `ok` where one of four words is wanted.
    OwnWords,
    /// Harmless: takes its time to start.
    StartsSlowly,
    /// Harmless: answers out of order.
    AnswersOutOfOrder,
    /// Harmless: prints a flood to stderr.
    FloodsStderr,
    /// Harmless: has fields of its own in its replies.
    SaysMore,
}

impl Quirk {
    const ALL: [Self; 16] = [
        Self::HangsOnGroup,
        Self::CrashesOnTheFifth,
        Self::Babbles,
        Self::WrongId,
        Self::AnswersTwice,
        Self::LeavesBeforeDrain,
        Self::NeverLeaves,
        Self::LogsTheKey,
        Self::LogsTheHeader,
        Self::TakesAClaimBack,
        Self::AnswersNothing,
        Self::OwnWords,
        Self::StartsSlowly,
        Self::AnswersOutOfOrder,
        Self::FloodsStderr,
        Self::SaysMore,
    ];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HangsOnGroup => "hangs-on-group",
            Self::CrashesOnTheFifth => "crashes-on-the-fifth",
            Self::Babbles => "babbles",
            Self::WrongId => "wrong-id",
            Self::AnswersTwice => "answers-twice",
            Self::LeavesBeforeDrain => "leaves-before-drain",
            Self::NeverLeaves => "never-leaves",
            Self::LogsTheKey => "logs-the-key",
            Self::LogsTheHeader => "logs-the-header",
            Self::TakesAClaimBack => "takes-a-claim-back",
            Self::AnswersNothing => "answers-nothing",
            Self::OwnWords => "own-words",
            Self::StartsSlowly => "starts-slowly",
            Self::AnswersOutOfOrder => "answers-out-of-order",
            Self::FloodsStderr => "floods-stderr",
            Self::SaysMore => "says-more",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quirk| quirk.name() == name)
    }
}

struct Unruly {
    quirk: Quirk,
    driver: InProcess<Reference>,
    deliveries: AtomicU64,
    replies: UnboundedSender<String>,
}

/// Serves on stdio until `bye` or the end of the input.
///
/// # Errors
/// When stdin or stdout fails.
pub(crate) async fn serve(quirk: Quirk) -> std::io::Result<()> {
    if quirk == Quirk::StartsSlowly {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let (replies, mut outgoing) = unbounded_channel::<String>();
    let writer = tokio::spawn(async move {
        let mut stdout = tokio::io::stdout();
        while let Some(line) = outgoing.recv().await {
            stdout.write_all(line.as_bytes()).await?;
            stdout.flush().await?;
        }
        std::io::Result::Ok(())
    });
    let driver = InProcess::new(Reference::new().map_err(std::io::Error::other)?);
    let unruly = Arc::new(Unruly { quirk, driver, deliveries: AtomicU64::new(0), replies });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let Ok(value) = serde_json::from_str::<Value>(&line) else { continue };
        let op = value["op"].as_str().unwrap_or_default().to_owned();
        if op == "open" {
            // An instance is open before the next line may name it.
            unruly.handle(value).await;
            continue;
        }
        let one = Arc::clone(&unruly);
        let task = tokio::spawn(async move { one.handle(value).await });
        if op == "bye" && quirk != Quirk::NeverLeaves {
            let _ = task.await;
            break;
        }
    }
    if quirk == Quirk::NeverLeaves {
        std::future::pending::<()>().await;
    }
    // Everything that was answered is written once the last sender is gone.
    drop(unruly);
    tokio::time::timeout(Duration::from_secs(1), writer).await.map_or(Ok(()), |done| done.unwrap_or(Ok(())))
}

impl Unruly {
    async fn handle(&self, request: Value) {
        let op = request["op"].clone();
        let kind = request["events"][0]["type"].clone();
        let number = match op.as_str() {
            Some("deliver") => self.deliveries.fetch_add(1, Ordering::Relaxed) + 1,
            _ => 0,
        };
        if self.quirk == Quirk::LogsTheKey && op == "open" {
            eprintln!("opened with {}", request["settings"]["apiKey"]);
        }
        if self.quirk == Quirk::LogsTheHeader && op == "open" {
            let key = request["settings"]["apiKey"].as_str().unwrap_or_default();
            eprintln!("authorization: Basic {}", credentials(key));
        }
        if self.quirk == Quirk::FloodsStderr {
            eprintln!("{}", "a line that nobody needs ".repeat(200));
        }
        if self.quirk == Quirk::HangsOnGroup && kind == "group" {
            return;
        }
        if self.quirk == Quirk::CrashesOnTheFifth && number == 5 {
            std::process::exit(3);
        }
        let Ok(incoming) = serde_json::from_value::<Incoming>(request) else { return };
        let mut reply = answer(&self.driver, incoming).await;
        self.bend(&mut reply, &op, &kind, number).await;
        self.say(&reply);
        match self.quirk {
            Quirk::AnswersTwice if number == 3 => self.say(&reply),
            Quirk::Babbles if number % 7 == 3 => self.send("Listening on port 3000\n".to_owned()),
            Quirk::LeavesBeforeDrain if number == 1 => {
                // The reply is out before the process goes.
                tokio::time::sleep(Duration::from_millis(50)).await;
                std::process::exit(0);
            }
            _ => {}
        }
    }

    async fn bend(&self, reply: &mut Value, op: &Value, kind: &Value, number: u64) {
        match self.quirk {
            Quirk::WrongId if number == 2 => reply["id"] = json!(1_000_000),
            Quirk::TakesAClaimBack if kind == "page" => {
                *reply = json!({ "id": reply["id"], "unsupported": true, "reason": "no pages here" });
            }
            Quirk::AnswersNothing if op == "deliver" => reply["results"] = json!([]),
            Quirk::OwnWords if op == "deliver" => reply["results"][0]["outcome"] = json!("ok"),
            Quirk::AnswersOutOfOrder => {
                let id = reply["id"].as_u64().unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(id * 7 % 13)).await;
            }
            Quirk::SaysMore => reply["tookMs"] = json!(12),
            _ => {}
        }
    }

    fn say(&self, reply: &Value) {
        self.send(format!("{reply}\n"));
    }

    fn send(&self, line: String) {
        // A writer that is gone means that nobody reads any more.
        let _ = self.replies.send(line);
    }
}
