//! HTTP on a bare socket: requests are prepared bytes, and of a reply only its status and its length are read, so
//! that the client takes as little as it can of the cores that the server runs on.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Digits of a number in a [`Template`].
const DIGITS: usize = 8;
/// What stands for the number in a template's text.
const PLACE: &str = "NNNNNNNN";

/// A request as bytes, with places for a number that is another in every request.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Template {
    /// A request of the account `key`, as the mock authenticates it. `NNNNNNNN` in path and body stands for a number.
    pub(crate) fn new(method: &str, path: &str, authorization: &str, body: &str) -> Self {
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {authorization}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let places = text.match_indices(PLACE).map(|(at, _)| at).collect();
        Self { bytes: text.into_bytes(), places }
    }

    /// The request with this number.
    pub(crate) fn with(&mut self, number: u64) -> &[u8] {
        let mut digits = [b'0'; DIGITS];
        let mut rest = number;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        for place in &self.places {
            self.bytes[*place..*place + DIGITS].copy_from_slice(&digits);
        }
        &self.bytes
    }
}

/// A keep-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 << 10] })
    }

    /// Sends a request and reads the whole reply; returns its status.
    ///
    /// # Errors
    /// When the connection ends before the reply does; it is of no use then.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if let Some(head) = Head::read(&self.buffer[..filled])
                && head.length <= filled
            {
                return Ok(head.status);
            }
        }
    }
}

/// The status of a reply, and the length of the whole.
struct Head {
    status: u16,
    length: usize,
}

impl Head {
    /// `None` until the head is complete.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut at = 0;
        let mut content = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            at += line.len();
            match line {
                b"\r\n" => {
                    let status = number(bytes.get(9..12)?)?;
                    return Some(Self { status: u16::try_from(status).ok()?, length: at + content });
                }
                _ => {
                    if let Some(value) = line.strip_prefix(b"content-length: ") {
                        content = number(value.strip_suffix(b"\r\n")?)?;
                    }
                }
            }
        }
        None
    }
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
