//! A scenario file as YAML has it. Unknown and duplicate keys are refused while this is read.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::model::{Capability, Dialect, Level, Range};
use crate::protocol::{Outcome, Retry};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) id: Spanned<String>,
    pub(super) why: Spanned<String>,
    pub(super) dialect: Spanned<Vec<Dialect>>,
    pub(super) needs: Spanned<Vec<Capability>>,
    pub(super) level: Level,
    pub(super) source: OneOrMany<String>,
    /// Both roles when left out.
    #[serde(default)]
    pub(super) retry: OneOrMany<Retry>,
    #[serde(default)]
    pub(super) given: Option<Spanned<Map<String, Value>>>,
    pub(super) when: Spanned<Vec<Spanned<Map<String, Value>>>>,
    #[serde(default)]
    pub(super) together: bool,
    pub(super) then: Then,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Then {
    pub(super) results: Spanned<Vec<ExpectedResult>>,
    #[serde(default)]
    pub(super) state: Option<Spanned<Map<String, Value>>>,
    #[serde(default)]
    pub(super) attempts: Vec<Spanned<Attempts>>,
    #[serde(default)]
    pub(super) never: Option<Never>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedResult {
    pub(super) outcome: OneOrMany<Outcome>,
    #[serde(default)]
    pub(super) status: OneOrMany<u16>,
    #[serde(default, rename = "retryAfterMs")]
    pub(super) retry_after_ms: Option<Range>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attempts {
    pub(super) request: RequestPattern,
    pub(super) count: Range,
    #[serde(default, rename = "waitsMs")]
    pub(super) waits_ms: Vec<Range>,
    #[serde(default, rename = "waitsGrow")]
    pub(super) waits_grow: bool,
}

/// A range as it is written: a number, or `{ min, max }` with either left out.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a number is expected here, or `{ min: 1, max: 2 }` with either left out")]
pub(super) enum Bounds {
    Exactly(u64),
    Between(Between),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    #[serde(default)]
    min: Option<u64>,
    #[serde(default)]
    max: Option<u64>,
}

impl TryFrom<Bounds> for Range {
    type Error = String;

    fn try_from(bounds: Bounds) -> Result<Self, String> {
        let (min, max) = match bounds {
            Bounds::Exactly(number) => (number, number),
            Bounds::Between(Between { min, max }) => (min.unwrap_or(0), max.unwrap_or(u64::MAX)),
        };
        if min > max {
            return Err(format!("nothing is from {min} to {max}: swap `min` and `max`"));
        }
        Ok(Self { min, max })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Never {
    pub(super) requests: Vec<Spanned<RequestPattern>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestPattern {
    #[serde(default)]
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) body: Map<String, Value>,
}

/// A value, or a list of them.
#[derive(Debug)]
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value, or a list of them")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut sequence: A,
            ) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = sequence.next_element()? {
                    items.push(item);
                }
                Ok(OneOrMany(items))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(serde::de::value::StrDeserializer::new(text)).map(|item| OneOrMany(vec![item]))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
                T::deserialize(serde::de::value::U64Deserializer::new(number))
                    .map(|item| OneOrMany(vec![item]))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
                T::deserialize(serde::de::value::I64Deserializer::new(number))
                    .map(|item| OneOrMany(vec![item]))
            }
        }

        deserializer.deserialize_any(Visitor(std::marker::PhantomData))
    }
}
