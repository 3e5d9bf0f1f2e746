//! The journal: what came in, in order, and what went out. The wire is the evidence that a client is judged by.

mod entry;
mod kept;
mod packed;

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;

pub use entry::JournalEntry;
pub(crate) use kept::{Kept, Noted};

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

/// Entries that a journal has forgotten, and that are still to be freed.
#[derive(Debug)]
pub(crate) struct Taken(VecDeque<Arc<Kept>>);

impl Taken {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[derive(Debug, Default)]
struct Entries {
    kept: VecDeque<Arc<Kept>>,
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

    /// Notes a request that will be part of an exchange; the work that needs no lock.
    pub(crate) fn note(&self, request: &Request) -> Noted {
        Noted::new(request, self.limits.bytes)
    }

    /// Adds an exchange. `route` is the operation that it was for, if Cordial has it. Returns what had to go for it,
    /// to be freed once the caller holds no lock.
    pub(crate) fn push(
        &self,
        time: Timestamp,
        request: Noted,
        reply: &Reply,
        route: Option<&'static Route>,
    ) -> Option<Arc<Kept>> {
        let mut kept = Kept::new(time, request, reply, route, self.limits.bytes);
        let mut oldest = None;
        let mut entries = self.entries.lock();
        entries.last += 1;
        kept.cursor = entries.last;
        entries.bytes += kept.size();
        entries.kept.push_back(Arc::new(kept));
        while entries.kept.len() > self.limits.entries
            || (entries.bytes > self.limits.bytes && entries.kept.len() > 1)
        {
            oldest = entries.kept.pop_front();
            entries.bytes -= oldest.as_ref().map_or(0, |oldest| oldest.size());
            entries.dropped += 1;
        }
        // Telling costs as much with nobody there.
        if self.newest.receiver_count() > 0 {
            self.newest.send_replace(entries.last);
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
        let wanted: Vec<_> = entries
            .kept
            .range(start..)
            .filter(|kept| !range.unmatched || kept.is_unmatched())
            .take(range.limit.unwrap_or(usize::MAX))
            .cloned()
            .collect();
        let (cursor, kept, dropped) = (entries.last, entries.kept.len(), entries.dropped);
        // Requests wait for this lock, and making thousands of entries readable takes its time.
        drop(entries);
        Excerpt { requests: wanted.iter().map(|kept| kept.entry()).collect(), cursor, kept, dropped }
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

#[cfg(test)]
mod tests {
    use http::header::{AUTHORIZATION, CONTENT_TYPE};
    use http::{HeaderMap, HeaderValue, Method, StatusCode};
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

    fn push(journal: &Journal, request: &Request) {
        let reply = Reply::json(StatusCode::OK, &json!({}));
        journal.push(Timestamp::UNIX_EPOCH, journal.note(request), &reply, None);
    }

    fn journal(entries: usize, bytes: usize) -> Journal {
        let journal = Journal::new(JournalLimits { entries, bytes });
        for path in ["/1", "/2", "/3"] {
            push(&journal, &request(path));
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
    fn the_oldest_entries_go_first_and_the_loss_shows() {
        let excerpt = journal(2, 1 << 20).read(Range::default());
        assert_eq!((paths(&excerpt), excerpt.cursor, excerpt.dropped), (vec!["/2", "/3"], 3, 1));
    }

    #[test]
    fn bytes_bound_the_journal_too() {
        let one = journal(1, 1 << 20).entries.lock().bytes;
        let excerpt = journal(9, one * 2).read(Range::default());
        assert_eq!((paths(&excerpt), excerpt.dropped), (vec!["/2", "/3"], 1));
    }

    #[test]
    fn a_body_over_the_limit_is_named_not_kept() {
        let journal = Journal::new(JournalLimits { entries: 9, bytes: 600 });
        let request = Request { body: vec![b'x'; 1000].into(), ..request("/big") };
        push(&journal, &request);
        let entry = journal.read(Range::default()).requests.remove(0);
        assert_eq!(entry.request_body, json!("[body of 1000 bytes: over the journal's limit, not kept]"));
    }

    #[test]
    fn a_reader_goes_on_after_its_cursor_even_over_a_reset() {
        let journal = journal(9, 1 << 20);
        assert_eq!(paths(&journal.read(Range { after: 1, limit: Some(1), unmatched: false })), ["/2"]);
        journal.clear();
        push(&journal, &request("/4"));
        let excerpt = journal.read(Range { after: 3, ..Range::default() });
        assert_eq!((paths(&excerpt), excerpt.cursor), (vec!["/4"], 4));
    }
}
