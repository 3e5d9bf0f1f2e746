//! `cordial-mock`: reads the command line, does what it says, and ends with an exit code that means something.

mod cli;

use std::process::ExitCode;

/// Requests are many small allocations that end on another thread than they began on, which this one is good at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
