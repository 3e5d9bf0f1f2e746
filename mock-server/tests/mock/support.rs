//! A mock with a standing clock, and a client with a key of its own.

use cordial_mock::{AccountHandle, Clock, MockCordial};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

pub(crate) const NOW: &str = "2026-01-02T03:04:05+0000";

/// A status and a body.
pub(crate) type Answer = (u16, Value);

pub(crate) struct Mock {
    pub(crate) server: MockCordial,
    client: reqwest::Client,
}

/// The account that most tests start from.
pub(crate) fn seed() -> Value {
    json!({
        "settings": { "secondaryKeys": ["extid"] },
        "attributes": [
            { "key": "First_Name", "name": "First name", "type": "string" },
            { "key": "extid", "name": "External id", "type": "string", "unique": true },
            { "key": "age", "name": "Age", "type": "number", "validators": { "min": 0.0, "max": 150.0 } },
            { "key": "born", "name": "Born", "type": "date" },
            { "key": "home", "name": "Home", "type": "geo" },
            { "key": "tags", "name": "Tags", "type": "array", "options": { "maxitems": 3 } },
        ],
        "lists": [{ "id": 101, "name": "news" }, { "id": 102, "name": "vip", "enhanced": true }],
        "contacts": [{
            "channels": { "email": { "address": "jane@example.com" } },
            "attributes": { "First_Name": "Jane", "extid": "u-1", "tags": ["a", "b"] },
            "lists": ["news"],
        }],
    })
}

impl Mock {
    pub(crate) async fn start() -> Self {
        Self::start_with(seed()).await
    }

    pub(crate) async fn start_with(seed: Value) -> Self {
        let clock = Clock::fixed("2026-01-02T03:04:05Z".parse().unwrap());
        let server = MockCordial::builder().clock(clock).id_seed(7).seed(seed).start().await.unwrap();
        Self::of(server)
    }

    /// A client of a mock that was started otherwise.
    pub(crate) fn of(server: MockCordial) -> Self {
        Self { server, client: reqwest::Client::new() }
    }

    pub(crate) fn account(&self) -> AccountHandle {
        self.server.account("key").unwrap()
    }

    pub(crate) fn state(&self) -> Value {
        self.account().state()
    }

    /// A request without a key.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.server.url()))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).basic_auth("key", Some(""))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn form(&self, path: &str, body: &'static str) -> Answer {
        let content_type = "application/x-www-form-urlencoded";
        answer(self.request(Method::POST, path).header("content-type", content_type).body(body)).await
    }

    pub(crate) async fn ingest(&self, action: &str, body: Value) -> Answer {
        answer(
            self.bare(Method::POST, &format!("/api/segment/{action}")).header("x-api-key", "key").json(&body),
        )
        .await
    }

    /// The attributes of the contact with this address.
    pub(crate) fn attributes(&self, email: &str) -> Value {
        self.contact(email)["attributes"].clone()
    }

    /// The contact with this address, null when there is none.
    pub(crate) fn contact(&self, email: &str) -> Value {
        let state = self.state();
        let contacts = state["contacts"].as_array().unwrap();
        contacts
            .iter()
            .find(|contact| contact["channels"]["email"]["address"] == email)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn activities(&self) -> Vec<Value> {
        self.state()["activities"].as_array().unwrap().clone()
    }

    /// Why the last request was refused.
    pub(crate) fn why(&self) -> String {
        self.account().requests().last().unwrap().why.clone().unwrap_or_default()
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let reply = request.send().await.unwrap();
    let status = reply.status().as_u16();
    let text = reply.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

pub(crate) fn success() -> Value {
    json!({ "success": true })
}

/// A 422 in the form that was recorded.
pub(crate) fn validation_v1(field: &str, text: &str) -> Answer {
    (422, json!({ "error": true, "messages": { "validationErrors": { field: [text] } } }))
}

pub(crate) fn validation_v2(field: &str, text: &str) -> Answer {
    let errors = json!({ "validationErrors": { field: [text] } });
    (422, json!({ "error": true, "errorKey": "GENERIC_ERROR_KEY", "messages": errors }))
}
