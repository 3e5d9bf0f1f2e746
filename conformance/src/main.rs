//! `cordial-conformance`: reads the command line, does what it says, and turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cordial_conformance::cli::main(std::env::args_os()))
}
