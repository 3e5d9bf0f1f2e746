//! The one place that makes ids. Cordial's are 24 hex digits (FACTS, "General form").

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;

use jiff::Timestamp;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A Cordial id: 12 bytes, written as 24 lower-case hex digits.
///
/// Four bytes of time, four that count, four that are the account's own: ids sort by age, and two accounts never
/// share one by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 12]);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 24];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]]);
        }
        // As one piece: ids are written with every reply.
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// A text that is not 24 hex digits.
#[derive(Debug, thiserror::Error)]
#[error("not an id: expected 24 hex digits")]
pub struct ParseObjectIdError;

impl FromStr for ObjectId {
    type Err = ParseObjectIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 24 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(ParseObjectIdError);
        }
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| ParseObjectIdError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ParseObjectIdError)?;
        }
        Ok(Self(bytes))
    }
}

/// What all ids of one account have in common: a digest of the id seed and the account's key.
#[derive(Debug, Clone, Copy)]
pub struct IdStamp(u32);

impl IdStamp {
    /// The stamp of the account `key`: the same for the same `seed`, another on every start without one.
    #[must_use]
    pub fn new(seed: Option<u64>, key: &str) -> Self {
        match seed {
            Some(seed) => Self(fold(fnv1a(seed, key))),
            None => {
                let mut hasher = RandomState::new().build_hasher();
                hasher.write(key.as_bytes());
                Self(fold(hasher.finish()))
            }
        }
    }

    /// The id with the given number. A number is used once in an account's life.
    #[must_use]
    pub fn id(self, now: Timestamp, number: u32) -> ObjectId {
        let mut bytes = [0; 12];
        // Mongo's ids hold unsigned 32-bit seconds too; a clock outside of that range wraps, the number does not.
        bytes[..4].copy_from_slice(&now.as_second().to_be_bytes()[4..]);
        bytes[4..8].copy_from_slice(&number.to_be_bytes());
        bytes[8..].copy_from_slice(&self.0.to_be_bytes());
        ObjectId(bytes)
    }

    /// The number of an id that has this stamp.
    #[must_use]
    pub fn number(self, id: ObjectId) -> Option<u32> {
        let [_, _, _, _, a, b, c, d, stamp @ ..] = id.0;
        (stamp == self.0.to_be_bytes()).then(|| u32::from_be_bytes([a, b, c, d]))
    }
}

/// FNV-1a: its result is the same on every platform and in every release, which `Hasher`s of std do not promise.
fn fnv1a(seed: u64, text: &str) -> u64 {
    seed.to_be_bytes()
        .iter()
        .chain(text.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn fold(hash: u64) -> u32 {
    let bytes = (hash ^ (hash >> 32)).to_be_bytes();
    u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_24_hex_digits_and_read_back() {
        let id = IdStamp::new(Some(7), "key").id(Timestamp::UNIX_EPOCH, 1);
        assert_eq!(id.to_string().len(), 24);
        assert_eq!(id.to_string().parse::<ObjectId>().unwrap(), id);
    }

    #[test]
    fn the_same_seed_gives_the_same_ids_and_another_account_other_ones() {
        let id = |key| IdStamp::new(Some(7), key).id(Timestamp::UNIX_EPOCH, 1);
        assert_eq!(id("a"), id("a"));
        assert_ne!(id("a"), id("b"));
    }
}
