//! Plays a case against a target.

use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use cordial_mock::routes::Surface;
use libtest_mimic::Failed;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::case::{Auth, Case, Expect, Request, Shortfall, Step};
use crate::cleanup;
use crate::matching::{Extent, differences};
use crate::placeholders::Placeholders;
use crate::target::Target;

/// Follows no redirect: a target on this machine must not lead to another one.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .expect("the client starts")
});

/// A request and its reply.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) sent: Value,
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    /// The body, or its text where it is no JSON.
    pub(crate) body: Value,
}

/// One case on one target.
struct Player<'a> {
    target: &'a Target,
    key: String,
    placeholders: Placeholders,
    exchanges: Vec<Exchange>,
}

/// Runs a case and judges the reply.
pub(crate) async fn judge(target: &Target, case: &Case, number: usize) -> Result<(), Failed> {
    let mut player = Player::new(target, number);
    let verdict = player.judge(case).await;
    player.clean_up().await;
    verdict
}

/// Runs a case on a mock and returns what went over the wire, the given steps too.
pub(crate) async fn exchanges(target: &Target, case: &Case, number: usize) -> Result<Vec<Exchange>, Failed> {
    let mut player = Player::new(target, number);
    player.prepare(&case.given).await?;
    player.send(&case.request).await?;
    Ok(player.exchanges)
}

impl<'a> Player<'a> {
    fn new(target: &'a Target, number: usize) -> Self {
        let run = target.run(number);
        let placeholders = Placeholders::new(&run);
        Self { target, key: target.key(&run), placeholders, exchanges: Vec::new() }
    }

    async fn judge(&mut self, case: &Case) -> Result<(), Failed> {
        let shortfall = case.mock.as_ref().filter(|_| self.target.answers_as_a_mock());
        if let Some(Shortfall::NotServed(operation)) = shortfall {
            let exchange = self.send(&case.request).await?;
            return refuses_by_name(exchange, operation);
        }
        self.prepare(&case.given).await?;
        self.send(&case.request).await?;
        let expect = self.filled(&case.expect)?;
        let exchange = self.exchanges.last().ok_or("nothing was sent")?;
        match (shortfall, exchange.verdict(&expect)) {
            (Some(Shortfall::Differs(reason)), Ok(())) => {
                Err(format!("the mock does this now, so remove `mock` from the case: {reason}").into())
            }
            (Some(Shortfall::Differs(_)), Err(_)) => Ok(()),
            (_, verdict) => verdict,
        }
    }

    async fn prepare(&mut self, steps: &[Step]) -> Result<(), Failed> {
        for step in steps {
            let exchange = self.send(&step.request).await?;
            if !(200..300).contains(&exchange.status) {
                return Err(exchange.failure("a step that prepares the case did not succeed").into());
            }
            let mut saved = Vec::new();
            for (name, pointer) in &step.save {
                let value = exchange.body.pointer(pointer);
                let missing = || Failed::from(exchange.failure(&format!("the reply has no {pointer}")));
                saved.push((name, value.cloned().ok_or_else(missing)?));
            }
            for (name, value) in saved {
                self.placeholders.set(name, value);
            }
        }
        Ok(())
    }

    async fn send(&mut self, request: &Request) -> Result<&Exchange, Failed> {
        let path = self.placeholders.text(&request.path)?;
        let method = Method::from_bytes(request.method.as_bytes())?;
        let url = format!("{}{path}", self.target.base());
        let builder = self.authorised(CLIENT.request(method, url), request);
        let (builder, sent) = self.with_body(self.with_headers(builder, request)?, request)?;
        let reply = builder.send().await?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let text = reply.text().await?;
        let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone()));
        let method = request.method.clone();
        self.exchanges.push(Exchange { method, path, sent, status, headers, text, body });
        Ok(self.exchanges.last().ok_or("nothing was sent")?)
    }

    fn authorised(&self, builder: RequestBuilder, request: &Request) -> RequestBuilder {
        match (request.auth, request.surface()) {
            (Auth::None, _) => builder,
            (Auth::Key, Surface::SegmentIngest) => builder.header("x-api-key", &self.key),
            (Auth::Key, _) => builder.basic_auth(&self.key, Some("")),
        }
    }

    fn with_headers(&self, mut builder: RequestBuilder, request: &Request) -> Result<RequestBuilder, Failed> {
        for (name, value) in &request.headers {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            builder = builder.header(name, HeaderValue::from_str(&self.placeholders.text(value)?)?);
        }
        Ok(builder)
    }

    /// The request with its body, and the body as JSON where it is.
    fn with_body(
        &self,
        builder: RequestBuilder,
        request: &Request,
    ) -> Result<(RequestBuilder, Value), Failed> {
        if let Some(body) = &request.body {
            let body = self.placeholders.value(body)?;
            return Ok((builder.json(&body), body));
        }
        if let Some(form) = &request.form {
            let mut fields = form_urlencoded::Serializer::new(String::new());
            for (name, value) in form {
                fields.append_pair(&self.placeholders.text(name)?, &self.placeholders.text(value)?);
            }
            let builder = builder.header("content-type", "application/x-www-form-urlencoded");
            return Ok((builder.body(fields.finish()), Value::Null));
        }
        let Some(raw) = &request.raw else { return Ok((builder, Value::Null)) };
        Ok((builder.body(self.placeholders.text(raw)?), Value::Null))
    }

    fn filled(&self, expect: &Expect) -> Result<Expect, Failed> {
        let value = |value: &Option<Value>| value.as_ref().map(|value| self.placeholders.value(value));
        let mut filled = expect.clone();
        filled.body = value(&expect.body).transpose()?;
        filled.contains = value(&expect.contains).transpose()?;
        Ok(filled)
    }

    /// Removes what was created, the last first. That something stays is no failure of the case, but is said.
    async fn clean_up(&mut self) {
        if self.target.is_mock() {
            return;
        }
        let succeeded = self.exchanges.iter().filter(|exchange| (200..300).contains(&exchange.status));
        let mut paths: Vec<String> = Vec::new();
        for one in succeeded {
            for path in cleanup::removals(&one.method, &one.path, &one.sent, &one.body) {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        for path in paths.iter().rev() {
            if let Err(problem) = self.remove(path).await {
                eprintln!("DELETE {path}: {problem}; it may still be there");
            }
        }
    }

    async fn remove(&self, path: &str) -> Result<(), String> {
        let url = format!("{}{path}", self.target.base());
        let request = CLIENT.delete(url).basic_auth(&self.key, Some(""));
        let reply = request.send().await.map_err(|error| error.to_string())?;
        let status = reply.status();
        let text = reply.text().await.unwrap_or_default();
        if status.is_success() || cleanup::is_gone(&text) { Ok(()) } else { Err(format!("{status} {text}")) }
    }
}

fn refuses_by_name(exchange: &Exchange, operation: &str) -> Result<(), Failed> {
    let names = exchange.body["message"]
        .as_str()
        .is_some_and(|text| text.contains(&format!("does not serve {operation};")));
    if exchange.status == 501 && names {
        return Ok(());
    }
    let problem = format!(
        "the mock was expected to answer 501 and to name {operation}; if it serves it now, remove `mock` from the case"
    );
    Err(exchange.failure(&problem).into())
}

impl Exchange {
    fn verdict(&self, expect: &Expect) -> Result<(), Failed> {
        let mut problems = Vec::new();
        if self.status != expect.status {
            problems.push(format!("status: expected {}, found {}", expect.status, self.status));
        }
        for (name, wanted) in &expect.headers {
            let found = self.headers.get(name.as_str()).and_then(|value| value.to_str().ok());
            if found != Some(wanted.as_str()) {
                problems.push(format!("header {name}: expected {wanted}, found {found:?}"));
            }
        }
        for (expected, extent) in [(&expect.body, Extent::Whole), (&expect.contains, Extent::Part)] {
            problems.extend(expected.iter().flat_map(|expected| differences(expected, &self.body, extent)));
        }
        if expect.text.as_ref().is_some_and(|text| *text != self.text) {
            problems.push(format!("text: expected {:?}", expect.text.as_deref().unwrap_or_default()));
        }
        if problems.is_empty() { Ok(()) } else { Err(self.failure(&problems.join("\n")).into()) }
    }

    /// A failure with the exchange below it.
    pub(crate) fn failure(&self, problem: &str) -> String {
        let mut text = format!("{problem}\n  {} {}\n", self.method, self.path);
        if !self.sent.is_null() {
            let _ = writeln!(text, "  > {}", self.sent);
        }
        let _ = write!(text, "  < {} {}", self.status, self.text);
        text
    }
}
