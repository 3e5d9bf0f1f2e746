//! `--report`: files that are whole or not there.

use std::path::{Path, PathBuf};

use super::CliError;
use super::args::{ReportArg, ReportFormat};
use crate::report;
use crate::run::RunReport;

/// Writes one report.
pub(super) fn write(wanted: &ReportArg, report: &RunReport) -> Result<(), CliError> {
    let text = match wanted.format {
        ReportFormat::Json => report::json::render(report).map_err(CliError::harness)?,
        ReportFormat::Junit => report::junit::render(report).map_err(CliError::harness)?,
        ReportFormat::Html => report::html::render(report),
        ReportFormat::Markdown => report::markdown::render(report),
    };
    write_whole(&wanted.file, &text).map_err(|error| cannot_write(wanted, &error))
}

fn cannot_write(wanted: &ReportArg, error: &std::io::Error) -> CliError {
    let fix = match wanted.file.parent() {
        Some(folder) if error.kind() == std::io::ErrorKind::NotFound => {
            format!("\n  fix: make the folder {} first", folder.display())
        }
        _ => String::new(),
    };
    CliError::Usage(format!("the report {} cannot be written: {error}{fix}", wanted.file.display()))
}

/// Sees to it that the reports can be written, before anything is played, and that none of an earlier run is left:
/// whoever read it after this run was stopped half-way would believe it.
pub(super) fn make_way(reports: &[ReportArg]) -> Result<(), CliError> {
    for (at, wanted) in reports.iter().enumerate() {
        let file = &wanted.file;
        if reports[..at].iter().any(|other| other.file == *file) {
            let file = file.display();
            return Err(CliError::Usage(format!(
                "two reports go to {file}\n  fix: give each a file of its own"
            )));
        }
        if file.is_dir() {
            return Err(CliError::Usage(format!(
                "the report {} cannot be written: it is a folder",
                file.display()
            )));
        }
        if is_special(file) {
            continue;
        }
        let partial = partial(file);
        let tried = std::fs::write(&partial, "").and_then(|()| std::fs::remove_file(&partial));
        tried.map_err(|error| cannot_write(wanted, &error))?;
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(cannot_write(wanted, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Half a report is none: the file is there once all of it is.
pub(super) fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    if is_special(file) {
        return std::fs::write(file, text);
    }
    let partial = partial(file);
    std::fs::write(&partial, text)?;
    std::fs::rename(&partial, file)
}

/// A device, a pipe or a link, such as `/dev/stdout`: what is written to and not replaced.
fn is_special(file: &Path) -> bool {
    std::fs::symlink_metadata(file).is_ok_and(|about| !about.is_file())
}

/// Where the text is until it is whole.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}
