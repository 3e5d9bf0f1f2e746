//! The journal: what came in, in order, and what went out. The wire is the evidence that a client is judged by.

use std::collections::VecDeque;

use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::dates;
use crate::dispatch::with_cors;
use crate::input::media_type;
use crate::message::{Reply, Request};
use crate::routes::Route;

/// How much a journal keeps. The oldest entries go first.
#[derive(Debug, Clone, Copy)]
pub struct JournalLimits {
    /// The most entries.
    pub entries: usize,
    /// The most bytes, roughly: of paths, headers and bodies.
    pub bytes: usize,
}

impl Default for JournalLimits {
    /// 10,000 entries and 64 MiB, per account.
    fn default() -> Self {
        Self { entries: 10_000, bytes: 64 << 20 }
    }
}

/// One request with its reply, ready to be read. Secrets in headers are replaced; a key that a client put into a path,
/// query or body by mistake is shown, as that is what the reader has to find out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// The entry's number: from 1, always rising, never used again after a reset.
    pub cursor: u64,
    /// When the request was answered, by the account's clock.
    pub time: String,
    /// The same, exactly.
    #[serde(skip)]
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The path as sent, still percent-encoded.
    pub path: String,
    /// The query as sent, without its question mark.
    pub query: String,
    /// The operation that the request was for; `None` where Cordial has none there.
    pub operation: Option<String>,
    /// The surface that the operation belongs to.
    pub surface: Option<String>,
    /// Headers by lower-case name; a repeated one is a list.
    pub request_headers: Map<String, Value>,
    /// The body: parsed where it is JSON, text where it is not, null where there was none.
    pub request_body: Value,
    /// The status of the reply.
    pub status: u16,
    /// Headers of the reply.
    pub response_headers: Map<String, Value>,
    /// The body of the reply, read like the request's.
    pub response_body: Value,
    /// Why the mock refused, or did less than a 2xx suggests, in words for the developer.
    pub why: Option<String>,
}

/// An entry as it is kept: reading it costs when somebody reads it, not when it happens.
#[derive(Debug)]
pub(crate) struct Kept {
    cursor: u64,
    time: Timestamp,
    request: Request,
    reply: Reply,
    route: Option<&'static Route>,
    size: usize,
}

/// Entries that a journal has forgotten, and that are still to be freed.
#[derive(Debug)]
pub(crate) struct Taken(VecDeque<Kept>);

impl Taken {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[derive(Debug, Default)]
struct Entries {
    kept: VecDeque<Kept>,
    bytes: usize,
    last: u64,
    dropped: u64,
}

/// The journal of one account.
#[derive(Debug)]
pub struct Journal {
    limits: JournalLimits,
    entries: Mutex<Entries>,
    newest: watch::Sender<u64>,
}

/// A part of a journal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Excerpt {
    /// The entries, oldest first.
    pub requests: Vec<JournalEntry>,
    /// The cursor of the newest entry there is, whether it is in the excerpt or not; 0 before the first.
    pub cursor: u64,
    /// How many entries the journal holds.
    pub kept: usize,
    /// How many were dropped for want of room since the last reset.
    pub dropped: u64,
}

/// Which part of a journal is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// Only entries past this cursor.
    pub after: u64,
    /// At most so many.
    pub limit: Option<usize>,
    /// Only what no operation of the mock took: unknown paths, 501s.
    pub unmatched: bool,
}

impl Journal {
    pub(crate) fn new(limits: JournalLimits) -> Self {
        Self { limits, entries: Mutex::default(), newest: watch::Sender::new(0) }
    }

    /// Adds an exchange, with the reply as it is before it gets the headers that every reply has: reading an entry
    /// adds them. `route` is the operation that it was for, if Cordial has it. Returns what had to go for it, to be
    /// freed once the caller holds no lock.
    pub(crate) fn push(
        &self,
        time: Timestamp,
        mut request: Request,
        mut reply: Reply,
        route: Option<&'static Route>,
    ) -> Option<Kept> {
        let mut size = weight(&request, &reply);
        if size > self.limits.bytes {
            let note = |what: &str, length: usize| {
                format!("[{what} of {length} bytes: over the journal's limit, not kept]")
            };
            request.body = note("body", request.body.len()).into();
            reply.body = note("reply", reply.body.len()).into();
            size = weight(&request, &reply);
        }
        let mut oldest = None;
        let mut entries = self.entries.lock();
        entries.last += 1;
        let cursor = entries.last;
        entries.bytes += size;
        entries.kept.push_back(Kept { cursor, time, request, reply, route, size });
        while entries.kept.len() > self.limits.entries
            || (entries.bytes > self.limits.bytes && entries.kept.len() > 1)
        {
            oldest = entries.kept.pop_front();
            entries.bytes -= oldest.as_ref().map_or(0, |oldest| oldest.size);
            entries.dropped += 1;
        }
        // Telling costs as much with nobody there.
        if self.newest.receiver_count() > 0 {
            self.newest.send_replace(cursor);
        }
        oldest
    }

    /// The cursor of the newest entry; 0 before the first.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.entries.lock().last
    }

    /// Tells of each new entry by its cursor.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<u64> {
        let entries = self.entries.lock();
        self.newest.send_replace(entries.last);
        self.newest.subscribe()
    }

    /// The wanted part.
    #[must_use]
    pub fn read(&self, range: Range) -> Excerpt {
        let entries = self.entries.lock();
        let start = entries.kept.partition_point(|kept| kept.cursor <= range.after);
        let requests = entries
            .kept
            .range(start..)
            .filter(|kept| !range.unmatched || kept.is_unmatched())
            .take(range.limit.unwrap_or(usize::MAX))
            .map(Kept::entry)
            .collect();
        Excerpt { requests, cursor: entries.last, kept: entries.kept.len(), dropped: entries.dropped }
    }

    /// Forgets all entries. The cursor goes on, so that a reader never takes a new entry for one that it has seen.
    pub fn clear(&self) {
        drop(self.take());
    }

    /// As [`Journal::clear`], for a caller that cannot wait until the entries are freed.
    pub(crate) fn take(&self) -> Taken {
        let mut entries = self.entries.lock();
        entries.bytes = 0;
        entries.dropped = 0;
        Taken(std::mem::take(&mut entries.kept))
    }
}

fn weight(request: &Request, reply: &Reply) -> usize {
    let headers = |headers: &HeaderMap| {
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
    };
    let request = request.path.len() + request.query.len() + headers(&request.headers) + request.body.len();
    request + headers(&reply.headers) + reply.body.len() + std::mem::size_of::<Kept>()
}

impl Kept {
    fn is_unmatched(&self) -> bool {
        self.route.is_none_or(|route| route.handler.is_none())
    }

    fn entry(&self) -> JournalEntry {
        let Self { request, .. } = self;
        let reply = with_cors(self.reply.clone());
        JournalEntry {
            cursor: self.cursor,
            time: dates::format(self.time),
            at: self.time,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            operation: self.route.map(|route| route.operation.to_owned()),
            surface: self.route.map(|route| route.surface.as_str().to_owned()),
            request_headers: readable_headers(&request.headers),
            request_body: readable_body(&request.headers, &request.body),
            status: reply.status.as_u16(),
            response_headers: readable_headers(&reply.headers),
            response_body: readable_body(&reply.headers, &reply.body),
            why: reply.why,
        }
    }
}

fn readable_headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut readable = Map::new();
    for name in headers.keys() {
        let mut values: Vec<Value> = headers
            .get_all(name)
            .iter()
            .map(|value| Value::String(redacted(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))))
            .collect();
        let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
        readable.insert(name.as_str().to_owned(), value);
    }
    readable
}

/// What may stand before the secret in `Authorization`. Another word there may be the secret itself.
const SCHEMES: [&str; 5] = ["basic", "bearer", "digest", "token", "apikey"];

/// A header's value without its secret: the scheme of `Authorization` stays, as it is what a reader looks for.
fn redacted(name: &str, value: &str) -> String {
    match name {
        _ if name == AUTHORIZATION.as_str() || name == PROXY_AUTHORIZATION.as_str() => {
            match value.split_once(' ') {
                Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
                    format!("{scheme} <redacted>")
                }
                _ => "<redacted>".to_owned(),
            }
        }
        "x-api-key" => "<redacted>".to_owned(),
        _ if name == COOKIE.as_str() => "<redacted>".to_owned(),
        _ => value.to_owned(),
    }
}

fn readable_body(headers: &HeaderMap, body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parsed =
        (media_type(content_type) == "application/json").then(|| serde_json::from_slice(body).ok()).flatten();
    parsed.unwrap_or_else(|| Value::String(String::from_utf8_lossy(body).into_owned()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method, StatusCode};
    use serde_json::json;

    use super::*;

    fn request(path: &str) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic c2VjcmV0Og=="));
        headers.insert("x-api-key", HeaderValue::from_static("secret"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Request {
            method: Method::POST,
            path: path.to_owned(),
            query: String::new(),
            headers,
            body: "{\"a\":1}".into(),
            peer: None,
        }
    }

    fn journal(entries: usize, bytes: usize) -> Journal {
        let journal = Journal::new(JournalLimits { entries, bytes });
        for path in ["/1", "/2", "/3"] {
            journal.push(Timestamp::UNIX_EPOCH, request(path), Reply::json(StatusCode::OK, &json!({})), None);
        }
        journal
    }

    fn paths(excerpt: &Excerpt) -> Vec<&str> {
        excerpt.requests.iter().map(|entry| entry.path.as_str()).collect()
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = serde_json::to_string(&journal(9, 1 << 20).read(Range::default())).unwrap();
        assert!(!shown.contains("c2VjcmV0Og") && !shown.contains("secret"), "{shown}");
        assert!(shown.contains("Basic <redacted>"), "{shown}");
    }

    #[test]
    fn what_stands_in_the_place_of_a_scheme_may_be_the_secret() {
        assert_eq!(redacted("authorization", "secret x"), "<redacted>");
        assert_eq!(redacted("authorization", "Bearer secret"), "Bearer <redacted>");
        assert_eq!(redacted("proxy-authorization", "Basic c2VjcmV0Og=="), "Basic <redacted>");
    }

    #[test]
    fn the_oldest_entries_go_first_and_the_loss_shows() {
        let excerpt = journal(2, 1 << 20).read(Range::default());
        assert_eq!((paths(&excerpt), excerpt.cursor, excerpt.dropped), (vec!["/2", "/3"], 3, 1));
    }

    #[test]
    fn bytes_bound_the_journal_too() {
        let one = weight(&request("/1"), &Reply::json(StatusCode::OK, &json!({})));
        let excerpt = journal(9, one * 2).read(Range::default());
        assert_eq!((paths(&excerpt), excerpt.dropped), (vec!["/2", "/3"], 1));
    }

    #[test]
    fn a_body_over_the_limit_is_named_not_kept() {
        let journal = Journal::new(JournalLimits { entries: 9, bytes: 600 });
        let request = Request { body: vec![b'x'; 1000].into(), ..request("/big") };
        journal.push(Timestamp::UNIX_EPOCH, request, Reply::json(StatusCode::OK, &json!({})), None);
        let entry = journal.read(Range::default()).requests.remove(0);
        assert_eq!(entry.request_body, json!("[body of 1000 bytes: over the journal's limit, not kept]"));
    }

    #[test]
    fn a_reader_goes_on_after_its_cursor_even_over_a_reset() {
        let journal = journal(9, 1 << 20);
        assert_eq!(paths(&journal.read(Range { after: 1, limit: Some(1), unmatched: false })), ["/2"]);
        journal.clear();
        journal.push(Timestamp::UNIX_EPOCH, request("/4"), Reply::json(StatusCode::OK, &json!({})), None);
        let excerpt = journal.read(Range { after: 3, ..Range::default() });
        assert_eq!((paths(&excerpt), excerpt.cursor), (vec!["/4"], 4));
    }
}
