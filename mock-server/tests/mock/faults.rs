//! What goes wrong on demand.

use std::time::Duration;

use cordial_mock::{Limits, MockCordial};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Mock, answer};

const NEW: &str = r#"{"channels":{"email":{"address":"new@example.com"}}}"#;

/// Sends the creation of a contact and reads to the end of the connection, whatever comes.
async fn raw_post(mock: &Mock) -> (std::io::Result<()>, String) {
    let mut stream = TcpStream::connect(mock.server.address()).await.unwrap();
    let request = format!(
        "POST /v2/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2V5Og==\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{NEW}",
        NEW.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    let outcome = stream.read_to_end(&mut reply).await.map(drop);
    (outcome, String::from_utf8_lossy(&reply).into_owned())
}

async fn with_fault(effect: Value) -> Mock {
    let mock = Mock::start().await;
    let (status, reply) = mock.post("/__admin/faults", json!({ "effect": effect })).await;
    assert_eq!(status, 200, "{reply}");
    mock
}

fn is_stored(mock: &Mock) -> bool {
    !mock.contact("new@example.com").is_null()
}

#[tokio::test]
async fn a_status_takes_the_place_of_the_operation() {
    let effect = json!({ "type": "status", "status": 429, "headers": { "Retry-After": "7" }, "body": { "error": true } });
    let mock = with_fault(effect).await;
    let request = |mock: &Mock| {
        mock.request(Method::POST, "/v2/contacts").header("content-type", "application/json").body(NEW)
    };
    let reply = request(&mock).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert!(!is_stored(&mock));
    assert!(mock.why().contains("fault-1"), "{}", mock.why());
    assert_eq!(answer(request(&mock)).await.0, 201);
}

#[tokio::test]
async fn a_reset_before_stores_nothing_and_one_after_does() {
    for (when, stored) in [("before", false), ("after", true)] {
        let mock = with_fault(json!({ "type": "reset", "when": when })).await;
        let (outcome, reply) = raw_post(&mock).await;
        assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset, "{when}");
        assert_eq!((reply.as_str(), is_stored(&mock)), ("", stored), "{when}");
    }
}

#[tokio::test]
async fn half_a_reply_breaks_off() {
    let mock = with_fault(json!({ "type": "cut" })).await;
    let (_, half) = raw_post(&mock).await;
    assert!(half.starts_with("HTTP/1.1 201") && !half.contains("cID\":\""), "{half}");
    // A head that breaks off is a whole reply to some clients; a body that falls short of its length is to none.
    assert!(half.contains("content-length: ") && half.contains("\r\n\r\n{\"success\":true"), "{half}");
    assert!(is_stored(&mock));
}

#[tokio::test]
async fn a_reply_drips_and_is_whole_in_the_end() {
    let mock = with_fault(json!({ "type": "drip", "bytes": 64, "pauseMs": 1 })).await;
    let (outcome, reply) = raw_post(&mock).await;
    outcome.unwrap();
    assert!(reply.contains("contact created"), "{reply}");
}

#[tokio::test]
async fn garbage_is_no_http() {
    let mock = with_fault(json!({ "type": "garbage" })).await;
    let (_, reply) = raw_post(&mock).await;
    assert!(!reply.starts_with("HTTP") && !reply.is_empty(), "{reply}");
    assert!(!is_stored(&mock));
}

#[tokio::test]
async fn a_hang_answers_nobody_and_holds_up_no_one_else() {
    let mock = with_fault(json!({ "type": "hang" })).await;
    let hanging = answer(
        mock.request(Method::POST, "/v2/contacts").header("content-type", "application/json").body(NEW),
    );
    tokio::pin!(hanging);
    // The other request comes back while the first one hangs.
    let other = async {
        let waited = mock.get("/__admin/requests/wait?after=0&count=1").await;
        assert_eq!(waited.0, 200);
        mock.get("/v2/health").await.0
    };
    tokio::select! {
        _ = &mut hanging => panic!("a hang was answered"),
        status = other => assert_eq!(status, 200),
    }
    assert!(!is_stored(&mock));
}

/// A connection with a request that hangs.
async fn hanging(mock: &Mock) -> TcpStream {
    let cursor = mock.account().requests().len();
    let mut stream = TcpStream::connect(mock.server.address()).await.unwrap();
    stream
        .write_all(b"GET /v2/health HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2V5Og==\r\n\r\n")
        .await
        .unwrap();
    while mock.account().requests().len() == cursor {
        tokio::task::yield_now().await;
    }
    stream
}

#[tokio::test]
async fn a_hang_ends_with_its_fault_or_with_the_state_that_it_belongs_to() {
    let mock = Mock::start().await;
    let fault = || mock.account().add_fault(json!({ "id": "h", "effect": { "type": "hang" } })).unwrap();
    let reset = async |mut stream: TcpStream| {
        let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    };
    fault();
    let held = hanging(&mock).await;
    assert_eq!(mock.delete("/__admin/faults/h").await.0, 200);
    reset(held).await;
    fault();
    let held = hanging(&mock).await;
    mock.account().clear_faults();
    reset(held).await;
    fault();
    let held = hanging(&mock).await;
    mock.account().reset();
    reset(held).await;
}

#[tokio::test]
async fn a_client_that_leaves_a_hang_frees_its_connection() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = MockCordial::builder().limits(limits).start().await.unwrap();
    let mock = Mock::of(server);
    mock.account().add_fault(json!({ "effect": { "type": "hang" } })).unwrap();
    drop(hanging(&mock).await);
    // There is room for one connection only.
    assert_eq!(mock.get("/v2/health").await.0, 200);
}

#[tokio::test]
async fn what_a_fault_did_to_a_reply_is_over_with_it() {
    let mock = with_fault(json!({ "type": "drip", "bytes": 200, "pauseMs": 1 })).await;
    mock.account().add_fault(json!({ "effect": { "type": "delay" }, "delayMs": 3_600_000 })).unwrap();
    // On one connection: a drip, the control plane, and a delay that the end of the server cuts short.
    assert_eq!(mock.get("/v2/health").await.0, 200);
    assert_eq!(mock.get("/__admin/health").await.0, 200);
    let late = answer(mock.request(Method::GET, "/v2/health"));
    let Mock { server, .. } = mock;
    let account = server.account("key").unwrap();
    let stop = async move {
        while account.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
        server.shutdown().await;
    };
    let (late, ()) = tokio::join!(late, stop);
    assert_eq!(late.0, 200);
}

#[tokio::test]
async fn nothing_outlives_the_server() {
    let limits = Limits { drain: Duration::from_millis(1), ..Limits::default() };
    let mock = Mock::of(MockCordial::builder().limits(limits).start().await.unwrap());
    mock.account().add_fault(json!({ "effect": { "type": "drip", "pauseMs": 3_600_000 } })).unwrap();
    let mut held = hanging(&mock).await;
    mock.server.shutdown().await;
    let mut reply = Vec::new();
    let _ = held.read_to_end(&mut reply).await;
    assert!(reply.len() < 10, "{reply:?}");
}

#[tokio::test]
async fn every_strike_is_counted_once_however_many_ask_at_once() {
    let mock = Mock::start().await;
    mock.account()
        .add_fault(json!({ "effect": { "type": "status", "status": 503 }, "fromCall": 5, "times": 20 }))
        .unwrap();
    let requests: Vec<_> =
        (0..60).map(|_| tokio::spawn(answer(mock.request(Method::GET, "/v2/health")))).collect();
    let mut struck = 0;
    for request in requests {
        struck += usize::from(request.await.unwrap().0 == 503);
    }
    let [fault] = mock.account().faults().try_into().unwrap();
    assert_eq!((struck, fault.struck, fault.matched), (20, 20, 60));
}

#[tokio::test]
async fn a_delay_waits_and_then_answers_as_ever() {
    let mock = Mock::start().await;
    mock.account().add_fault(json!({ "effect": { "type": "delay" }, "delayMs": 30 })).unwrap();
    let started = tokio::time::Instant::now();
    assert_eq!(mock.get("/v2/health").await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn faults_are_listed_with_what_they_did_and_removed() {
    let mock = Mock::start().await;
    let definition = json!([
        { "id": "mine", "match": { "path": "/v2/health" }, "effect": { "type": "status", "status": 500 }, "fromCall": 2, "times": 5 },
        { "match": { "operation": "getContacts" }, "effect": { "type": "status", "status": 503 } },
    ]);
    assert_eq!(mock.post("/__admin/faults", definition).await.1["ids"], json!(["mine", "fault-1"]));
    let statuses =
        [mock.get("/v2/health").await.0, mock.get("/v2/health").await.0, mock.get("/v2/contacts").await.0];
    assert_eq!(statuses, [200, 500, 503]);
    let (_, listed) = mock.get("/__admin/faults").await;
    assert_eq!((&listed["faults"][0]["matched"], &listed["faults"][0]["struck"]), (&json!(2), &json!(1)));
    assert_eq!(mock.delete("/__admin/faults/mine").await.0, 200);
    assert_eq!(mock.delete("/__admin/faults/mine").await.0, 404);
    assert_eq!(mock.get("/v2/health").await.0, 200);
    assert_eq!(mock.delete("/__admin/faults").await.0, 200);
    assert_eq!(mock.get("/__admin/faults").await.1, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_fault_that_is_wrong_is_refused_and_none_is_added() {
    let mock = Mock::start().await;
    for (definition, place) in [
        (json!([{ "effect": { "type": "hang" } }, { "effect": { "type": "explode" } }]), "fault 1"),
        (json!({ "effect": { "type": "status", "status": 42 } }), "42"),
        (json!({ "effect": { "type": "hang" }, "match": { "path": "/v2/{" } }), "match.path"),
        (json!({ "effect": { "type": "hang" }, "color": 1 }), "color"),
        (json!({ "effect": { "type": "hang", "delayMs": 5 } }), "delayMs"),
        (json!({ "effect": { "type": "delay" } }), "delayMs"),
        (json!({ "effect": { "type": "hang" }, "times": 0 }), "times"),
        (json!({ "effect": { "type": "hang" }, "fromCall": 0 }), "fromCall"),
        (json!({ "effect": { "type": "drip", "bytes": 0 } }), "effect.bytes"),
        (json!({ "effect": { "type": "hang" }, "match": { "method": "PSOT" } }), "match.method"),
        (json!({ "effect": { "type": "hang" }, "match": { "path": "v2/contacts" } }), "match.path"),
        (json!({ "effect": { "type": "hang" }, "match": { "path": "/v2/contacts?a=b" } }), "match.path"),
        (
            json!({ "effect": { "type": "hang" }, "match": { "operation": "addContakt" } }),
            "the nearest is `addContact`",
        ),
        (
            json!({ "effect": { "type": "status", "status": 500, "headers": { "Content-Length": "9" } } }),
            "effect.headers",
        ),
        (json!(["one", {}, {}]), "fault 0: expected an object"),
    ] {
        let (status, reply) = mock.post("/__admin/faults", definition).await;
        assert_eq!(status, 422, "{place}");
        assert!(reply["message"].as_str().unwrap().contains(place), "{place}: {reply}");
    }
    assert_eq!(mock.get("/__admin/faults").await.1, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_seed_may_hold_faults() {
    let mock =
        Mock::start_with(json!({ "faults": [{ "effect": { "type": "status", "status": 500 } }] })).await;
    assert_eq!([mock.get("/v2/health").await.0, mock.get("/v2/health").await.0], [500, 200]);
    mock.account().reset();
    assert_eq!(mock.get("/v2/health").await.0, 500);
}
