//! The one place that reads the time.

use std::str::FromStr;

use jiff::Timestamp;

/// Where an account's time comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Real,
    /// A clock that stands still.
    Fixed(Timestamp),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn real() -> Self {
        Self::Real
    }

    /// A clock that stands still at `at`.
    #[must_use]
    pub const fn fixed(at: Timestamp) -> Self {
        Self::Fixed(at)
    }

    /// The present time of this clock.
    #[must_use]
    pub fn now(self) -> Timestamp {
        match self {
            Self::Real => Timestamp::now(),
            Self::Fixed(at) => at,
        }
    }
}

/// `--clock` had a value that is neither `real` nor `fixed:<RFC 3339>`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a clock: write `real`, or `fixed:` and a time such as `fixed:2026-01-02T03:04:05Z`")]
pub struct ParseClockError(String);

impl FromStr for Clock {
    type Err = ParseClockError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "real" {
            return Ok(Self::Real);
        }
        text.strip_prefix("fixed:")
            .and_then(|at| at.parse().ok())
            .map(Self::Fixed)
            .ok_or_else(|| ParseClockError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still() {
        let clock: Clock = "fixed:2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.now().to_string(), "2026-01-02T03:04:05Z");
    }

    #[test]
    fn a_clock_that_cannot_be_read_says_what_may_be_written() {
        let error = "fixed:yesterday".parse::<Clock>().unwrap_err();
        assert!(error.to_string().contains("`real`"), "{error}");
    }
}
