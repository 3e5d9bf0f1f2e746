//! `/supplements` and their records.

use serde_json::{Value, json};

use crate::support::{Mock, NOW};

const CARS: &str = "/v2/supplements/cars";
const RECORDS: &str = "/v2/supplements/cars/records";

async fn with_cars() -> Mock {
    let mock = Mock::start().await;
    let indexes = json!([{ "field": "model", "type": "string" }, { "field": "year", "type": "number" }]);
    let (status, reply) =
        mock.post("/v2/supplements", json!({ "key": "cars", "name": "Cars", "indexes": indexes })).await;
    assert_eq!((status, reply), (200, json!({ "success": true })));
    mock
}

fn text(reply: &Value, field: &str) -> String {
    reply["messages"]["validationErrors"][field][0].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_supplement_is_made_changed_and_removed() {
    let mock = with_cars().await;
    let (_, cars) = mock.get(CARS).await;
    assert_eq!(
        (&cars["name"], &cars["createdAt"], &cars["contactObject"]),
        (&json!("Cars"), &json!(NOW), &json!(false))
    );
    assert_eq!(mock.put(CARS, json!({ "name": "Autos", "autogenerateIDs": true })).await.0, 200);
    assert_eq!(mock.get("/v2/supplements").await.1[0]["name"], "Autos");
    let (status, reply) =
        mock.put(CARS, json!({ "indexes": [{ "field": "model", "type": "number" }] })).await;
    assert_eq!((status, &reply["message"]), (422, &json!("Field type can't be changed.")));
    assert_eq!(mock.delete(CARS).await.0, 200);
    let (status, reply) = mock.delete(CARS).await;
    assert_eq!((status, &reply["message"]), (422, &json!("'cars' provided but no record found")));
    assert_eq!((mock.get(CARS).await.0, mock.get("/v2/supplements").await.0), (404, 404));
}

#[tokio::test]
async fn what_is_wrong_with_a_supplement_is_named() {
    let mock = with_cars().await;
    let (_, reply) = mock.post("/v2/supplements", json!({ "key": "cars" })).await;
    assert_eq!(
        (text(&reply, "key"), text(&reply, "indexes")),
        ("Key exists".into(), "The indexes field is required".into())
    );
    let (_, reply) = mock
        .post("/v2/supplements", json!({ "indexes": [{ "field": "a" }, { "field": "b", "type": "blob" }] }))
        .await;
    assert_eq!(text(&reply, "key"), "key is required");
    assert_eq!(text(&reply, "indexes.0.type"), "type is required");
    assert_eq!(text(&reply, "indexes.1.type"), "The selected type is invalid");
}

#[tokio::test]
async fn a_record_is_written_read_and_removed() {
    let mock = with_cars().await;
    let created = json!({ "success": true, "message": "record created" });
    assert_eq!(
        mock.post(RECORDS, json!({ "id": "c-1", "model": "2CV", "year": 1961, "colour": "grey" })).await,
        (201, created)
    );
    let (_, record) = mock.get(&format!("{RECORDS}/c-1")).await;
    assert_eq!(
        record,
        json!({ "id": "c-1", "attributes": { "model": "2CV", "year": 1961, "colour": "grey", "ct": NOW, "lm": NOW } })
    );
    assert_eq!(
        mock.put(&format!("{RECORDS}/c-1"), json!({ "id": "c-1", "model": "DS", "year": 1962 })).await.0,
        200
    );
    assert_eq!(mock.get(RECORDS).await.1[0]["attributes"]["model"], "DS");
    let document = mock.state();
    mock.account().replace_state(&document).unwrap();
    assert_eq!(mock.state(), document);
    assert_eq!(mock.put(&format!("{CARS}/clear"), json!({})).await.0, 200);
    assert_eq!(mock.get(RECORDS).await.0, 404);
    assert_eq!(mock.delete(&format!("{RECORDS}/c-1")).await.0, 404);
}

#[tokio::test]
async fn what_is_wrong_with_a_record_stands_under_message() {
    let mock = with_cars().await;
    let (status, reply) =
        mock.post(RECORDS, json!({ "id": "5f6b1434f778ac145d25391a", "model": "", "year": "old" })).await;
    assert_eq!(status, 422);
    assert_eq!(
        reply["message"]["validationErrors"],
        json!({ "id": ["The id format is invalid."], "model": ["model is required"], "year": ["The year must be a number."] })
    );
    let (status, reply) = mock.put(&format!("{RECORDS}/c-9"), json!({ "model": "m", "year": 1 })).await;
    assert_eq!((status, &reply["message"]["validationErrors"]["id"][0]), (400, &json!("id is required")));
    let (status, reply) = mock.get("/v2/supplements/boats/records").await;
    assert_eq!((status, &reply["message"]), (422, &json!("The supplement 'boats' does not exist.")));
}

#[tokio::test]
async fn an_id_is_made_where_the_supplement_says_so() {
    let mock = with_cars().await;
    mock.put(CARS, json!({ "autogenerateIDs": true })).await;
    assert_eq!(mock.post(RECORDS, json!({ "model": "m", "year": 1 })).await.0, 201);
    assert_eq!(mock.get(RECORDS).await.1[0]["id"].as_str().unwrap().len(), 24);
}

#[tokio::test]
async fn an_index_has_any_type_that_an_attribute_has_and_stands_once() {
    let mock = Mock::start().await;
    let with = |indexes: Value| json!({ "key": "shops", "indexes": indexes });
    let (_, reply) = mock.post("/v2/supplements", with(json!([]))).await;
    assert_eq!(text(&reply, "indexes"), "The indexes field is required");
    let twice = json!([{ "field": "a", "type": "geo" }, { "field": "a", "type": "array" }]);
    let (_, reply) = mock.post("/v2/supplements", with(twice)).await;
    assert_eq!(text(&reply, "indexes.1.field"), "The indexes.1.field field has a duplicate value.");
    let all = json!([{ "field": "a", "type": "geo" }, { "field": "b", "type": "array" }, { "field": "c", "type": "date" }]);
    assert_eq!(mock.post("/v2/supplements", with(all)).await.0, 200);
}

#[tokio::test]
async fn a_record_of_a_contact_object_names_a_contact() {
    let mock = with_cars().await;
    mock.put(CARS, json!({ "contactObject": true })).await;
    let (status, reply) = mock.post(RECORDS, json!({ "id": "c-1", "model": "2CV", "year": 1961 })).await;
    assert_eq!(
        (status, &reply["message"]),
        (422, &json!("Must include email or secondaryKey email,cID,push"))
    );
    let owned = json!({ "id": "c-1", "model": "2CV", "year": 1961, "email": "jane@example.com" });
    assert_eq!(mock.post(RECORDS, owned).await.0, 201);
    let (status, reply) = mock.post(RECORDS, json!({})).await;
    assert_eq!((status, &reply["message"]), (422, &json!("empty post")));
}

#[tokio::test]
async fn a_change_of_a_record_keeps_its_id_and_what_is_not_sent() {
    let mock = with_cars().await;
    mock.post(RECORDS, json!({ "id": "c-1", "model": "2CV", "year": 1961, "colour": "grey" })).await;
    let change = |id: &str| json!({ "id": id, "model": "2CV", "year": 1962 });
    let (status, reply) = mock.put(&format!("{RECORDS}/c-1"), change("c-2")).await;
    assert_eq!((status, &reply["message"]), (400, &json!("ID cannot be updated")));
    assert_eq!(mock.put(&format!("{RECORDS}/c-1"), change("c-1")).await.0, 200);
    let (_, picked) = mock.get(&format!("{RECORDS}?fields=colour,year")).await;
    assert_eq!(picked, json!([{ "id": "c-1", "attributes": { "year": 1962, "colour": "grey" } }]));
    let (status, reply) = mock.put("/v2/supplements/boats/records/b", change("b")).await;
    assert_eq!((status, &reply["message"]), (400, &json!("The supplement 'boats' does not exist.")));
}

#[tokio::test]
async fn records_are_sorted_by_the_size_of_a_number() {
    let mock = with_cars().await;
    for year in [1961, 200, 30] {
        mock.post(RECORDS, json!({ "id": format!("c-{year}"), "model": "m", "year": year })).await;
    }
    let (_, sorted) = mock.get(&format!("{RECORDS}?sort_by=year&fields=year")).await;
    let years: Vec<_> =
        sorted.as_array().unwrap().iter().map(|record| record["attributes"]["year"].clone()).collect();
    assert_eq!(years, [30, 200, 1961]);
}
