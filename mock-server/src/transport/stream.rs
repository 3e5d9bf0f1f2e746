//! A connection that can be made to fail: between the HTTP server and the socket, so that a client sees just what a
//! failing network or a failing server would show it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::faults::Form;

/// What is sent instead of HTTP.
const GARBAGE: &[u8] = b"\x00\x17\xff\xfenot http at all\r\n\r\n\x00";

/// Says from outside how the connection treats what is written from now on.
#[derive(Debug, Clone, Default)]
pub(super) struct Sabotage(Arc<Mutex<Form>>);

impl Sabotage {
    pub(super) fn set(&self, form: Form) {
        *self.0.lock() = form;
    }

    fn get(&self) -> Form {
        *self.0.lock()
    }
}

/// A TCP connection under [`Sabotage`].
#[derive(Debug)]
pub(super) struct Stream {
    inner: TokioIo<TcpStream>,
    sabotage: Sabotage,
    /// Set while a dripping connection pauses.
    pause: Option<Pin<Box<Sleep>>>,
    /// Set once nothing may follow.
    over: bool,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, sabotage: Sabotage) -> Self {
        Self { inner: TokioIo::new(stream), sabotage, pause: None, over: false }
    }

    /// Lets a close of the socket reach the client as a reset.
    fn reset(&self) -> io::Error {
        // Where the system refuses, the client sees a plain close: still no reply.
        let _ = socket2::SockRef::from(self.inner.inner()).set_linger(Some(Duration::ZERO));
        io::Error::new(io::ErrorKind::ConnectionReset, "a fault resets the connection")
    }

    /// Whether the client has closed its side, and arranges to be asked again when it does. Most clients that close
    /// their side go away; the server, which also serves those that still read, would keep them for ever.
    fn has_gone(&self, cx: &mut Context<'_>) -> bool {
        let mut byte = [0];
        match self.inner.inner().poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
            Poll::Ready(Ok(bytes)) => bytes == 0,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        }
    }

    fn write_once(&mut self, cx: &mut Context<'_>, bytes: &[u8], reported: usize) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.inner).poll_write(cx, bytes) {
            Poll::Ready(Ok(_)) => {
                self.over = true;
                Poll::Ready(Ok(reported))
            }
            other => other,
        }
    }

    fn drip(&mut self, cx: &mut Context<'_>, bytes: &[u8], pause: Duration) -> Poll<io::Result<usize>> {
        if let Some(sleep) = &mut self.pause {
            std::task::ready!(sleep.as_mut().poll(cx));
            self.pause = None;
        }
        let written = std::task::ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
        self.pause = Some(Box::pin(tokio::time::sleep(pause)));
        Poll::Ready(Ok(written))
    }
}

/// How much of a reply is half of it: the head and half of the body, which falls short of its Content-Length. A head
/// that breaks off would prove less, since many clients (curl, Python's) take it for a whole reply without a body.
fn half(reply: &[u8]) -> usize {
    let head = reply.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let head = if head < reply.len() { head } else { 0 };
    head + (reply.len() - head) / 2
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "a fault ends the connection")
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.over {
            return Poll::Ready(Err(ended()));
        }
        match this.sabotage.get() {
            Form::Whole | Form::Hang => Pin::new(&mut this.inner).poll_write(cx, bytes),
            Form::Reset => Poll::Ready(Err(this.reset())),
            // The server writes head and body of a small reply at once.
            Form::Cut => this.write_once(cx, &bytes[..half(bytes)], bytes.len()),
            Form::Garbage => this.write_once(cx, GARBAGE, bytes.len()),
            Form::Drip { bytes: at_once, pause } => {
                this.drip(cx, &bytes[..bytes.len().min(at_once.max(1))], pause)
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // The server takes the reply for sent, and would wait for the next request while the client waits for the
        // rest: the error makes it close the connection.
        if this.over || (this.sabotage.get() == Form::Hang && this.has_gone(cx)) {
            return Poll::Ready(Err(ended()));
        }
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
