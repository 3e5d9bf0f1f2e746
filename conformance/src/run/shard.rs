//! `--shard I/N`: one part of the scenarios, for a CI job that runs beside others.

use std::fmt;
use std::str::FromStr;

use super::account_key::fnv1a;

/// Part `index` of `of`. A scenario's part depends on nothing but its id, so that a new scenario moves no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    of: u64,
}

/// A shard that is not `I/N` with `1 <= I <= N`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a shard: write `I/N`, with I from 1 to N, as in `2/4`")]
pub struct ParseShardError(String);

impl Shard {
    /// Which part it is, from 1, of how many.
    #[must_use]
    pub fn part(self) -> (u64, u64) {
        (self.index, self.of)
    }

    /// Whether the scenario `id` belongs to this part.
    #[must_use]
    pub fn holds(self, id: &str) -> bool {
        fnv1a(&[id]) % self.of == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = ParseShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (index, of) = text.split_once('/')?;
            let (index, of) = (index.parse().ok()?, of.parse().ok()?);
            (1..=of).contains(&index).then_some(Self { index, of })
        };
        parse().ok_or_else(|| ParseShardError(text.to_owned()))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_is_in_exactly_one_part() {
        let parts: Vec<Shard> = ["1/3", "2/3", "3/3"].iter().map(|text| text.parse().unwrap()).collect();
        for id in ["identify.a", "group.b", "track.c", "page.d"] {
            assert_eq!(parts.iter().filter(|part| part.holds(id)).count(), 1, "{id}");
        }
    }

    #[test]
    fn a_part_outside_of_the_whole_is_refused() {
        for text in ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
