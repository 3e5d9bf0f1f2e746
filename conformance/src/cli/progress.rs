//! The progress bar, on stderr and only where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::Progress;

/// A bar that clears itself at the end, so that the report stands alone.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::no_length();
        // A template that does not parse would cost the style of the bar and nothing else.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Progress for Bar {
    fn started(&self, total: usize) {
        self.0.set_length(total as u64);
    }

    fn finished(&self, destination: &str, scenario: &str) {
        self.0.set_message(format!("{destination}: {scenario}"));
        self.0.inc(1);
    }

    fn ended(&self) {
        self.0.finish_and_clear();
    }
}
