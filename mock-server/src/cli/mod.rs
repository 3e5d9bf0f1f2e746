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
pub(crate) enum CliError {
    /// The machine did not let it: a port that is taken, a file that cannot be written.
    #[error("{0}")]
    Failed(String),
    /// The command line or a seed file is wrong.
    #[error("{0}")]
    Usage(String),
}

impl CliError {
    fn failed(message: impl ToString) -> Self {
        Self::Failed(message.to_string())
    }

    fn usage(message: impl ToString) -> Self {
        Self::Usage(message.to_string())
    }

    fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
        })
    }
}

/// Runs the program. 0: done; 1: it failed, stderr says why; 2: the command line or a seed file is wrong. `exec`
/// ends with the code of its command.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(&error));
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
        error.exit_code()
    })
}

/// Ends the program with what clap says, which names an option even where its value came from the environment.
fn refuse(error: &clap::Error) -> ! {
    let _ = error.print();
    let named = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut named: Vec<String> = named.filter(|name| name.starts_with("CORDIAL_MOCK_")).collect();
    named.sort();
    if error.use_stderr() && !named.is_empty() {
        let _ = writeln!(
            std::io::stderr(),
            "\nnote: options are also read from {}, which you have set",
            named.join(", ")
        );
    }
    std::process::exit(error.exit_code());
}

/// Runs a command that needs the network.
fn on_runtime(command: impl Future<Output = Result<ExitCode, CliError>>) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Failed(format!("the runtime did not start: {error}")))?;
    runtime.block_on(command)
}

/// Prints to stdout. A reader that goes away, such as `head`, is no error; a disk that is full is one, since half of a
/// text looks like the whole.
fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::Failed(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
