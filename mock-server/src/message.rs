//! A request and a reply as the rest of the crate sees them: no type of the HTTP server's own.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

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
}

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
    pub fn json(status: StatusCode, body: &Value) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        // Recorded without a charset (FACTS, "General form").
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { status, headers, body: crate::json::to_bytes(body), why: None }
    }

    /// 200 with a JSON body.
    #[must_use]
    pub fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }
}
