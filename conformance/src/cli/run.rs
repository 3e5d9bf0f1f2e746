//! `cordial-conformance run`: the whole way from arguments to an exit code.

use std::path::{Path, PathBuf};

use std::io::IsTerminal;

use super::args::{RunArgs, SnapshotsArg};
use super::progress::Bar;
use super::target::{self, Target};
use super::{CliError, exit_code, output, report_files, scenarios};
use crate::report;
use crate::run::{
    self, Plan, Profile, Progress, RunError, RunOptions, Silent, SnapshotMode, SnapshotPlan, Subject,
};
use crate::scenario::{Requirements, ScenarioSet};

/// Where the scenarios of a checkout are, and with them the stored exchanges.
const CHECKOUT: &str = "scenarios";

/// Runs scenarios and reports.
pub(super) async fn run(arguments: &RunArgs) -> Result<u8, CliError> {
    let set = scenarios(arguments.selection.scenarios.as_deref())?;
    let filter = super::filter(&arguments.selection, &set)?;
    let requirements = requirements(arguments, &set)?;
    report_files::make_way(&arguments.report)?;
    let plan = Plan::new(&set, &filter, arguments.selection.shard).map_err(CliError::usage)?;
    let folder = snapshot_folder(arguments)?;
    let mut subjects = Vec::new();
    for target in targets(arguments)? {
        let plan = |name: &str| snapshot_plan(arguments, folder.clone(), name);
        let mut subject = target.greet(arguments.known_failures.as_deref(), plan).await?;
        subject.known_failures.follow(&set).iter().for_each(|notice| super::notice(notice));
        subjects.push(subject);
    }
    if !arguments.destination.names_one() && is_selection(arguments, &plan) {
        leave_out_unconcerned(&mut subjects, &plan);
    }
    let bar = Bar::new();
    let progress: &dyn Progress = if std::io::stderr().is_terminal() { &bar } else { &Silent };
    let mut report = run::run(&plan, &subjects, &options(arguments), progress).await.map_err(failed)?;
    if let Some(requirements) = &requirements {
        report.hold_to(requirements);
    }
    // The text first: a report that cannot be written must not take it along.
    let printed = output::print(&report::text::render(&report, arguments.verbose), arguments.output.color);
    let written: Vec<_> =
        arguments.report.iter().map(|wanted| report_files::write(wanted, &report)).collect();
    std::iter::once(printed).chain(written).collect::<Result<(), CliError>>()?;
    Ok(exit_code::of(report.conclusion()))
}

/// Whether somebody chose these scenarios. A shard is no choice: its report goes together with those of the others,
/// and has to have the same destinations.
fn is_selection(arguments: &RunArgs, plan: &Plan<'_>) -> bool {
    plan.shard().is_none() && (plan.is_partial() || arguments.selection.scenarios.is_some())
}

/// Of destinations that nobody named, only those that chosen scenarios are about are judged: to have run nothing would
/// be red. Where none is concerned, all of them stay, and it is.
fn leave_out_unconcerned(subjects: &mut Vec<Subject>, plan: &Plan<'_>) {
    let is_concerned = |subject: &Subject| {
        plan.for_claims(&subject.claims).iter().any(|planned| planned.not_applicable.is_none())
    };
    let (concerned, others): (Vec<_>, Vec<_>) = std::mem::take(subjects).into_iter().partition(is_concerned);
    if concerned.is_empty() {
        *subjects = others;
        return;
    }
    for one in others {
        super::notice(&format!("{} is left out, since none of these scenarios applies to it", one.name));
    }
    *subjects = concerned;
}

fn targets(arguments: &RunArgs) -> Result<Vec<Target>, CliError> {
    if !arguments.validate {
        return target::targets(&arguments.destination);
    }
    let targets = target::validated_targets(&arguments.destination)?;
    if targets.iter().any(Target::is_built_in) {
        return Err(CliError::Usage(
            "--validate looks at messages, and a built-in destination sends none\n  fix: name yours with \
             --destination, --command or --url"
                .to_owned(),
        ));
    }
    Ok(targets)
}

/// Whose fault it is that a run came to nothing.
pub(super) fn failed(error: RunError) -> CliError {
    match error {
        RunError::BadScenarios(_) => CliError::usage(error),
        RunError::Fault(_) => CliError::harness(error),
    }
}

/// What the run is held to. Where a part of it is gone, the run would claim more than it saw.
fn requirements(arguments: &RunArgs, set: &ScenarioSet) -> Result<Option<Requirements>, CliError> {
    let Some(version) = &arguments.requirements else { return Ok(None) };
    let folder = arguments.selection.scenarios.as_deref();
    let requirements = Requirements::read(folder, version, set).map_err(CliError::usage)?;
    if requirements.missing().is_empty() {
        return Ok(Some(requirements));
    }
    Err(CliError::Incomplete(format!(
        "{version} requires {} scenarios, and {} of them are not here: {}\n  fix: use a suite that has them, or say in contract/renames.yaml what they are called now",
        requirements.len(),
        requirements.missing().len(),
        requirements.missing().join(", ")
    )))
}

/// Every scenario once.
pub(super) fn plain_options() -> RunOptions {
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let today = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date();
    RunOptions { jobs: processors * 4, program: program(), ..RunOptions::on(today) }
}

fn options(arguments: &RunArgs) -> RunOptions {
    let plain = plain_options();
    let mut repeated = Vec::new();
    if let Some(folder) = &arguments.selection.scenarios {
        repeated.extend(["--scenarios".to_owned(), folder.display().to_string()]);
    }
    if arguments.seed != 1 {
        repeated.extend(["--seed".to_owned(), arguments.seed.to_string()]);
    }
    if arguments.validate {
        repeated.push("--validate".to_owned());
    }
    RunOptions {
        seed: arguments.seed,
        jobs: arguments.jobs.map_or(plain.jobs, usize::from),
        repeat: usize::from(arguments.repeat),
        shuffle: arguments.shuffle,
        strict: arguments.selection.profile == Some(Profile::Strict),
        probe: arguments.probe,
        arguments: repeated,
        ..plain
    }
}

/// How a rerun is written: as cargo runs this program from where the user is, else by its name.
pub(super) fn program() -> String {
    let by_cargo = std::env::var_os("CARGO").and_then(|_| std::env::var_os("CARGO_MANIFEST_DIR"));
    match (by_cargo.as_deref().map(Path::new).and_then(Path::parent), std::env::current_dir()) {
        (Some(checkout), Ok(here)) => cargo_run(checkout, &here),
        _ => "cordial-conformance".to_owned(),
    }
}

fn cargo_run(checkout: &Path, here: &Path) -> String {
    if here == checkout {
        return "cargo run --".to_owned();
    }
    let manifest = checkout.join("Cargo.toml");
    let manifest = manifest.strip_prefix(here).unwrap_or(&manifest).to_string_lossy();
    // Only a NUL cannot be quoted, and no path holds one.
    let quoted = shlex::try_quote(&manifest).unwrap_or_else(|_| manifest.clone());
    format!("cargo run --manifest-path {quoted} --")
}

/// What was asked for; else a check where the destination has stored exchanges.
fn snapshot_plan(arguments: &RunArgs, folder: Option<PathBuf>, destination: &str) -> SnapshotPlan {
    let Some(folder) = folder else {
        return SnapshotPlan::off("there is no folder of snapshots here");
    };
    let (mode, because) = match arguments.snapshots {
        Some(SnapshotsArg::Off) => return SnapshotPlan::off("as asked"),
        Some(asked) => (SnapshotMode::from(asked), "as asked"),
        None if folder.join(destination).is_dir() => (SnapshotMode::Check, "some are stored"),
        None => return SnapshotPlan::off("none is stored"),
    };
    SnapshotPlan { mode, folder, because: because.to_owned() }
}

/// The folder of stored exchanges. Who asks for a check must not get a pass because there is nothing to check with.
fn snapshot_folder(arguments: &RunArgs) -> Result<Option<PathBuf>, CliError> {
    let folder =
        arguments.snapshot_dir.clone().or_else(|| default_folder(arguments.selection.scenarios.as_deref()));
    match (&folder, arguments.snapshots) {
        (None, Some(SnapshotsArg::Check | SnapshotsArg::Update)) => Err(CliError::usage(
            "--snapshots: there is no folder of stored exchanges here\n  fix: name one by --snapshot-dir DIR, or run in the checkout",
        )),
        _ => Ok(folder),
    }
}

fn default_folder(scenarios: Option<&Path>) -> Option<PathBuf> {
    let folder = scenarios.unwrap_or_else(|| Path::new(CHECKOUT));
    folder.is_dir().then(|| folder.join("snapshots"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rerun_by_cargo_works_where_the_run_was_made() {
        let checkout = Path::new("/code/sandbox");
        assert_eq!(cargo_run(checkout, checkout), "cargo run --");
        assert_eq!(
            cargo_run(checkout, Path::new("/code")),
            "cargo run --manifest-path sandbox/Cargo.toml --"
        );
        assert_eq!(
            cargo_run(Path::new("/my code/sandbox"), Path::new("/home")),
            "cargo run --manifest-path '/my code/sandbox/Cargo.toml' --"
        );
    }
}
