//! JSON as Cordial writes it: a slash is escaped (FACTS, "General form": recorded on the 404 for an unknown path).

use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

struct EscapedSlashes;

impl Formatter for EscapedSlashes {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((before, after)) = rest.split_once('/') {
            writer.write_all(before.as_bytes())?;
            writer.write_all(b"\\/")?;
            rest = after;
        }
        writer.write_all(rest.as_bytes())
    }
}

/// The bytes of `value`, compact, slashes escaped.
#[must_use]
pub(crate) fn to_bytes(value: &impl Serialize) -> Bytes {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer = Serializer::with_formatter(&mut bytes, EscapedSlashes);
    match value.serialize(&mut serializer) {
        Ok(()) => bytes.into(),
        // All that is shown has text for keys, and a `Vec` takes every byte, so this is out of reach.
        Err(error) => Bytes::from(format!("{{\"error\":\"{error}\"}}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn slashes_are_escaped_and_read_back_as_they_were() {
        let bytes = to_bytes(&json!({"error": "'/v1/x//y' is not found."}));
        assert_eq!(&bytes[..], br#"{"error":"'\/v1\/x\/\/y' is not found."}"#);
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read["error"], "'/v1/x//y' is not found.");
    }
}
