//! How much of the contract a destination keeps, by three measures, so that claiming less does not look like more.

use std::fmt;

use super::report::DestinationReport;
use super::verdict::Verdict;
use crate::scenario::Level;

/// A number out of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Rate {
    /// How many passed.
    pub passed: usize,
    /// Of how many.
    pub of: usize,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 {
            return f.write_str("none");
        }
        // Rounded down, so that only all of it is 100 %.
        write!(f, "{} % ({} of {})", self.passed * 100 / self.of, self.passed, self.of)
    }
}

/// The three rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Of the `must` scenarios of the destination's dialect and role, claimed or not.
    pub required: Rate,
    /// Of what its claims make applicable.
    pub claimed: Rate,
    /// Of everything that was selected.
    pub suite: Rate,
}

impl Rates {
    /// The rates of a report.
    #[must_use]
    pub fn of(report: &DestinationReport) -> Self {
        let rate = |is: &dyn Fn(&super::report::ScenarioReport) -> bool| {
            let counted: Vec<_> = report.scenarios.iter().filter(|scenario| is(scenario)).collect();
            let passed = counted.iter().filter(|scenario| scenario.verdict == Verdict::Passed).count();
            Rate { passed, of: counted.len() }
        };
        Self {
            required: rate(&|scenario| scenario.of_contract && scenario.level == Level::Must),
            claimed: rate(&|scenario| !matches!(scenario.verdict, Verdict::NotApplicable { .. })),
            suite: rate(&|_| true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_of_it_is_a_hundred_per_cent() {
        assert_eq!(Rate { passed: 999, of: 1000 }.to_string(), "99 % (999 of 1000)");
        assert_eq!(Rate { passed: 3, of: 3 }.to_string(), "100 % (3 of 3)");
        assert_eq!(Rate { passed: 0, of: 0 }.to_string(), "none");
    }
}
