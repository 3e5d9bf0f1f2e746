//! `cordial-conformance known-failures update`.

use std::path::Path;

use super::args::{ColorArg, KnownFailuresArgs, KnownFailuresCommand, KnownFailuresUpdateArgs};
use super::{CliError, exit_code, output, run, scenarios, target};
use crate::run::{Conclusion, Filter, KnownFailures, Plan, Silent, SnapshotPlan, Verdict};

pub(super) async fn known_failures(arguments: &KnownFailuresArgs) -> Result<u8, CliError> {
    match &arguments.command {
        KnownFailuresCommand::Update(arguments) => update(arguments).await,
    }
}

/// Plays every scenario without the file, and writes the file that makes the run what it should be.
async fn update(arguments: &KnownFailuresUpdateArgs) -> Result<u8, CliError> {
    let set = scenarios(arguments.scenarios.as_deref())?;
    let filter = Filter::new(&[]).map_err(CliError::usage)?;
    let plan = Plan::new(&set, &filter, None).map_err(CliError::usage)?;
    let mut targets = target::targets(&arguments.destination)?;
    let (Some(target), true) = (targets.pop(), targets.is_empty()) else {
        return Err(CliError::Usage(
            "a known-failures file belongs to one destination\n  fix: name it by --destination, --command or --url".to_owned(),
        ));
    };
    let Some(file) = arguments.known_failures.clone().or_else(|| target.known_failures_file()) else {
        return Err(CliError::Usage(
            "a destination without a manifest has no folder for the file\n  fix: name it by --known-failures FILE".to_owned(),
        ));
    };
    let before = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(unusable(&file, error)),
    };
    let mut known = KnownFailures::parse(&before).map_err(|why| unusable(&file, why))?;
    known.follow(&set);
    let mut subject = target.greet(None, |_| SnapshotPlan::off("nothing is compared")).await?;
    subject.known_failures = KnownFailures::default();
    let report =
        crate::run::run(&plan, &[subject], &run::plain_options(), &Silent).await.map_err(run::failed)?;
    let [destination] = &report.destinations[..] else {
        return Err(CliError::harness("one destination was played, and there is not one report"));
    };
    if let Conclusion::NothingRan | Conclusion::HarnessFault = report.conclusion() {
        return Err(CliError::Incomplete(format!(
            "{} is left as it is: not every scenario was judged",
            file.display()
        )));
    }
    let unjudged = destination.scenarios.iter().find(|scenario| {
        matches!(
            scenario.verdict,
            Verdict::Crashed { .. }
                | Verdict::TimedOut { .. }
                | Verdict::Untestable { .. }
                | Verdict::Flaky { .. }
        )
    });
    if let Some(scenario) = unjudged {
        return Err(CliError::Incomplete(format!(
            "{} is left as it is: {} {}, which is never accepted and hides what comes after it\n  fix: mend that first",
            file.display(),
            scenario.id,
            scenario.verdict.name()
        )));
    }
    let (after, changes) =
        known.updated(&before, &destination.scenarios).map_err(|why| unusable(&file, why))?;
    if changes.is_empty() {
        output::print(&format!("{} is up to date\n", file.display()), ColorArg::Never)?;
        return Ok(exit_code::CONFORMS);
    }
    super::report_files::write_whole(&file, &after).map_err(|error| unusable(&file, error))?;
    output::print(&format!("{}\nwrote {}\n", changes.join("\n"), file.display()), ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> CliError {
    CliError::Usage(format!("known-failures file {}: {why}", file.display()))
}
