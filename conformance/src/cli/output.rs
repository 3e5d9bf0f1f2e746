//! Where text for people goes.

use std::io::{ErrorKind, Write};

use anstream::{AutoStream, ColorChoice};

use super::CliError;
use super::args::ColorArg;

/// Prints to stdout, with colours or without. A reader that goes away, such as `head`, is no error; a disk that is full
/// is one, since half of a text looks like the whole.
pub(super) fn print(text: &str, color: ColorArg) -> Result<(), CliError> {
    let choice = match color {
        ColorArg::Auto => AutoStream::choice(&std::io::stdout()),
        ColorArg::Always => ColorChoice::Always,
        ColorArg::Never => ColorChoice::Never,
    };
    let mut stdout = AutoStream::new(std::io::stdout().lock(), choice);
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Usage(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
