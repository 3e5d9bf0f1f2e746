//! Sockets, limits and shutdown: the only file that names the HTTP server's library.

mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use http_body_util::channel::Channel;
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use crate::control::{self, Answer};
use crate::dispatch::{CORS, Service};
use crate::faults::{Delivery, Form, Release};
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
    /// The most connections at once. Further ones wait, not accepted, until one of these has ended.
    pub connections: usize,
}

impl Default for Limits {
    /// 10 MiB, 30 s for the head, 30 s for the body, 5 s to drain, 10,000 connections.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            body_bytes: 10 << 20,
            head: seconds(30),
            body: seconds(30),
            drain: seconds(5),
            connections: 10_000,
        }
    }
}

/// The most bytes of a request's head. The parser answers 431 beyond.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// The most headers of a request. The parser answers 431 beyond.
const MAX_HEADERS: usize = 100;

/// The most bytes of a body of the control plane: a state that was read has to be one that can be written back, and that
/// of a large account is far over what Cordial takes in one request.
const CONTROL_BODY_BYTES: usize = 1 << 30;

/// Serves until `stop` says so, then lets open requests end.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    // Dropping it ends what is left, so that nothing outlives the server.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < limits.connections => match accepted {
                Ok((stream, peer)) => {
                    let server = Server { service: Arc::clone(&service), limits, stopping: stop.clone() };
                    connections.spawn(connect(stream, peer, &graceful, server));
                }
                Err(error) => {
                    // Out of file handles, most likely: the next connection may close one.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
            Some(_) = connections.join_next() => {}
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

/// A connection, ready to be served.
fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    graceful: &GracefulShutdown,
    server: Server,
) -> impl Future<Output = ()> + Send + use<> {
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
    async move {
        match connection.await {
            Ok(()) => {}
            // The library has answered with a bare status: only here it can be seen why.
            Err(error) if error.is_parse() => warn!(%peer, %error, "this is no HTTP/1 request"),
            Err(error) => debug!(%peer, %error, "the connection ended early"),
        }
    }
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
    let is_control = control::owns(parts.uri.path());
    let (body, unread) = match read(body, *limits, is_control).await {
        Ok(body) => (body, None),
        Err(refusal) => (Bytes::new(), Some(refusal)),
    };
    let request = Request {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        peer: Some(peer.ip().to_canonical()),
    };
    if is_control || unread.is_some() {
        // What a fault did to the reply before this one is over.
        sabotage.set(Form::Whole);
    }
    if let Some(refusal) = unread {
        if is_control {
            return respond(refusal.into_reply(Version::V1), &[]);
        }
        let reply = service.refuse(&request, refusal);
        log(&parts.method, parts.uri.path(), &reply);
        return respond(reply, &CORS);
    }
    if is_control {
        return match control::answer(&request, &service.accounts, stopping.clone()).await {
            Answer::Whole(reply) => respond(reply, &[]),
            Answer::Events(events) => stream_events(events),
        };
    }
    let (reply, delivery) = service.answer(&request);
    log(&parts.method, parts.uri.path(), &reply);
    deliver(delivery, sabotage, stopping).await;
    respond(reply, &CORS)
}

fn log(method: &Method, path: &str, reply: &Reply) {
    info!(%method, path, status = reply.status.as_u16(), why = reply.why, "answered");
}

/// Waits as long as a fault says, and prepares the connection for what it does to the reply. Nothing that a fault
/// holds may hold up the end of the server.
async fn deliver(delivery: Delivery, sabotage: &Sabotage, stopping: &watch::Receiver<bool>) {
    if delivery.delay.is_zero() && delivery.form != Form::Hang {
        return sabotage.set(delivery.form);
    }
    // All connections share what a copy of this counts, so that only a fault is worth one.
    let mut stopping = stopping.clone();
    if !delivery.delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delivery.delay) => {}
            () = told_to_stop(&mut stopping) => {}
        }
    }
    if delivery.form == Form::Hang {
        // From here on the connection ends when its client goes.
        sabotage.set(Form::Hang);
        tokio::select! {
            () = released(delivery.release) => {}
            () = told_to_stop(&mut stopping) => {}
        }
        sabotage.set(Form::Reset);
        return;
    }
    sabotage.set(delivery.form);
}

async fn released(release: Option<Release>) {
    if let Some(release) = release {
        // An error is what is waited for: the other side was dropped.
        let _ = release.await;
    }
}

fn stream_events(events: Channel<Bytes>) -> Response {
    let mut response = hyper::Response::new(Either::Right(events));
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn read(body: Incoming, limits: Limits, is_control: bool) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let most = if is_control { limits.body_bytes.max(CONTROL_BODY_BYTES) } else { limits.body_bytes };
    match tokio::time::timeout(limits.body, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::too_large(most)),
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
