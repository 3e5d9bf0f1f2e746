//! Sockets, limits and shutdown: the only file that names the HTTP server's library.

mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use http_body_util::channel::Channel;
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tracing::{debug, info, warn};

use crate::control::{self, Answer};
use crate::dispatch::{CORS, Service};
use crate::faults::{Delivery, Form};
use crate::message::{Reply, Request};
use crate::refusal::Refusal;
use crate::routes::Version;
use stream::{Sabotage, Stream};

/// How much a request may ask of the server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes of a body.
    pub body_bytes: usize,
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long the body may take.
    pub body: Duration,
    /// How long open requests may take to end once the server is told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    /// 10 MiB, 30 s for the head, 30 s for the body, 5 s to drain.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { body_bytes: 10 << 20, head: seconds(30), body: seconds(30), drain: seconds(5) }
    }
}

/// The most bytes of a request's head. The parser answers 431 beyond.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// The most headers of a request. The parser answers 431 beyond.
const MAX_HEADERS: usize = 100;

/// Serves until `stop` says so, then lets open requests end.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let server = Server { service: Arc::clone(&service), limits, stopping: stop.clone() };
                    connect(stream, peer, &graceful, server);
                }
                Err(error) => {
                    // Out of file handles, most likely: the next connection may close one.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
            () = told_to_stop(&mut stop) => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        warn!("connections were still open after {:?} and are cut", limits.drain);
    }
}

/// Returns once the server is to stop. An error means that whoever could say so is gone, which stops it as well.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What every connection needs.
#[derive(Debug)]
struct Server {
    service: Arc<Service>,
    limits: Limits,
    stopping: watch::Receiver<bool>,
}

fn connect(stream: TcpStream, peer: SocketAddr, graceful: &GracefulShutdown, server: Server) {
    // Replies are small and whole: waiting to fill a packet only costs time.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "TCP_NODELAY was refused");
    }
    let limits = server.limits;
    let sabotage = Sabotage::default();
    let stream = Stream::new(stream, sabotage.clone());
    // One for each connection: what all of them shared would wander between the cores with every request.
    let server = Arc::new(server);
    let service = service_fn(move |request| {
        let (server, sabotage) = (Arc::clone(&server), sabotage.clone());
        async move { Ok::<_, Infallible>(answer(request, peer, &server, &sabotage).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        // A client may close its sending side and still read the reply.
        .half_close(true)
        .serve_connection(stream, service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            debug!(%peer, %error, "the connection ended early");
        }
    });
}

type Response = hyper::Response<Either<Full<Bytes>, Channel<Bytes>>>;

async fn answer(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    server: &Server,
    sabotage: &Sabotage,
) -> Response {
    let Server { service, limits, stopping } = server;
    let (parts, body) = request.into_parts();
    let body = match read(body, *limits).await {
        Ok(body) => body,
        Err(refusal) => {
            let version = if parts.uri.path().starts_with("/v2/") { Version::V2 } else { Version::V1 };
            return respond(refusal.into_reply(version), &CORS);
        }
    };
    let request = Request {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        peer: Some(peer.ip()),
    };
    if control::owns(&request.path) {
        return match control::answer(&request, &service.accounts, stopping.clone()).await {
            Answer::Whole(reply) => respond(reply, &[]),
            Answer::Events(events) => stream_events(events),
        };
    }
    let (reply, delivery) = service.answer(&request);
    info!(method = %parts.method, path = parts.uri.path(), status = reply.status.as_u16(), why = reply.why, "answered");
    deliver(delivery, sabotage, stopping).await;
    respond(reply, &CORS)
}

/// Waits as long as a fault says, and prepares the connection for what it does to the reply.
async fn deliver(delivery: Delivery, sabotage: &Sabotage, stopping: &watch::Receiver<bool>) {
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    if delivery.form == Form::Hang {
        // Until the server stops, which such a connection must not hold up.
        told_to_stop(&mut stopping.clone()).await;
        sabotage.set(Form::Reset);
        return;
    }
    sabotage.set(delivery.form);
}

fn stream_events(events: Channel<Bytes>) -> Response {
    let mut response = hyper::Response::new(Either::Right(events));
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn read(body: Incoming, limits: Limits) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match tokio::time::timeout(limits.body, Limited::new(body, limits.body_bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::too_large(limits.body_bytes)),
        Ok(Err(error)) => Err(Refusal::bad_request("The body could not be read.").because(error.to_string())),
        Err(_) => Err(Refusal::timed_out()),
    }
}

fn respond(reply: Reply, others: &[(HeaderName, HeaderValue)]) -> Response {
    let headers = reply.headers(others);
    let mut response = hyper::Response::new(Either::Left(Full::new(reply.body)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = headers;
    response
}
