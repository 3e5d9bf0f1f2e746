//! GET state, PUT state, GET state: the same bytes, and no later write takes the place of what was there.

use cordial_mock::{Clock, MockCordial};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A contact: whether it has a name, which lists it is on, how often it did something.
type Person = (Option<String>, bool, bool, usize);

fn people() -> impl Strategy<Value = Vec<Person>> {
    let name = proptest::option::of("[a-zA-Zäß/ \"\\\\]{0,12}");
    proptest::collection::vec((name, any::<bool>(), any::<bool>(), 0..3_usize), 0..8)
}

fn document(people: &[Person]) -> Value {
    let address = |at: usize| format!("person-{at}@example.com");
    let contact = |(at, (name, news, vip, _)): (usize, &Person)| {
        let lists: Vec<_> =
            [("news", news), ("vip", vip)].into_iter().filter(|(_, on)| **on).map(|(list, _)| list).collect();
        let attributes = name.as_ref().map_or_else(|| json!({}), |name| json!({ "name": name }));
        json!({ "channels": { "email": { "address": address(at) } }, "attributes": attributes, "lists": lists })
    };
    let activities = people.iter().enumerate().flat_map(|(at, person)| {
        (0..person.3)
            .map(move |_| json!({ "contact": address(at), "action": "Visited", "properties": { "n": at } }))
    });
    json!({
        "attributes": [{ "key": "name", "type": "string" }],
        "lists": [{ "name": "news" }, { "name": "vip", "enhanced": true }],
        "contacts": people.iter().enumerate().map(contact).collect::<Value>(),
        "activities": activities.collect::<Value>(),
    })
}

async fn start() -> MockCordial {
    let clock = Clock::fixed("2026-01-02T03:04:05Z".parse().unwrap());
    MockCordial::builder().clock(clock).id_seed(7).start().await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_state_that_is_written_and_read_again_is_the_same(people in people()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let account = start().await.account("key").unwrap();
            account.replace_state(&document(&people)).unwrap();
            let first = account.state();
            account.replace_state(&first).unwrap();
            prop_assert_eq!(first.to_string(), account.state().to_string());
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_contact_that_is_made_after_an_import_takes_no_id_of_an_imported_one() {
    let mock = start().await;
    let account = mock.account("key").unwrap();
    account.replace_state(&document(&vec![(None, false, false, 0); 3])).unwrap();
    account.replace_state(&account.state()).unwrap();
    let reply = reqwest::Client::new()
        .post(format!("{}/v2/contacts", mock.url()))
        .basic_auth("key", Some(""))
        .json(&json!({ "channels": { "email": { "address": "new@example.com" } } }))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 201);
    assert_eq!(account.state()["contacts"].as_array().unwrap().len(), 4);
}
