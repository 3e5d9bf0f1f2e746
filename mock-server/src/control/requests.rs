//! `/__admin/requests` and `/__admin/events`: the journal, to read, to search, to wait for and to follow.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::channel::Channel;
use serde::Deserialize;
use tokio::sync::watch;

use super::{Outcome, Refused, account, done, json_reply, query};
use crate::account::{Account, Accounts};
use crate::authentication::any_key;
use crate::faults::Matching;
use crate::journal::{Excerpt, Journal, Range};
use crate::message::{Reply, Request};
use crate::query::Query;

/// How long `wait` waits unless the request says otherwise, and at most.
const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_TIMEOUT: Duration = Duration::from_secs(300);

/// How many events may wait for a slow reader.
const EVENT_BUFFER: usize = 64;

/// Whose journal: that of the request's key; without a key, that of requests that had no usable one.
enum Source<'a> {
    Account(Arc<Account>),
    Unattributed(&'a Journal),
}

impl<'a> Source<'a> {
    fn of(request: &Request, accounts: &'a Accounts) -> Result<Self, Refused> {
        match any_key(request) {
            Ok(_) => account(request, accounts).map(Self::Account),
            Err(_) => Ok(Self::Unattributed(&accounts.unattributed)),
        }
    }

    fn journal(&self) -> &Journal {
        match self {
            Self::Account(account) => &account.journal,
            Self::Unattributed(journal) => journal,
        }
    }
}

/// `GET requests?after=&limit=&unmatched=`.
pub(super) fn read(request: &Request, accounts: &Accounts) -> Outcome {
    let query = query(request)?;
    check_parameters(&query, &["after", "limit", "unmatched"])?;
    let range = Range {
        after: number(&query, "after")?.unwrap_or(0),
        limit: number(&query, "limit")?.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        unmatched: matches!(query.get("unmatched"), Some("" | "true" | "1")),
    };
    json_reply(&Source::of(request, accounts)?.journal().read(range))
}

/// `DELETE requests`.
pub(super) fn forget(request: &Request, accounts: &Accounts) -> Outcome {
    Source::of(request, accounts)?.journal().clear();
    Ok(done())
}

/// What `find` looks for: requests that fit everything that is given.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Wanted {
    r#match: Matching,
    status: Option<u16>,
    after: u64,
    limit: Option<usize>,
}

/// `POST requests/find`: the entries that fit, oldest first.
pub(super) fn find(request: &Request, accounts: &Accounts) -> Outcome {
    let wanted: Wanted = super::body(request)?;
    wanted.r#match.check().map_err(|problem| Refused::unprocessable(format!("{problem}.")))?;
    let source = Source::of(request, accounts)?;
    let mut excerpt = source.journal().read(Range { after: wanted.after, ..Range::default() });
    excerpt.requests.retain(|entry| {
        wanted.r#match.fits_entry(entry) && wanted.status.is_none_or(|status| entry.status == status)
    });
    excerpt.requests.truncate(wanted.limit.unwrap_or(usize::MAX));
    json_reply(&excerpt)
}

/// `GET requests/wait?after=&count=&timeout=`: returns as soon as `count` requests came past the cursor; 408 with
/// what was seen when the time (in seconds, of the machine's clock) is over first.
pub(super) async fn wait(
    request: &Request,
    accounts: &Accounts,
    mut stopping: watch::Receiver<bool>,
) -> Outcome {
    let query = query(request)?;
    check_parameters(&query, &["after", "count", "timeout"])?;
    let after = number(&query, "after")?.unwrap_or(0);
    let count = number(&query, "count")?.unwrap_or(1);
    let timeout = timeout(&query)?;
    let source = Source::of(request, accounts)?;
    let journal = source.journal();
    let mut newest = journal.follow();
    let enough = || after.saturating_add(count);
    let met = tokio::select! {
        met = tokio::time::timeout(timeout, newest.wait_for(|cursor| *cursor >= enough())) => met.is_ok(),
        _ = stopping.wait_for(|stop| *stop) => false,
    };
    let excerpt = journal.read(Range { after, ..Range::default() });
    let reply = json_reply(&excerpt)?;
    Ok(if met { reply } else { Reply { status: StatusCode::REQUEST_TIMEOUT, ..reply } })
}

/// `GET events?after=`: each new entry as a server-sent event. A reader that comes back with `Last-Event-ID` misses
/// nothing that the journal still holds.
pub(super) fn events(
    request: &Request,
    accounts: &Accounts,
    mut stopping: watch::Receiver<bool>,
) -> Result<Channel<Bytes>, Refused> {
    let query = query(request)?;
    check_parameters(&query, &["after"])?;
    let account = account(request, accounts)?;
    let resumed = request.header("last-event-id").and_then(|id| id.parse().ok());
    let mut after = resumed.or(number(&query, "after")?).unwrap_or_else(|| account.journal.newest());
    let mut newest = account.journal.follow();
    let (mut sender, events) = Channel::new(EVENT_BUFFER);
    tokio::spawn(async move {
        // A comment at once, so that the reader knows that it is connected.
        let mut batch = Bytes::from_static(b": connected\n\n");
        loop {
            let sent = tokio::select! {
                sent = sender.send_data(batch) => sent,
                _ = stopping.wait_for(|stop| *stop) => return,
            };
            if sent.is_err() {
                return;
            }
            tokio::select! {
                seen = newest.wait_for(|cursor| *cursor > after) => if seen.is_err() { return },
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            let excerpt = account.journal.read(Range { after, ..Range::default() });
            after = excerpt.cursor;
            batch = render(&excerpt).into();
        }
    });
    Ok(events)
}

fn render(excerpt: &Excerpt) -> String {
    let event = |entry: &crate::JournalEntry| {
        // Plain fields with text keys only, so that this cannot fail.
        let data = serde_json::to_string(entry).unwrap_or_default();
        format!("id: {}\nevent: request\ndata: {data}\n\n", entry.cursor)
    };
    excerpt.requests.iter().map(event).collect()
}

fn check_parameters(query: &Query, known: &[&str]) -> Result<(), Refused> {
    match query.pairs().find(|(key, _)| !known.contains(key)) {
        Some((key, _)) => {
            Err(Refused::bad_request(format!("There is no parameter {key}: write {}.", known.join(", "))))
        }
        None => Ok(()),
    }
}

fn number(query: &Query, key: &str) -> Result<Option<u64>, Refused> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|_| Refused::bad_request(format!("{key} has to be a whole number, not `{text}`.")))
    };
    query.get(key).map(parse).transpose()
}

fn timeout(query: &Query) -> Result<Duration, Refused> {
    let Some(text) = query.get("timeout") else { return Ok(TIMEOUT) };
    let parsed = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    parsed.map(|timeout| timeout.min(MAX_TIMEOUT)).ok_or_else(|| {
        Refused::bad_request(format!("timeout has to be seconds, such as 5 or 0.5, not `{text}`."))
    })
}
