//! Destinations that listen, played by a socket that answers what it is told to.

use cordial_conformance::driver::{Driver, DriverErrorKind, Http};
use cordial_conformance::protocol::Outcome;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{PATIENT, SHORT, expect, settings};

/// Answers each request with the next reply, and returns its address.
async fn answering(replies: Vec<(u16, String)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (status, body) in replies {
            let (socket, _) = listener.accept().await.unwrap();
            let mut socket = BufReader::new(socket);
            read_request(&mut socket).await;
            let head = format!(
                "HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    url
}

async fn read_request(socket: &mut BufReader<TcpStream>) -> Value {
    let mut length = 0;
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await.unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn ok(reply: Value) -> (u16, String) {
    (200, reply.to_string())
}

#[tokio::test]
async fn the_same_objects_go_by_post() {
    let hello = json!({ "id": 1, "protocol": 1, "destination": { "name": "web" }, "dialect": "actions", "capabilities": ["track"] });
    let results =
        json!({ "id": 3, "results": [{ "outcome": "retryable", "status": 503, "retryAfterMs": 2000 }] });
    let url = answering(vec![ok(hello), ok(json!({ "id": 2 })), ok(results)]).await;
    let driver = Http::new(url, PATIENT);
    assert_eq!(driver.hello().await.unwrap().destination.name, "web");
    driver.open("one", &settings("http://127.0.0.1:9")).await.unwrap();
    let results = driver.deliver("one", &[json!({})]).await.unwrap();
    assert_eq!((results[0].outcome, results[0].retry_after_ms), (Outcome::Retryable, Some(2000)));
}

#[tokio::test]
async fn what_is_no_reply_of_the_protocol_is_shown() {
    for (reply, named) in [
        ((200, "<html>hello</html>".to_owned()), "<html>hello"),
        (ok(json!({ "id": 2 })), "has to repeat the id 1"),
        (ok(json!({})), "has to repeat the id 1"),
        ((500, r#"{"id":1}"#.to_owned()), "status has to be 200"),
    ] {
        let driver = Http::new(answering(vec![reply]).await, PATIENT);
        expect(driver.drain("one").await, DriverErrorKind::Protocol, named);
    }
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    expect(Http::new(url.clone(), PATIENT).hello().await, DriverErrorKind::Crash, &url);
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_crash() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    expect(Http::new(url, PATIENT).hello().await, DriverErrorKind::Crash, "did not reach");
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    expect(Http::new(url, SHORT).hello().await, DriverErrorKind::Timeout, "not answered within 200ms");
}
