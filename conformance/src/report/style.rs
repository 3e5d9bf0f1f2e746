//! The few colours of the text report. They are always written; the stream that prints them takes them out where
//! they are not wanted.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

pub(super) fn red(text: impl Display) -> String {
    paint(RED, text)
}

pub(super) fn green(text: impl Display) -> String {
    paint(GREEN, text)
}

pub(super) fn yellow(text: impl Display) -> String {
    paint(YELLOW, text)
}

pub(super) fn strong(text: impl Display) -> String {
    paint(STRONG, text)
}

pub(super) fn faint(text: impl Display) -> String {
    paint(FAINT, text)
}

fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// `text` with every line behind `margin`.
pub(super) fn indent(text: &str, margin: &str) -> String {
    text.lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{margin}{line}\n") })
        .collect()
}
