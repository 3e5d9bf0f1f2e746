//! Why a command could not do its work. What the user can mend and what only we can mend are two families.

use super::exit_code;
use super::signals::StopSignal;

/// A command that ended without a verdict.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line or a file that it names is wrong.
    #[error("{0}")]
    Usage(String),
    /// The destination did not start or did not answer its greeting.
    #[error("{0}")]
    DidNotStart(String),
    /// What was to be judged is not all there.
    #[error("{0}")]
    Incomplete(String),
    /// The user, or whoever runs it for them, told it to stop.
    #[error("stopped by {}: there is no verdict", .0.name())]
    Stopped(StopSignal),
    /// The harness is at fault.
    #[error("{0}\n  this is a fault of the harness, not of the destination: please report it")]
    Harness(String),
}

impl CliError {
    /// The exit code that says so.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit_code::USAGE,
            Self::DidNotStart(_) => exit_code::DID_NOT_START,
            Self::Incomplete(_) => exit_code::NOTHING_RAN,
            Self::Stopped(signal) => signal.exit_code(),
            Self::Harness(_) => exit_code::HARNESS_FAULT,
        }
    }

    /// An error of the user, from whatever says what is wrong.
    pub(super) fn usage(error: impl ToString) -> Self {
        Self::Usage(error.to_string())
    }

    /// An error of ours, from whatever says what is wrong.
    pub(super) fn harness(error: impl ToString) -> Self {
        Self::Harness(error.to_string())
    }
}
