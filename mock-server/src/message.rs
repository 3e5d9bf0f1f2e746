//! A request and a reply as the rest of the crate sees them: no type of the HTTP server's own.

use std::net::IpAddr;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;

/// A request, read to its end.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method as sent.
    pub method: Method,
    /// The path as sent, still percent-encoded.
    pub path: String,
    /// The query as sent, without the question mark; empty when there is none.
    pub query: String,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// The address that the request came from; `None` where there is no socket.
    pub peer: Option<IpAddr>,
}

impl Request {
    /// The header's value, where it is there and readable text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The same request in memory of its own. It arrives as parts of the connection's buffer: whoever kept one of
    /// them would keep all of that, and make the connection take a new one for its next request.
    #[must_use]
    pub fn detached(mut self) -> Self {
        let values = self.headers.values().map(HeaderValue::len).sum::<usize>();
        let mut own = BytesMut::with_capacity(values + self.body.len());
        self.headers.values().for_each(|value| own.extend_from_slice(value.as_bytes()));
        own.extend_from_slice(&self.body);
        let mut rest = own.freeze();
        for value in self.headers.values_mut() {
            // What was a value is one; where that ever failed, the old one stays.
            if let Ok(copy) = HeaderValue::from_maybe_shared(rest.split_to(value.len())) {
                *value = copy;
            }
        }
        self.body = rest;
        self
    }
}

/// How many headers nearly every reply has, with those for browsers: room for just so many is one small allocation.
const REPLY_HEADERS: usize = 6;

/// A reply, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// The headers beyond those that the transport adds (length, date).
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// For the journal: why the request was refused, in words for the developer. Never sent.
    pub why: Option<String>,
}

impl Reply {
    /// A JSON reply as Cordial writes it.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let mut headers = HeaderMap::with_capacity(REPLY_HEADERS);
        // Recorded without a charset (FACTS, "General form").
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { status, headers, body: crate::json::to_bytes(body), why: None }
    }

    /// 200 with a JSON body.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }
}
