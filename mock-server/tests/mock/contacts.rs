//! Contacts: upsert, read, change, remove, and who is who.

use serde_json::json;

use crate::support::{Mock, NOW, success, validation_v1, validation_v2};

#[tokio::test]
async fn a_new_contact_is_created_and_a_known_one_updated() {
    let mock = Mock::start().await;
    let body = json!({ "channels": { "email": { "address": "new@example.com" } }, "First_Name": "New" });
    for (path, created) in [("/v2/contacts", 201), ("/v1/contacts", 200)] {
        mock.account().reset();
        let (status, reply) = mock.post(path, body.clone()).await;
        assert_eq!((status, &reply["message"]), (created, &json!("contact created")), "{path}");
        let (status, again) = mock.post(path, body.clone()).await;
        assert_eq!(
            (status, &again["message"], &again["cID"]),
            (200, &json!("contact updated"), &reply["cID"]),
            "{path}"
        );
    }
    assert_eq!(mock.attributes("new@example.com"), json!({ "First_Name": "New" }));
}

#[tokio::test]
async fn recorded_an_unknown_key_is_refused_and_case_counts() {
    let mock = Mock::start().await;
    let before = mock.state();
    let body =
        json!({ "channels": { "email": { "address": "cordial@example.com" } }, "first_name": "Cordial" });
    let refusal = "key first_name is not part of the schema for this resource";
    assert_eq!(mock.post("/v1/contacts", body.clone()).await, validation_v1("first_name", refusal));
    assert_eq!(mock.post("/v2/contacts", body.clone()).await, validation_v2("first_name", refusal));
    assert_eq!(
        mock.put("/v1/contacts/email:jane@example.com", body).await,
        validation_v1("first_name", refusal)
    );
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn a_refusal_names_every_field_and_stores_nothing() {
    let mock = Mock::start().await;
    let before = mock.state();
    let body = json!({
        "channels": { "email": { "address": "no address", "colour": 1 }, "fax": {} },
        "First_Name": 1, "age": "old", "born": "soon", "home": { "planet": "x" }, "home.city": 1, "tags": "x", "news": "yes", "other": 1,
    });
    let (status, reply) = mock.post("/v2/contacts", body).await;
    assert_eq!(status, 422);
    let named: Vec<&str> =
        reply["messages"]["validationErrors"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "channels.email.address",
        "channels.email.colour",
        "channels.fax",
        "First_Name",
        "age",
        "born",
        "home",
        "home.city",
        "tags",
        "news",
        "other",
    ];
    assert_eq!(named, expected);
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn a_contact_is_named_in_three_ways() {
    let mock = Mock::start().await;
    let id = mock.contact("jane@example.com")["cID"].as_str().unwrap().to_owned();
    for name in [
        id.clone(),
        format!("cID:{id}"),
        "jane@example.com".to_owned(),
        "jane%40example.com".to_owned(),
        "email:jane%40example.com".to_owned(),
        "channels.email.address:jane@example.com".to_owned(),
        "extid:u-1".to_owned(),
        "extid:u%2D1".to_owned(),
    ] {
        let (status, reply) = mock.get(&format!("/v2/contacts/{name}")).await;
        assert_eq!((status, &reply["_id"]), (200, &json!(id)), "{name}");
    }
    for name in ["nobody@example.com", "First_Name:Jane", "extid:u-2", "JANE@example.com", "u-1"] {
        assert_eq!(
            mock.get(&format!("/v1/contacts/{name}")).await,
            (404, json!({ "error": true, "message": "record not found" })),
            "{name}"
        );
    }
    let v2 = json!({ "error": true, "errorKey": "RECORD_NOT_FOUND", "message": "record not found" });
    assert_eq!(mock.get("/v2/contacts/nobody@example.com").await, (404, v2));
}

#[tokio::test]
async fn v1_shows_a_contact_flat_and_v2_nested() {
    let mock = Mock::start().await;
    let (_, v1) = mock.get("/v1/contacts/jane@example.com").await;
    let channel = json!({ "address": "jane@example.com", "subscribeStatus": "none" });
    assert_eq!(
        (&v1["First_Name"], &v1["createdAt"], &v1["channels"]["email"]),
        (&json!("Jane"), &json!(NOW), &channel)
    );
    let (_, v2) = mock.get("/v2/contacts/jane@example.com").await;
    assert_eq!(v2["attributes"]["First_Name"], "Jane");
    assert_eq!(v2["attributes"]["lists"], json!(["news"]));
    assert_eq!(v2["attributes"]["lastUpdateSource"], "api");
    assert_eq!((&v2["_id"], &v2["channels"]["email"]), (&v2["attributes"]["cID"], &channel));
}

#[tokio::test]
async fn put_changes_and_never_creates() {
    let mock = Mock::start().await;
    assert_eq!(mock.put("/v2/contacts/jane@example.com", json!({ "age": 30 })).await, (200, success()));
    assert_eq!(mock.attributes("jane@example.com")["First_Name"], "Jane");
    assert_eq!(mock.attributes("jane@example.com")["age"], 30);
    let unknown =
        json!({ "error": true, "errorKey": "CONTACTS_CONTACT_NOT_FOUND", "message": "record not found" });
    assert_eq!(mock.put("/v2/contacts/nobody@example.com", json!({})).await, (404, unknown));
    assert_eq!(mock.put("/v1/contacts/nobody@example.com", json!({})).await.0, 404);
    assert_eq!(mock.state()["contacts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_type_of_attribute_keeps_what_fits() {
    let mock = Mock::start().await;
    let body = json!({ "age": 1.5, "born": "1980-05-22", "home": { "city": "LA" }, "home.loc": { "lat": 1, "lon": 2.5 }, "tags": ["x"] });
    assert_eq!(mock.put("/v2/contacts/jane@example.com", body).await.0, 200);
    let attributes = mock.attributes("jane@example.com");
    assert_eq!(attributes["born"], "1980-05-22T07:00:00+0000");
    assert_eq!(attributes["home"], json!({ "city": "LA", "loc": { "lat": 1, "lon": 2.5 } }));
    assert_eq!(attributes["tags"], json!(["x"]));
    mock.put("/v2/contacts/jane@example.com", json!({ "home.city": "SF", "age": null })).await;
    let attributes = mock.attributes("jane@example.com");
    assert_eq!((&attributes["home"]["city"], &attributes["home"]["loc"]["lat"]), (&json!("SF"), &json!(1)));
    assert!(attributes.get("age").is_none());
}

#[tokio::test]
async fn an_array_is_changed_by_add_and_remove_and_the_newest_push_out_the_oldest() {
    let mock = Mock::start().await;
    let put = async |body| mock.put("/v2/contacts/jane@example.com", body).await.0;
    assert_eq!(put(json!({ "tags": { "add": ["c", "d"] } })).await, 200);
    assert_eq!(mock.attributes("jane@example.com")["tags"], json!(["b", "c", "d"]));
    assert_eq!(put(json!({ "tags": { "remove": ["c"], "add": ["e"] } })).await, 200);
    assert_eq!(mock.attributes("jane@example.com")["tags"], json!(["b", "d", "e"]));
    assert_eq!(put(json!({ "tags": { "append": ["x"] } })).await, 422);
}

#[tokio::test]
async fn bounds_and_lengths_are_those_of_the_attribute() {
    let mock = Mock::start().await;
    let put = async |body| mock.put("/v1/contacts/jane@example.com", body).await;
    assert_eq!(
        put(json!({ "age": 151 })).await,
        validation_v1("age", "The age may not be greater than 150.")
    );
    assert_eq!(put(json!({ "age": -1 })).await, validation_v1("age", "The age must be at least 0."));
    assert_eq!(put(json!({ "First_Name": "é".repeat(128) })).await.0, 200);
    let refusal = validation_v1("First_Name", "The First_Name may not be greater than 128 characters.");
    assert_eq!(put(json!({ "First_Name": "é".repeat(129) })).await, refusal);
}

#[tokio::test]
async fn lists_are_joined_and_left_by_name() {
    let mock = Mock::start().await;
    mock.put("/v2/contacts/jane@example.com", json!({ "vip": true, "news": false })).await;
    let contact = mock.contact("jane@example.com");
    assert_eq!((&contact["lists"], &contact["listJoinDate"]), (&json!(["vip"]), &json!({ "vip": NOW })));
}

#[tokio::test]
async fn an_unsubscribed_contact_subscribes_by_force_only() {
    let mock = Mock::start().await;
    let status = async |status: &str, force: bool| {
        let email = json!({ "address": "jane@example.com", "subscribeStatus": status });
        let body = json!({ "channels": { "email": email }, "forceSubscribe": force });
        assert_eq!(mock.post("/v2/contacts", body).await.0, 200);
        mock.contact("jane@example.com")["channels"]["email"].clone()
    };
    let subscribed =
        json!({ "address": "jane@example.com", "subscribeStatus": "subscribed", "subscribedAt": NOW });
    let unsubscribed =
        json!({ "address": "jane@example.com", "subscribeStatus": "unsubscribed", "unsubscribedAt": NOW });
    assert_eq!(status("subscribed", false).await, subscribed);
    assert_eq!(status("unsubscribed", false).await, unsubscribed);
    assert_eq!(status("subscribed", false).await, unsubscribed);
    assert_eq!(status("subscribed", true).await, subscribed);
}

#[tokio::test]
async fn unsubscribing_names_a_channel_and_perhaps_a_message() {
    let mock = Mock::start().await;
    let id = mock.contact("jane@example.com")["cID"].as_str().unwrap().to_owned();
    let unsubscribe = async |path: &str| {
        mock.put(&format!("/v1/contacts/jane@example.com/unsubscribe/{path}"), json!({})).await
    };
    assert_eq!(
        unsubscribe("fax").await,
        (422, json!({ "error": true, "messages": "Channel doesn't exist" }))
    );
    let wrong = json!({ "error": true, "messages": "mcID doesn't belong to this contact" });
    assert_eq!(unsubscribe("email?mcID=645:5b6a:ot:000000000000000000000000:1").await, (422, wrong));
    assert_eq!(unsubscribe(&format!("email?mcID=645:5b6a:ot:{id}:1")).await, (200, success()));
    assert_eq!(mock.contact("jane@example.com")["channels"]["email"]["subscribeStatus"], "unsubscribed");
}

#[tokio::test]
async fn an_identifier_belongs_to_one_contact() {
    let mock = Mock::start().await;
    let body = json!({ "channels": { "email": { "address": "joe@example.com" } }, "extid": "u-1" });
    assert_eq!(
        mock.post("/v1/contacts", body).await,
        validation_v1("extid", "The extid has already been taken.")
    );
    assert_eq!(mock.state()["contacts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn identify_by_looks_in_falling_priority() {
    let mock = Mock::start().await;
    let body =
        json!({ "identifyBy": ["email", "extid"], "email": "other@example.com", "extid": "u-1", "age": 4 });
    let (status, reply) = mock.post("/v2/contacts", body).await;
    assert_eq!((status, &reply["message"]), (200, &json!("contact updated")));
    let contact = mock.contact("other@example.com");
    assert_eq!((&contact["attributes"]["extid"], &contact["attributes"]["age"]), (&json!("u-1"), &json!(4)));
    let (status, reply) =
        mock.post("/v2/contacts", json!({ "identifyBy": ["First_Name"], "First_Name": "x" })).await;
    assert_eq!((status, &reply["messages"]), (422, &json!("Search field is not correct")));
}

#[tokio::test]
async fn a_custom_primary_key_identifies() {
    let mut seed = crate::support::seed();
    seed["settings"] = json!({ "primaryKey": "extid" });
    let mock = Mock::start_with(seed).await;
    assert_eq!(mock.get("/v2/contacts/u-1").await.0, 200);
    assert_eq!(mock.post("/v2/contacts", json!({ "extid": "u-2", "age": 2 })).await.0, 201);
    assert_eq!(mock.get("/v2/contacts/u-2").await.1["attributes"]["age"], 2);
    let missing = validation_v2("extid", "The extid field is required.");
    assert_eq!(mock.post("/v2/contacts", json!({ "age": 2 })).await, missing);
}

#[tokio::test]
async fn suppress_triggers_is_a_truth_value() {
    let mock = Mock::start().await;
    let refusal = (422, json!({ "error": true, "messages": "Incorrect value for suppressTriggers" }));
    let body = |value| json!({ "channels": { "email": { "address": "jane@example.com" } }, "suppressTriggers": value });
    assert_eq!(mock.post("/v1/contacts", body(json!("maybe"))).await, refusal);
    assert_eq!(mock.post("/v1/contacts", body(json!(false))).await.0, 200);
}

#[tokio::test]
async fn a_removed_contact_is_gone_with_its_activities() {
    let mock = Mock::start().await;
    mock.post("/v2/contactactivities", json!({ "email": "jane@example.com", "a": "Buy" })).await;
    assert_eq!(mock.delete("/v2/contacts/jane@example.com").await, (200, success()));
    assert_eq!(mock.get("/v2/contacts/jane@example.com").await.0, 404);
    assert!(mock.activities().is_empty());
    assert_eq!(mock.delete("/v2/contacts/jane@example.com").await.0, 404);
}

#[tokio::test]
async fn many_contacts_are_filtered_sorted_paged_and_counted() {
    let mock = Mock::start().await;
    for (name, age) in [("ann", 3), ("bob", 1), ("cid", 2)] {
        let body =
            json!({ "channels": { "email": { "address": format!("{name}@example.com") } }, "age": age });
        assert_eq!(mock.post("/v2/contacts", body).await.0, 201);
    }
    let names = async |query: &str| {
        let (_, reply) = mock.get(&format!("/v2/contacts?{query}")).await;
        let address = |contact: &serde_json::Value| {
            contact["channels"]["email"]["address"].as_str().unwrap()[..3].to_owned()
        };
        reply.as_array().map(|contacts| contacts.iter().map(address).collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!(names("").await, ["jan", "ann", "bob", "cid"]);
    assert_eq!(names("sort_by=age&sort_dir=desc").await, ["ann", "cid", "bob", "jan"]);
    assert_eq!(names("page=2&per_page=3").await, ["cid"]);
    assert_eq!(names("age=2").await, ["cid"]);
    assert_eq!(names("email=bob%40example.com").await, ["bob"]);
    assert_eq!(mock.get("/v2/contacts?age=9").await.0, 404);
    let reply =
        mock.request(reqwest::Method::GET, "/v2/contacts?return_count=true&per_page=1").send().await.unwrap();
    assert_eq!(reply.headers()["x-total-count"], "4");
}

#[tokio::test]
async fn a_form_says_the_same_as_json() {
    let mock = Mock::start().await;
    let form =
        "channels%5Bemail%5D%5Baddress%5D=form%40example.com&age=12&tags[]=x&tags[]=y&vip=true&home[city]=LA";
    assert_eq!(mock.form("/v2/contacts", form).await.0, 201);
    let contact = mock.contact("form@example.com");
    assert_eq!(contact["attributes"], json!({ "age": 12, "tags": ["x", "y"], "home": { "city": "LA" } }));
    assert_eq!(contact["lists"], json!(["vip"]));
}

#[tokio::test]
async fn attributes_may_be_nested_as_v2_shows_them() {
    let mock = Mock::start().await;
    assert_eq!(mock.put("/v2/contacts/jane@example.com", json!({ "attributes": { "age": 7 } })).await.0, 200);
    assert_eq!(mock.attributes("jane@example.com")["age"], 7);
}

#[tokio::test]
async fn nobody_is_subscribed_again_by_way_of_none() {
    let mock = Mock::start().await;
    let status = |status: &str| json!({ "channels": { "email": { "subscribeStatus": status } } });
    for step in ["unsubscribed", "none", "subscribed"] {
        assert_eq!(mock.put("/v2/contacts/jane@example.com", status(step)).await.0, 200);
    }
    let channel = || mock.contact("jane@example.com")["channels"]["email"]["subscribeStatus"].clone();
    assert_eq!(channel(), "unsubscribed");
    let mut forced = status("none");
    forced["forceSubscribe"] = json!(true);
    assert_eq!(mock.put("/v2/contacts/jane@example.com", forced).await.0, 200);
    assert_eq!(channel(), "none");
}

#[tokio::test]
async fn force_subscribe_is_a_truth_value() {
    let mock = Mock::start().await;
    let text = validation_v2("forceSubscribe", "The forceSubscribe field must be true or false.");
    assert_eq!(mock.put("/v2/contacts/jane@example.com", json!({ "forceSubscribe": "true" })).await, text);
    assert_eq!(mock.put("/v2/contacts/jane@example.com", json!({ "forceSubscribe": null })).await.0, 200);
}

#[tokio::test]
async fn a_contact_is_not_made_of_an_id_that_nobody_has() {
    let mock = Mock::start().await;
    let id = "0123456789abcdef01234567";
    let nobody = json!({ "identifyBy": ["cID"], "cID": id, "First_Name": "X" });
    let (status, reply) = mock.post("/v2/contacts", nobody).await;
    assert_eq!((status, &reply["messages"]), (422, &json!("Contact doesn't exist")));
    assert_eq!(mock.state()["contacts"].as_array().unwrap().len(), 1);
    let new = json!({ "identifyBy": ["cID"], "cID": id, "channels": { "email": { "address": "new@example.com" } } });
    assert_eq!(mock.post("/v2/contacts", new).await.0, 201);
}

#[tokio::test]
async fn the_halves_of_a_location_meet_in_one_body() {
    let mock = Mock::start().await;
    let halves = json!({ "home.loc.lat": 1, "home.loc.lon": 2.5 });
    assert_eq!(mock.put("/v2/contacts/jane@example.com", halves).await, (200, success()));
    assert_eq!(mock.attributes("jane@example.com")["home"], json!({ "loc": { "lat": 1, "lon": 2.5 } }));
    mock.put("/v2/contacts/jane@example.com", json!({ "home": { "city": "LA" } })).await;
    assert_eq!(mock.put("/v2/contacts/jane@example.com", json!({ "home.loc.lat": 1 })).await.0, 422);
    assert_eq!(mock.get("/v2/contacts?home.city=LA").await.0, 200);
    assert_eq!(mock.get("/v2/contacts?home.city=SF").await.0, 404);
}

#[tokio::test]
async fn a_listing_in_an_order_that_nobody_knows_is_refused() {
    let mock = Mock::start().await;
    let named = |name: &str| json!({ "channels": { "email": { "address": format!("{name}@example.com") } } });
    mock.post("/v2/contacts", named("ann")).await;
    let (_, sorted) = mock.get("/v2/contacts?sort_by=email").await;
    assert_eq!(sorted[0]["channels"]["email"]["address"], "ann@example.com");
    for query in ["sort_dir=down", "return_count=maybe"] {
        assert_eq!(mock.get(&format!("/v2/contacts?{query}")).await.0, 422, "{query}");
    }
}
