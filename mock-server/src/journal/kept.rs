//! An exchange as the journal keeps it: making it ready to be read costs when somebody reads it, not when it happens.

use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;

use super::entry::{Headers, JournalEntry};
use super::packed::Packed;
use crate::dates;
use crate::dispatch::CORS;
use crate::message::{Reply, Request};
use crate::routes::Route;

/// A request to be kept: path, query, body, and the headers as names and values.
#[derive(Debug)]
pub(crate) struct Noted {
    method: Method,
    texts: Packed,
}

impl Noted {
    /// Notes a request; of a body over `limit` bytes only how long it is.
    pub(super) fn new(request: &Request, limit: usize) -> Self {
        let note = too_long("body", &request.body, limit);
        let body = note.as_ref().map_or(&request.body[..], String::as_bytes);
        let first = [request.path.as_bytes(), request.query.as_bytes(), body];
        let texts = Packed::new(|| first.into_iter().chain(flat(request.headers.iter())));
        Self { method: request.method.clone(), texts }
    }

    fn size(&self) -> usize {
        self.texts.size()
    }
}

fn flat<'a>(
    headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
) -> impl Iterator<Item = &'a [u8]> {
    headers.flat_map(|(name, value)| [name.as_str().as_bytes(), value.as_bytes()])
}

/// What is kept of a body over the limit.
fn too_long(what: &str, body: &[u8], limit: usize) -> Option<String> {
    let length = body.len();
    (length > limit).then(|| format!("[{what} of {length} bytes: over the journal's limit, not kept]"))
}

/// An exchange.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(super) cursor: u64,
    time: Timestamp,
    request: Noted,
    status: StatusCode,
    /// The body, and the headers as names and values, without those that every reply has.
    reply: Packed,
    why: Option<Box<str>>,
    route: Option<&'static Route>,
}

impl Kept {
    /// An exchange; of a reply over `limit` bytes only how long it is.
    pub(super) fn new(
        time: Timestamp,
        request: Noted,
        reply: &Reply,
        route: Option<&'static Route>,
        limit: usize,
    ) -> Self {
        let note = too_long("reply", &reply.body, limit);
        let body = note.as_ref().map_or(&reply.body[..], String::as_bytes);
        Self {
            cursor: 0,
            time,
            request,
            status: reply.status,
            reply: Packed::new(|| std::iter::once(body).chain(flat(reply.own_headers()))),
            why: reply.why.as_deref().map(Into::into),
            route,
        }
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let why = self.why.as_ref().map_or(0, |why| why.len());
        self.request.size() + self.reply.size() + why + size_of::<Self>()
    }

    pub(super) fn is_unmatched(&self) -> bool {
        self.route.is_none_or(|route| route.handler.is_none())
    }

    /// The exchange, ready to be read.
    pub(super) fn entry(&self) -> JournalEntry {
        let mut request = self.request.texts.parts();
        let mut next = || request.next().unwrap_or_default();
        let (path, query, request_body) = (text(next()), text(next()), next());
        let request_headers = Headers::read(request);
        let mut reply = self.reply.parts();
        let response_body = reply.next().unwrap_or_default();
        let mut response_headers = Headers::read(reply);
        response_headers.add_missing(&CORS);
        JournalEntry {
            cursor: self.cursor,
            time: dates::format(self.time),
            at: self.time,
            method: self.request.method.to_string(),
            path,
            query,
            operation: self.route.map(|route| route.operation.to_owned()),
            surface: self.route.map(|route| route.surface.as_str().to_owned()),
            request_body: request_headers.body(request_body),
            request_headers: request_headers.into_json(),
            status: self.status.as_u16(),
            response_body: response_headers.body(response_body),
            response_headers: response_headers.into_json(),
            why: self.why.as_deref().map(str::to_owned),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
