//! A request and a reply as the rest of the crate sees them: no type of the HTTP server's own.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
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
}

/// Recorded without a charset (FACTS, "General form").
static JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A reply, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// What the body is. Apart from the other headers, as nearly every reply has this one alone.
    pub content_type: HeaderValue,
    /// Further headers, beside those that the transport adds (length, date) and those that every reply has.
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
        Self {
            status,
            content_type: JSON.clone(),
            headers: HeaderMap::new(),
            body: crate::json::to_bytes(body),
            why: None,
        }
    }

    /// 200 with a JSON body.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 200 with what Cordial says where there is nothing else to say (recorded).
    #[must_use]
    pub fn success() -> Self {
        Self {
            status: StatusCode::OK,
            content_type: JSON.clone(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(br#"{"success":true}"#),
            why: None,
        }
    }

    /// Adds a header, or takes the place of the one that there is.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if name == CONTENT_TYPE {
            self.content_type = value;
        } else {
            self.headers.insert(name, value);
        }
        self
    }

    /// The reply's own headers, as far as the transport does not add them (length, date).
    pub(crate) fn own_headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        std::iter::once((&CONTENT_TYPE, &self.content_type)).chain(&self.headers)
    }

    /// Its own headers, and `others` that every reply of a surface has, which give way to its own.
    #[must_use]
    pub(crate) fn headers(&self, others: &[(HeaderName, HeaderValue)]) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(1 + self.headers.len() + others.len());
        for (name, value) in self.own_headers() {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in others {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
        headers
    }
}
