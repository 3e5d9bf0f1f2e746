//! The command line program: one file per command.

mod args;
mod exec;
mod log;
mod routes;
mod seed;
mod serve;
mod signals;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// A command that could not do its work, in words for the user.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CliError(String);

impl CliError {
    fn new(message: impl ToString) -> Self {
        Self(message.to_string())
    }
}

/// Runs the program. 0: done; 1: it failed, stderr says why; 2: the command line or a seed file is wrong. `exec`
/// ends with the code of its command.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        None => on_runtime(serve::serve(cli.server)),
        Some(Command::Serve(server)) => on_runtime(serve::serve(*server)),
        Some(Command::Exec(arguments)) => on_runtime(exec::exec(*arguments)),
        Some(Command::Routes(arguments)) => routes::routes(&arguments),
        Some(Command::Seed(command)) => seed::seed(command),
    };
    outcome.unwrap_or_else(|error| {
        // stderr may be closed; the exit code says it all the same.
        let _ = writeln!(std::io::stderr(), "error: {error}");
        ExitCode::from(1)
    })
}

/// Runs a command that needs the network.
fn on_runtime(command: impl Future<Output = Result<ExitCode, CliError>>) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError(format!("the runtime did not start: {error}")))?;
    runtime.block_on(command)
}

/// Prints to stdout. A reader that goes away, such as `head`, is no error.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}
