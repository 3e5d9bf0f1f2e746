//! Imports, merges, and the jobs that do them.

use serde_json::{Value, json};

use crate::support::{Mock, seed};

const FILE: &str = "https://files.example.com/people.csv";

async fn with(settings: Value, file: &str) -> Mock {
    let mut state = seed();
    state["settings"].as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    state["files"] = json!({ FILE: file });
    Mock::start_with(state).await
}

fn import(fields: Value) -> Value {
    let mut body = json!({ "source": { "transport": "HTTPS", "url": FILE }, "hasHeader": true });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_import_makes_contacts_subscribed_and_counts_its_rows() {
    let file = "email,First_Name,age,vip,102\nnew@example.com,New,7,true,\njane@example.com,Janet,,,1\nbad@example.com,x,old,,\n,nobody,,,\n";
    let mock = with(json!({}), file).await;
    let (status, reply) =
        mock.post("/v2/contactimports", import(json!({ "lists": { "addTo": ["news"] } }))).await;
    assert_eq!(status, 201);
    let (_, job) = mock.get(&format!("/v2/jobs/{}", reply["jobId"].as_str().unwrap())).await;
    assert_eq!(job["status"], "Done");
    assert_eq!(
        job["result"],
        json!({ "totalRecords": 4, "inserted": 1, "updated": 1, "rejected": 2, "error": 0, "ignored": 0 })
    );
    let new = mock.contact("new@example.com");
    assert_eq!(new["channels"]["email"]["subscribeStatus"], "subscribed");
    assert_eq!(new["attributes"], json!({ "First_Name": "New", "age": 7 }));
    assert_eq!(new["lists"], json!(["news", "vip"]));
    let jane = mock.contact("jane@example.com");
    assert_eq!(
        (&jane["attributes"]["First_Name"], &jane["channels"]["email"]["subscribeStatus"]),
        (&json!("Janet"), &json!("none"))
    );
}

#[tokio::test]
async fn a_strategy_leaves_rows_out_and_a_marker_and_a_column_without_a_name_leave_out_cells() {
    let file = "new@example.com;x;N;1\njane@example.com;x;-;7\n";
    let mock = with(json!({}), file).await;
    let columns = json!({ "hasHeader": false, "columns": ["email", "", "First_Name", "age"], "delimiter": ";", "nullMarker": "-", "strategy": "updateOnly" });
    mock.post("/v2/contactimports", import(columns)).await;
    assert_eq!(mock.contact("new@example.com"), Value::Null);
    let jane = mock.attributes("jane@example.com");
    assert_eq!((&jane["First_Name"], &jane["age"]), (&json!("Jane"), &json!(7)));
}

#[tokio::test]
async fn only_an_identifier_of_another_contact_counts_as_an_error() {
    let mock = with(json!({}), "email,extid,age\nnew@example.com,u-1,\nbad@example.com,,old\n").await;
    mock.post("/v2/contactimports", import(json!({}))).await;
    let (_, jobs) = mock.get("/v2/jobs").await;
    assert_eq!((&jobs[0]["result"]["error"], &jobs[0]["result"]["rejected"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn what_an_import_would_only_promise_is_refused_by_name() {
    let mock = with(json!({}), "").await;
    let hook = import(json!({ "jobStatusWebhookUrl": "https://example.com/hook" }));
    let (status, reply) = mock.post("/v2/contactimports", hook).await;
    assert_eq!(status, 501);
    assert!(reply["message"].as_str().unwrap().contains("jobStatusWebhookUrl"), "{reply}");
    let lines =
        json!({ "source": { "transport": "HTTPS", "url": "https://files.example.com/people.jsonl" } });
    assert_eq!(mock.post("/v2/contactimports", lines).await.0, 501);
}

#[tokio::test]
async fn an_import_that_cannot_be_read_is_a_406_with_the_field() {
    let mock = with(json!({}), "").await;
    for (body, text) in [
        (json!({}), "The source field is required."),
        (json!({ "source": {} }), "The source.transport field is required."),
        (json!({ "source": { "transport": "MAIL" } }), "The selected source.transport is invalid."),
        (json!({ "source": { "transport": "HTTPS" } }), "The source.url field is required."),
        (
            json!({ "source": { "transport": "FTP", "server": "s", "username": "u", "path": "p" } }),
            "Parameter password is not set",
        ),
        (json!({ "source": { "transport": "HTTPS", "url": FILE } }), "The columns field is required."),
        (
            json!({ "source": { "transport": "AZUREBLOB", "path": "p" } }),
            "The source.account field is required.",
        ),
        (import(json!({ "hasHeader": false, "columns": [1] })), "The columns must be an array of strings."),
        (import(json!({ "confirmEmail": "nobody" })), "The confirm email must be a valid email address."),
        (import(json!({ "strategy": "guess" })), "The selected strategy is invalid."),
    ] {
        let refused = json!({ "error": true, "errorKey": "GENERIC_ERROR_KEY", "message": text });
        assert_eq!(mock.post("/v2/contactimports", body).await, (406, refused));
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_said_in_the_job_s_place() {
    let mock = with(json!({}), "").await;
    let source = json!({ "source": { "transport": "HTTPS", "url": "https://files.example.com/no.csv" } });
    let (status, reply) = mock.post("/v2/contactimports", import(source)).await;
    assert_eq!((status, &reply["jobId"]["error"]), (201, &json!(true)));
    assert!(mock.why().contains("files:"), "{}", mock.why());
}

#[tokio::test]
async fn a_job_is_done_after_so_many_reads() {
    let mock = with(json!({ "jobs": { "afterReads": 2 } }), "email\nnew@example.com\n").await;
    let (_, reply) = mock.post("/v2/contactimports", import(json!({}))).await;
    let path = format!("/v2/jobs/{}", reply["jobId"].as_str().unwrap());
    assert_eq!(mock.contact("new@example.com"), Value::Null);
    assert_eq!(mock.get(&path).await.1["status"], "Processing");
    assert_eq!(mock.get(&path).await.1["status"], "Done");
    assert_ne!(mock.contact("new@example.com"), Value::Null);
}

#[tokio::test]
async fn a_job_is_done_when_the_account_s_clock_says_so() {
    let mock = with(json!({ "jobs": { "afterSeconds": 60 } }), "email\nnew@example.com\n").await;
    mock.post("/v2/contactimports", import(json!({}))).await;
    mock.put("/__admin/clock", json!({ "advance": "PT59S" })).await;
    assert_eq!(mock.get("/v2/jobs").await.1[0]["status"], "Processing");
    mock.put("/__admin/clock", json!({ "advance": "PT1S" })).await;
    let (_, done) = mock.get("/v2/jobs?status=Done&include=statistic").await;
    assert_eq!(done[0]["times"]["end"], "2026-01-02T03:05:05+0000");
    // Data automations alone have a statistic.
    assert_eq!((&done[0]["result"]["inserted"], &done[0]["statistic"]), (&json!(1), &Value::Null));
    assert_eq!(mock.get("/v2/jobs?include=everything").await.0, 422);
    assert_eq!(mock.get("/v2/jobs?status=Failed").await.0, 404);
    let (status, reply) = mock.get("/v2/jobs?include=statistic&per_page=26").await;
    assert_eq!((status, &reply["errorKey"]), (400, &json!("JOBS_STATISTIC_PER_PAGE_EXCEEDED")));
    assert_eq!(mock.get("/v2/jobs/5f6b1434f778ac145d25391a").await.0, 404);
}

fn merge(cart: &str) -> Value {
    json!({
        "sourceContact": "email:old@example.com", "destinationContact": "jane@example.com",
        "options": {
            "email_channels": "destinationContact", "sms_channels": "destinationContact", "push_channels": "merge",
            "orders": "merge", "events": "merge", "supplements": "destinationContact", "cart": cart,
            "attributes": "destinationContact", "lists": "sourceContact",
        },
    })
}

#[tokio::test]
async fn two_contacts_become_one() {
    let mock = Mock::start().await;
    let old = json!({ "channels": { "email": { "address": "old@example.com" } }, "age": 7, "First_Name": "Old", "vip": true });
    mock.post("/v2/contacts", old).await;
    mock.post("/v2/contactactivities", json!({ "a": "Seen", "email": "old@example.com" })).await;
    let (status, reply) = mock.post("/v2/contacts/merge", merge("lastModified")).await;
    assert_eq!(status, 201);
    assert_eq!(mock.get(&format!("/v2/jobs/{}", reply["jobID"].as_str().unwrap())).await.1["status"], "Done");
    assert_eq!(mock.contact("old@example.com"), Value::Null);
    let jane = mock.contact("jane@example.com");
    assert_eq!((&jane["attributes"]["First_Name"], &jane["attributes"]["age"]), (&json!("Jane"), &json!(7)));
    assert_eq!(jane["lists"], json!(["vip"]));
    assert_eq!(mock.activities()[0]["contact"], "jane@example.com");
}

#[tokio::test]
async fn a_merge_says_all_it_wants() {
    let mock = Mock::start().await;
    assert_eq!(mock.post("/v2/contacts/merge", merge("lastModified")).await.0, 422);
    mock.post("/v2/contacts", json!({ "channels": { "email": { "address": "old@example.com" } } })).await;
    let (status, reply) = mock.post("/v2/contacts/merge", merge("both")).await;
    assert_eq!((status, &reply["message"]), (422, &json!("The selected options.cart is invalid.")));
    assert_eq!(mock.post("/v2/contacts/split", json!({})).await.0, 403);
    let off = with(json!({ "contactMerge": false }), "").await;
    assert_eq!(off.post("/v2/contacts/merge", merge("lastModified")).await.0, 403);
}
