//! The result, as one Markdown table.

use std::fmt;

/// What a measure has to reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
        }
    }
}

/// Rows in the order in which they were measured.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<[String; 6]>);

impl Table {
    /// Requests a second, of the mock and of the bare server.
    pub(crate) fn rates(&mut self, measure: &str, mock: f64, bare: f64, target: Target) {
        let ratio = mock / bare;
        self.row(
            measure,
            format!("{mock:.0}/s"),
            format!("{bare:.0}/s"),
            format!("{ratio:.2}"),
            ratio,
            target,
        );
    }

    /// How many times one rate of the mock is another.
    pub(crate) fn ratio(&mut self, measure: &str, ratio: f64, target: Target) {
        self.row(measure, String::new(), String::new(), format!("{ratio:.2}"), ratio, target);
    }

    /// A figure that the bare server has not.
    pub(crate) fn figure(&mut self, measure: &str, value: f64, unit: &str, target: Target) {
        self.row(measure, format!("{value:.1} {unit}"), String::new(), String::new(), value, target);
    }

    fn row(&mut self, measure: &str, mock: String, bare: String, ratio: String, value: f64, target: Target) {
        let met = if target.is_met(value) { "yes" } else { "no" };
        self.0.push([measure.to_owned(), mock, bare, ratio, target.to_string(), met.to_owned()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | mock | bare hyper | ratio | target | met |")?;
        writeln!(f, "|---|--:|--:|--:|--:|---|")?;
        self.0.iter().try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
    }
}
