//! `cordial-mock`: reads the command line, does what it says, and ends with an exit code that means something.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
