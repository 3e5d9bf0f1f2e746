//! Whatever is done, in whatever order, the account is as a model of a few lines says.

use std::collections::BTreeMap;

use cordial_mock::MockCordial;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

/// Few people, so that operations meet.
const PEOPLE: usize = 3;

#[derive(Debug, Clone)]
enum Operation {
    Upsert(usize, Fields),
    Update(usize, Fields),
    /// With a name that is no text: refused, and nothing else of it happens.
    WrongType(usize, Fields),
    Get(usize),
    Delete(usize),
    Act(usize),
    Unsubscribe(usize),
    ClearList,
}

/// What a call says of a contact; nothing is said of what is left out.
#[derive(Debug, Clone, Default)]
struct Fields {
    name: Option<String>,
    news: Option<bool>,
    status: Option<&'static str>,
}

impl Fields {
    fn to_json(&self, person: usize) -> Value {
        let mut body = json!({ "channels": { "email": { "address": address(person) } } });
        if let Some(status) = self.status {
            body["channels"]["email"]["subscribeStatus"] = json!(status);
        }
        if let Some(name) = &self.name {
            body["name"] = json!(name);
        }
        if let Some(news) = self.news {
            body["news"] = json!(news);
        }
        body
    }
}

fn address(person: usize) -> String {
    format!("person-{person}@example.com")
}

fn fields() -> impl Strategy<Value = Fields> {
    let name = proptest::option::of("[a-zA-Zäß/\"\\\\]{1,12}");
    let status = proptest::option::of(proptest::sample::select(vec!["none", "subscribed", "unsubscribed"]));
    (name, proptest::option::of(any::<bool>()), status).prop_map(|(name, news, status)| Fields {
        name,
        news,
        status,
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let person = 0..PEOPLE;
    prop_oneof![
        4 => (person.clone(), fields()).prop_map(|(person, fields)| Operation::Upsert(person, fields)),
        3 => (person.clone(), fields()).prop_map(|(person, fields)| Operation::Update(person, fields)),
        1 => (person.clone(), fields()).prop_map(|(person, fields)| Operation::WrongType(person, fields)),
        3 => person.clone().prop_map(Operation::Get),
        1 => person.clone().prop_map(Operation::Delete),
        3 => person.clone().prop_map(Operation::Act),
        1 => person.prop_map(Operation::Unsubscribe),
        1 => Just(Operation::ClearList),
    ]
}

/// A contact as the model knows it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Person {
    name: Option<String>,
    news: bool,
    status: Option<&'static str>,
    acted: usize,
}

impl Person {
    fn change(&mut self, fields: &Fields) {
        self.name = fields.name.clone().or_else(|| self.name.take());
        self.news = fields.news.unwrap_or(self.news);
        // Whoever unsubscribed is subscribed again only where the call insists (FACTS, "forceSubscribe").
        let refused = self.status == Some("unsubscribed");
        self.status = fields.status.filter(|_| !refused).or(self.status);
    }

    /// What GET contact shows of it.
    fn shown(&self) -> Value {
        json!([
            self.name,
            self.status.unwrap_or("none"),
            if self.news { json!(["news"]) } else { Value::Null }
        ])
    }
}

#[derive(Debug, Default)]
struct Model(BTreeMap<usize, Person>);

impl Model {
    /// Carries the operation out; the status that it is to be answered.
    fn apply(&mut self, operation: &Operation) -> u16 {
        match operation {
            Operation::Upsert(person, fields) => {
                let status = if self.0.contains_key(person) { 200 } else { 201 };
                self.0.entry(*person).or_default().change(fields);
                status
            }
            Operation::Update(person, fields) => self.with(*person, 404, |known| known.change(fields)),
            Operation::WrongType(..) => 422,
            Operation::Get(person) => self.with(*person, 404, |_| ()),
            Operation::Delete(person) => self.0.remove(person).map_or(404, |_| 200),
            Operation::Act(person) => match self.with(*person, 400, |known| known.acted += 1) {
                200 => 201,
                refused => refused,
            },
            Operation::Unsubscribe(person) => {
                self.with(*person, 404, |known| known.status = Some("unsubscribed"))
            }
            Operation::ClearList => {
                self.0.values_mut().for_each(|person| person.news = false);
                200
            }
        }
    }

    fn with(&mut self, person: usize, otherwise: u16, change: impl FnOnce(&mut Person)) -> u16 {
        self.0.get_mut(&person).map_or(otherwise, |person| {
            change(person);
            200
        })
    }
}

struct Client {
    url: String,
    http: reqwest::Client,
}

impl Client {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request =
            self.http.request(method, format!("{}/v2/{path}", self.url)).basic_auth("key", Some(""));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap())
    }

    async fn apply(&self, operation: &Operation) -> (u16, Value) {
        let contact = |person: &usize| format!("contacts/{}", address(*person));
        match operation {
            Operation::Upsert(person, fields) => {
                self.ask(Method::POST, "contacts", Some(fields.to_json(*person))).await
            }
            Operation::Update(person, fields) => {
                self.ask(Method::PUT, &contact(person), Some(fields.to_json(*person))).await
            }
            Operation::WrongType(person, fields) => {
                let mut body = fields.to_json(*person);
                body["name"] = json!(12);
                self.ask(Method::POST, "contacts", Some(body)).await
            }
            Operation::Get(person) => self.ask(Method::GET, &contact(person), None).await,
            Operation::Delete(person) => self.ask(Method::DELETE, &contact(person), None).await,
            Operation::Act(person) => {
                let body = json!({ "a": "Visited", "email": address(*person) });
                self.ask(Method::POST, "contactactivities", Some(body)).await
            }
            Operation::Unsubscribe(person) => {
                self.ask(Method::PUT, &format!("{}/unsubscribe/email", contact(person)), None).await
            }
            Operation::ClearList => self.ask(Method::PUT, "accountlists/7/clear", None).await,
        }
    }
}

/// The whole account in the model's words.
fn people(state: &Value) -> BTreeMap<String, (Value, usize)> {
    let activities = state["activities"].as_array().unwrap();
    let contacts = state["contacts"].as_array().unwrap().iter();
    contacts
        .map(|contact| {
            let email = &contact["channels"]["email"];
            let lists =
                contact.get("lists").filter(|lists| **lists != json!([])).cloned().unwrap_or_default();
            let status = email.get("subscribeStatus").cloned().unwrap_or_else(|| json!("none"));
            let acted = activities
                .iter()
                .filter(|one| [&contact["_id"], &email["address"]].contains(&&one["contact"]));
            let shown = json!([contact["attributes"].get("name"), status, lists]);
            (email["address"].as_str().unwrap().to_owned(), (shown, acted.count()))
        })
        .collect()
}

async fn play(operations: &[Operation]) -> Result<(), TestCaseError> {
    let mock = MockCordial::builder().start().await.unwrap();
    let account = mock.account("key").unwrap();
    account
        .replace_state(&json!({
            "attributes": [{ "key": "name", "type": "string" }],
            "lists": [{ "id": 7, "name": "news" }],
        }))
        .unwrap();
    let client = Client { url: mock.url().to_string(), http: reqwest::Client::new() };
    let mut model = Model::default();
    for operation in operations {
        let expected = model.apply(operation);
        let (status, body) = client.apply(operation).await;
        prop_assert_eq!(status, expected, "{:?} was answered {}", operation, body);
        if let (Operation::Get(person), 200) = (operation, status) {
            let email = &body["channels"]["email"];
            let shown = json!([
                body["attributes"].get("name"),
                email["subscribeStatus"],
                body["attributes"].get("lists").cloned().unwrap_or_default()
            ]);
            prop_assert_eq!(&shown, &model.0[person].shown());
        }
    }
    let expected: BTreeMap<_, _> =
        model.0.iter().map(|(at, person)| (address(*at), (person.shown(), person.acted))).collect();
    prop_assert_eq!(people(&account.state()), expected);
    prop_assert_eq!(account.requests().len(), operations.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_account_is_as_its_model(operations in proptest::collection::vec(operation(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&operations))?;
    }
}
