//! The log goes to stderr: stdout belongs to the ready line.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::args::LogArg;

/// Starts the log. `RUST_LOG` may ask for more or less than a line per request.
pub(super) fn start(log: LogArg) {
    let filter = || EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder =
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // It is set once, right after the start, so that no other subscriber can be there.
    let _ = match log {
        LogArg::Off => return,
        LogArg::Text => builder.with_env_filter(filter()).with_target(false).try_init(),
        LogArg::Json => builder.with_env_filter(filter()).json().flatten_event(true).try_init(),
    };
}
