//! Many writers at once.

use cordial_mock::MockCordial;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const WRITERS: usize = 8;
const WRITES: usize = 25;

/// Every writer upserts so often, the contact that `name` says; returns how many replies were a 201, and the state.
async fn upserts(name: fn(usize, usize) -> String) -> (usize, Value) {
    let mock = MockCordial::builder().start().await.unwrap();
    let client = reqwest::Client::new();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (client, url) = (client.clone(), format!("{}/v2/contacts", mock.url()));
        writers.spawn(async move {
            let mut created = 0;
            for write in 0..WRITES {
                let body = json!({ "channels": { "email": { "address": name(writer, write) } } });
                let reply = client.post(&url).basic_auth("key", Some("")).json(&body).send().await.unwrap();
                assert!(reply.status().is_success(), "{}", reply.status());
                created += usize::from(reply.status() == 201);
            }
            created
        });
    }
    let created = writers.join_all().await.into_iter().sum();
    let account = mock.account("key").unwrap();
    assert_eq!(account.requests().len(), WRITERS * WRITES);
    (created, account.state()["contacts"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_of_one_contact_at_once_make_one_contact() {
    let (created, contacts) = upserts(|_, _| "one@example.com".to_owned()).await;
    assert_eq!((created, contacts.as_array().unwrap().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_of_many_contacts_at_once_lose_none() {
    let (created, contacts) = upserts(|writer, write| format!("{writer}-{write}@example.com")).await;
    assert_eq!((created, contacts.as_array().unwrap().len()), (WRITERS * WRITES, WRITERS * WRITES));
}
