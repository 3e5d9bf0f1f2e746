//! The exit codes. Scripts rely on them: they are part of the published interface.

use crate::run::Conclusion;

/// Every destination that ran conforms; or the command did what it was asked.
pub const CONFORMS: u8 = 0;
/// A destination does not conform, a snapshot changed, or a known-failures file is out of date.
pub const DOES_NOT_CONFORM: u8 = 1;
/// The command line, a scenario file or another input is wrong. Nothing was judged.
pub const USAGE: u8 = 2;
/// The destination did not start, or never answered its greeting.
pub const DID_NOT_START: u8 = 3;
/// Nothing ran, or fewer scenarios than were selected.
pub const NOTHING_RAN: u8 = 4;
/// The harness itself is at fault.
pub const HARNESS_FAULT: u8 = 5;

/// The table for help texts.
pub const HELP: &str = "\
Exit codes:
  0  every destination conforms
  1  one does not, a snapshot changed, or a known-failures file is out of date
  2  usage, or a bad scenario file
  3  the destination did not start
  4  nothing ran, or fewer scenarios than were selected
  5  the harness itself is at fault
  130, 143  it was stopped by Ctrl-C or SIGTERM, and there is no verdict";

/// The exit code of a run that was made.
#[must_use]
pub fn of(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Conforms => CONFORMS,
        Conclusion::DoesNotConform => DOES_NOT_CONFORM,
        Conclusion::NothingRan => NOTHING_RAN,
        Conclusion::HarnessFault => HARNESS_FAULT,
    }
}
