//! What no client should send: a clear error, no panic, and the state as it was.

use std::time::Duration;

use cordial_mock::{Limits, MockCordial};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Mock, answer};

const KEY: &str = "Authorization: Basic a2V5Og=="; // key:

async fn send_raw(server: &MockCordial, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    read_all(&mut stream).await
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    // A server that gives up on a client may reset the connection after its reply.
    let _ = stream.read_to_end(&mut reply).await;
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test]
async fn broken_json_is_refused_and_nothing_happens() {
    let mock = Mock::start().await;
    let before = mock.state();
    let refusal =
        json!({ "error": true, "errorKey": "INVALID_JSON_PROVIDED", "message": "Invalid JSON provided." });
    let deep = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    for body in ["{", "[]", "\"text\"", "{\"a\":1}x", "{'a':1}", deep.as_str()] {
        let request = mock
            .request(Method::POST, "/v2/contacts")
            .header("content-type", "application/json")
            .body(body.to_owned());
        assert_eq!(answer(request).await, (400, refusal.clone()));
    }
    let latin = mock
        .request(Method::POST, "/v2/contacts")
        .header("content-type", "application/json")
        .body(b"{\"a\":\"\xe9\"}".to_vec());
    assert_eq!(answer(latin).await.0, 400);
    assert_eq!(mock.state(), before);
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let mock = Mock::start().await;
    for content_type in ["text/plain", "application/xml", "multipart/form-data"] {
        let request =
            mock.request(Method::POST, "/v2/contacts").header("content-type", content_type).body("{}");
        let (status, reply) = answer(request).await;
        assert_eq!((status, &reply["errorKey"]), (415, &json!("UNSUPPORTED_MEDIA_TYPE")), "{content_type}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let server = MockCordial::builder().max_body_bytes(1000).start().await.unwrap();
    let chunks = format!("{:x}\r\n{}\r\n0\r\n\r\n", 2000, "x".repeat(2000));
    let head = format!(
        "POST /v2/contacts HTTP/1.1\r\nHost: x\r\n{KEY}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    );
    for request in [
        format!("{head}Content-Length: 2000\r\n\r\n{}", "x".repeat(2000)),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}"),
    ] {
        let reply = send_raw(&server, request.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 413"), "{reply}");
        assert!(reply.contains("Request Entity Too Large"), "{reply}");
    }
}

#[tokio::test]
async fn ten_megabytes_are_taken_and_more_is_not() {
    let mock = Mock::start().await;
    let post = async |length: usize| {
        let body = format!("{{\"First_Name\":\"{}\"}}", "x".repeat(length));
        answer(
            mock.request(Method::PUT, "/v2/contacts/jane@example.com")
                .header("content-type", "application/json")
                .body(body),
        )
        .await
        .0
    };
    assert_eq!(post((10 << 20) - 100).await, 422);
    assert_eq!(post(10 << 20).await, 413);
}

#[tokio::test]
async fn a_broken_percent_encoding_is_refused() {
    let mock = Mock::start().await;
    for path in [
        "/v2/contacts/%zz",
        "/v2/contacts/%",
        "/v2/contacts/%ff",
        "/v2/contacts/email:%e9",
        "/v2/contacts?email=%2",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{KEY}\r\nConnection: close\r\n\r\n");
        let reply = send_raw(&mock.server, request.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 400"), "{path}: {reply}");
    }
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let mock = Mock::start().await;
    let many: String = (0..500).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(200_000));
    for headers in [many, long] {
        let request = format!("GET /v2/health HTTP/1.1\r\nHost: x\r\n{KEY}\r\n{headers}\r\n");
        let reply = send_raw(&mock.server, request.as_bytes()).await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 431"), "{reply}");
    }
    assert_eq!(mock.get("/v2/health").await.0, 200);
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let mock = Mock::start().await;
    let reply = send_raw(&mock.server, b"\x16\x03\x01\x02\x00 hello\r\n\r\n").await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400"), "{reply}");
    assert_eq!(mock.get("/v2/health").await.0, 200);
}

#[tokio::test]
async fn a_client_that_closes_its_sending_half_still_gets_its_reply() {
    let mock = Mock::start().await;
    let mut stream = TcpStream::connect(mock.server.address()).await.unwrap();
    let request = format!("GET /v2/health HTTP/1.1\r\nHost: x\r\n{KEY}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let reply = read_all(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[tokio::test]
async fn a_body_that_never_ends_or_breaks_off_stores_nothing() {
    let limits =
        Limits { body: Duration::from_millis(1), head: Duration::from_millis(50), ..Limits::default() };
    let server = MockCordial::builder().limits(limits).start().await.unwrap();
    let head = format!(
        "POST /v2/contacts HTTP/1.1\r\nHost: x\r\n{KEY}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{{"
    );
    let reply = send_raw(&server, head.as_bytes()).await;
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
    // A head that never ends: the connection is closed.
    let reply = send_raw(&server, b"GET /v2/health HTTP/1.1\r\nHost").await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 4"), "{reply}");
    let account = server.account("key").unwrap();
    // What came as a request is in the journal, though nothing could be done about it.
    let [entry] = account.requests().try_into().unwrap();
    assert_eq!((entry.status, entry.request_body), (408, json!(null)));
    assert!(entry.why.unwrap().contains("in time"));
    assert_eq!(account.state()["contacts"], json!([]));
}

#[tokio::test]
async fn a_body_over_the_limit_is_in_the_journal_without_its_body() {
    let server = MockCordial::builder().max_body_bytes(10).start().await.unwrap();
    let head = "POST /v2/contacts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 11\r\n";
    let reply = send_raw(&server, format!("{head}{KEY}\r\n\r\n{}", "x".repeat(11)).as_bytes()).await;
    assert!(reply.starts_with("HTTP/1.1 413"), "{reply}");
    let [entry] = server.account("key").unwrap().requests().try_into().unwrap();
    assert_eq!((entry.status, entry.operation.as_deref()), (413, Some("addContact")));
    assert!(entry.why.unwrap().contains("10 bytes"));
    // Who has no key learns nothing else, as ever.
    let reply = send_raw(&server, format!("{head}\r\n{}", "x".repeat(11)).as_bytes()).await;
    assert!(reply.starts_with("HTTP/1.1 401"), "{reply}");
    assert_eq!(server.unattributed_requests().len(), 1);
}

#[tokio::test]
async fn more_connections_than_the_limit_wait_for_their_turn() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = MockCordial::builder().limits(limits).start().await.unwrap();
    let request = format!("GET /v2/health HTTP/1.1\r\nHost: x\r\n{KEY}\r\n\r\n");
    let mut first = TcpStream::connect(server.address()).await.unwrap();
    let mut second = TcpStream::connect(server.address()).await.unwrap();
    second.write_all(request.as_bytes()).await.unwrap();
    // The first one is served, again and again, and the second not at all.
    for _ in 0..3 {
        first.write_all(request.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        while !reply.ends_with(b"\"Good\"") {
            reply.push(first.read_u8().await.unwrap());
        }
    }
    assert_eq!(server.account("key").unwrap().requests().len(), 3);
    drop(first);
    let mut reply = [0; 12];
    second.read_exact(&mut reply).await.unwrap();
    assert_eq!(&reply, b"HTTP/1.1 200");
}
