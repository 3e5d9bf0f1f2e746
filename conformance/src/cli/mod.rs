//! The command line program: one file per command.

mod args;
mod coverage;
mod doctor;
mod error;
pub mod exit_code;
mod explain;
mod init;
mod known_failures;
mod list;
mod matrix;
mod output;
mod progress;
mod report_files;
mod requirements;
mod run;
mod schema;
mod self_test;
mod signals;
mod target;

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser;

pub use error::CliError;
pub use signals::StopSignal;

use crate::run::Filter;
use crate::scenario::{self, ScenarioSet};
use args::{Cli, Command, SelectionArgs};

/// How long at most what still runs may take to end.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// Runs the program with these arguments, the first of which is its own name, and returns its exit code: one of
/// [`exit_code`]. A command line that cannot be read, and `--help`, end the process right here.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = Cli::parse_from(arguments);
    let outcome = runtime().and_then(|runtime| {
        let outcome = runtime.block_on(async {
            tokio::select! {
                outcome = dispatch(cli) => outcome,
                signal = signals::stopped() => Err(CliError::Stopped(signal)),
            }
        });
        // Ends what still runs, a destination's processes among it; a read of stdin cannot be ended and is not waited for.
        runtime.shutdown_timeout(SHUTDOWN);
        outcome
    });
    outcome.unwrap_or_else(|error| {
        // stderr may be closed; the exit code says it all the same.
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("error: {error}\n"));
        error.exit_code()
    })
}

async fn dispatch(cli: Cli) -> Result<u8, CliError> {
    match cli.command {
        None => run::run(&cli.run).await,
        Some(Command::Run(args)) => run::run(&args).await,
        Some(Command::List(args)) => list::list(&args).await,
        Some(Command::Explain(args)) => explain::explain(&args),
        Some(Command::Doctor(args)) => doctor::doctor(&args).await,
        Some(Command::Init(args)) => init::init(&args),
        Some(Command::Coverage(args)) => coverage::coverage(&args).await,
        Some(Command::KnownFailures(args)) => known_failures::known_failures(&args).await,
        Some(Command::Matrix(args)) => matrix::matrix(&args),
        Some(Command::Requirements(args)) => requirements::requirements(&args),
        Some(Command::Schema(arguments)) => schema::schema(&arguments),
        Some(Command::SelfTest(args)) => self_test::self_test(&args).await,
        Some(Command::Destination(args)) => self_test::destination(&args).await,
    }
}

/// What the selection takes; ids that were renamed are followed, with a notice.
fn filter(selection: &SelectionArgs, set: &ScenarioSet) -> Result<Filter, CliError> {
    let only: Vec<String> = selection.only.iter().map(|pattern| current(pattern, set)).collect();
    Ok(Filter::new(&only).map_err(CliError::usage)?.within(selection.profile))
}

/// The id of today, with a notice where another was given.
fn current(id: &str, set: &ScenarioSet) -> String {
    let current = set.current(id);
    if current != id {
        notice(&format!("`{id}` is called `{current}` now"));
    }
    current.to_owned()
}

/// Something that is good to know and changes no verdict.
fn notice(text: &str) {
    // stderr may be closed.
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("note: {text}\n"));
}

/// The scenarios of a folder, or those that come built in.
fn scenarios(folder: Option<&std::path::Path>) -> Result<ScenarioSet, CliError> {
    folder.map_or_else(scenario::embedded, scenario::load).map_err(CliError::usage)
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::harness(format!("the runtime did not start: {error}")))
}
