//! `cordial-conformance self-test`: can the judge be trusted?

use std::io::IsTerminal;

use super::args::{DestinationNameArgs, SelfTestArgs};
use super::progress::Bar;
use super::{CliError, exit_code, output, scenarios};
use crate::run::{Progress, Silent};
use crate::scenario::ScenarioSet;
use crate::self_test::{self, Quirk, SelfTestError, SelfTestReport};

pub(super) async fn self_test(arguments: &SelfTestArgs) -> Result<u8, CliError> {
    let set = scenarios(arguments.scenarios.as_deref())?;
    let report = measure(&set, arguments.seed).await?;
    output::print(&self_test::render(&report, arguments.verbose), arguments.output.color)?;
    Ok(if report.is_trusted() { exit_code::CONFORMS } else { exit_code::HARNESS_FAULT })
}

/// Plays every mutant and every variant.
pub(super) async fn measure(set: &ScenarioSet, seed: u64) -> Result<SelfTestReport, CliError> {
    let program = std::env::current_exe().map_err(CliError::harness)?;
    let bar = Bar::new();
    let progress: &dyn Progress = if std::io::stderr().is_terminal() { &bar } else { &Silent };
    self_test::self_test(set, &program, seed, progress).await.map_err(|error| match error {
        SelfTestError::Run(crate::run::RunError::BadScenarios(_)) => CliError::usage(error),
        error => CliError::harness(error),
    })
}

/// Plays one of the destinations that the self-test needs in a process of its own.
pub(super) async fn destination(arguments: &DestinationNameArgs) -> Result<u8, CliError> {
    let quirk = Quirk::named(&arguments.name).ok_or_else(|| {
        CliError::Usage(format!("there is no destination `{}` in the self-test", arguments.name))
    })?;
    self_test::serve(quirk).await.map_err(CliError::harness)?;
    Ok(exit_code::CONFORMS)
}
