//! `cordial-conformance requirements`: what each release requires, so that a new scenario does not turn yesterday's
//! conforming destination red.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use super::args::{ColorArg, RequirementsArgs, RequirementsCommand};
use super::{CliError, exit_code, output, scenarios};
use crate::scenario::{Requirements, versions};

/// Lists the releases, or freezes one.
pub(super) fn requirements(arguments: &RequirementsArgs) -> Result<u8, CliError> {
    match &arguments.command {
        None | Some(RequirementsCommand::List) => list(arguments.scenarios.as_deref()),
        Some(RequirementsCommand::Freeze { version }) => freeze(version, arguments.scenarios.as_deref()),
    }
}

fn list(folder: Option<&Path>) -> Result<u8, CliError> {
    let set = scenarios(folder)?;
    let mut out = String::new();
    for version in versions(folder) {
        let requirements = Requirements::read(folder, &version, &set).map_err(CliError::usage)?;
        let _ = write!(out, "{version}  {} scenarios", requirements.len());
        if !requirements.missing().is_empty() {
            let _ = write!(out, ", of which these are gone: {}", requirements.missing().join(", "));
        }
        out.push('\n');
    }
    if out.is_empty() {
        out += "no release froze its requirements; `requirements freeze VERSION` does\n";
    }
    output::print(&out, ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}

fn freeze(version: &str, folder: Option<&Path>) -> Result<u8, CliError> {
    let is_version = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if version.is_empty() || version.starts_with('.') || !version.chars().all(is_version) {
        return Err(CliError::Usage(format!("`{version}` is no version: write it as in `0.2.0`")));
    }
    let folder = folder.unwrap_or_else(|| Path::new("scenarios"));
    let set = scenarios(Some(folder))?;
    let (path, text) = Requirements::freeze(version, &set);
    let path = folder.join(path);
    let failed = |error: std::io::Error| {
        let fix = if error.kind() == std::io::ErrorKind::AlreadyExists {
            "\n  fix: what a release required never changes: freeze a new version"
        } else {
            ""
        };
        CliError::Usage(format!("{}: {error}{fix}", path.display()))
    };
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    output::print(&format!("wrote {}\n", path.display()), ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}
