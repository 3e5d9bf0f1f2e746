//! Where text for people goes.

use std::io::Write;

use anstream::{AutoStream, ColorChoice};

use super::args::ColorArg;

/// Prints to stdout, with colours or without. A reader that goes away, such as `head`, is no error.
pub(super) fn print(text: &str, color: ColorArg) {
    let choice = match color {
        ColorArg::Auto => AutoStream::choice(&std::io::stdout()),
        ColorArg::Always => ColorChoice::Always,
        ColorArg::Never => ColorChoice::Never,
    };
    let mut stdout = AutoStream::new(std::io::stdout().lock(), choice);
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}
