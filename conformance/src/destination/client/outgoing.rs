//! A request before it is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::Full;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Map, Value};

/// A request before it is sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) key: Option<String>,
    pub(crate) key_as: KeyAs,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Map<String, Value>>,
    /// Whether the body is sent in chunks, without saying how long it is.
    pub(crate) chunked: bool,
}

/// How a request carries the API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyAs {
    /// As the user name of Basic authentication, without a password.
    UserName,
    /// In the header `x-api-key`.
    Header,
}

/// Changes a request on its way: what the self-test makes other destinations with.
pub(crate) type Tamper = fn(&mut Outgoing);

impl Outgoing {
    pub(super) fn into_request(self, http: &reqwest::Client) -> reqwest::RequestBuilder {
        let mut request = http.request(self.method, self.url);
        if let Some(key) = self.key {
            request = match self.key_as {
                KeyAs::UserName => request.basic_auth(key, Some("")),
                KeyAs::Header => request.header("x-api-key", key),
            };
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        match self.body {
            Some(body) if self.chunked => {
                let text = Value::Object(body).to_string();
                let stream = Unmeasured(Full::new(Bytes::from(text)));
                request.header(CONTENT_TYPE, "application/json").body(reqwest::Body::wrap(stream))
            }
            Some(body) => request.json(&body),
            None => request,
        }
    }
}

/// A body that does not say how long it is.
struct Unmeasured(Full<Bytes>);

impl Body for Unmeasured {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }
}
