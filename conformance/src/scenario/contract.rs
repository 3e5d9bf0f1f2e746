//! What is said about scenarios: ids that they had before, what each release required, and what they prove.
//!
//! All of it stands in the folder `contract` beside the scenarios:
//!
//! ```yaml
//! # renames.yaml: the old id, and the one of today
//! identify.new-user: identify.unknown-user-creates-contact
//! ```
//!
//! ```yaml
//! # requirements/0.1.0.yaml: every `must` scenario of that release
//! - identify.unknown-user-creates-contact
//! ```
//!
//! ```yaml
//! # statements.yaml: what the contract says, and the scenarios that prove it
//! - says: An identify call of a valid user whom nobody knows makes a contact
//!   source: seed#identify
//!   scenarios: [identify.unknown-user-*]
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::load::EMBEDDED;
use super::model::{Level, ScenarioSet};
use crate::yaml;

/// The folder of what is said about scenarios; there is no scenario in it.
pub(super) const CONTRACT: &str = "contract";

/// The file of renamed ids, from the folder of scenarios.
pub(super) const RENAMES: &str = "contract/renames.yaml";

/// Ids that scenarios had before.
#[derive(Debug, Clone, Default)]
pub(super) struct Renames(BTreeMap<String, String>);

impl Renames {
    /// Reads the file, where there is one.
    pub(super) fn read(folder: Option<&Path>) -> Result<Self, String> {
        let Some(text) = text(folder, RENAMES)? else { return Ok(Self::default()) };
        let renames: Option<BTreeMap<String, String>> =
            yaml::read(&text).map_err(|error| error.to_string())?;
        Ok(Self(renames.unwrap_or_default()))
    }

    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// What is wrong with them, given the ids of today.
    pub(super) fn mistakes(&self, exists: impl Fn(&str) -> bool) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (old, new) in &self.0 {
            if exists(old) {
                mistakes
                    .push(format!("`{old}` is the id of a scenario, so it cannot be an old id of `{new}`"));
            }
            if self.0.contains_key(new) {
                mistakes.push(format!(
                    "`{old}` leads to `{new}`, which was renamed itself: name the id of today"
                ));
            } else if !exists(new) {
                mistakes.push(format!("`{old}` leads to `{new}`, and there is no such scenario"));
            }
        }
        mistakes
    }
}

/// Something that the contract says and a destination can keep or break.
#[derive(Debug, Clone)]
pub struct Statement {
    /// In a sentence.
    pub says: String,
    /// Where it comes from, as scenarios name it.
    pub source: String,
    /// The patterns as written.
    pub patterns: Vec<String>,
    /// The scenarios that prove it.
    pub scenarios: GlobSet,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementFile {
    says: String,
    source: String,
    scenarios: Vec<String>,
}

/// What the contract says, in its order; nothing where nobody wrote it down.
///
/// # Errors
/// What is wrong with the file.
pub fn statements(folder: Option<&Path>) -> Result<Vec<Statement>, String> {
    let path = format!("{CONTRACT}/statements.yaml");
    let Some(text) = text(folder, &path)? else { return Ok(Vec::new()) };
    let refuse = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let read: Option<Vec<StatementFile>> = yaml::read(&text).map_err(|error| refuse(&error))?;
    let statement = |StatementFile { says, source, scenarios: patterns }| {
        let mut globs = GlobSetBuilder::new();
        for pattern in &patterns {
            globs.add(Glob::new(pattern).map_err(|error| refuse(&error))?);
        }
        let scenarios = globs.build().map_err(|error| refuse(&error))?;
        Ok(Statement { says, source, patterns, scenarios })
    };
    read.unwrap_or_default().into_iter().map(statement).collect()
}

/// The scenarios that a release required: what came later only advises.
#[derive(Debug, Clone)]
pub struct Requirements {
    /// The release.
    pub version: String,
    /// By their ids of today.
    ids: BTreeSet<String>,
    missing: Vec<String>,
}

impl Requirements {
    /// Reads what the release required, from the folder of scenarios or from what was built in.
    ///
    /// # Errors
    /// Names the releases there are where there is none of this version, and what is wrong with its file.
    pub fn read(folder: Option<&Path>, version: &str, set: &ScenarioSet) -> Result<Self, String> {
        let path = path_of(version);
        let known = versions(folder);
        // A version comes from the command line: only one that is there names a file.
        let text = if known.iter().any(|known| known == version) { text(folder, &path)? } else { None };
        let Some(text) = text else {
            let known = if known.is_empty() { "there is none".to_owned() } else { known.join(", ") };
            return Err(format!(
                "no release `{version}` froze its requirements\n  fix: name one that did: {known}"
            ));
        };
        let listed: Option<BTreeSet<String>> =
            yaml::read(&text).map_err(|error| format!("{path}: {error}"))?;
        let listed =
            listed.filter(|ids| !ids.is_empty()).ok_or_else(|| format!("{path} requires nothing"))?;
        let (ids, missing): (Vec<_>, Vec<_>) =
            listed.iter().map(|id| set.current(id)).partition(|id| set.get(id).is_some());
        Ok(Self {
            version: version.to_owned(),
            ids: ids.into_iter().map(str::to_owned).collect(),
            missing: missing.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Whether the release required the scenario.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// How many scenarios it required.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len() + self.missing.len()
    }

    /// Whether it required nothing; one that was read requires something.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it required and is not there any more, under no id: a run without them would claim too much.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The file of a release that requires every `must` scenario of the set, and where it belongs in the folder.
    #[must_use]
    pub fn freeze(version: &str, set: &ScenarioSet) -> (PathBuf, String) {
        let mut text = format!(
            "# What release {version} requires. Frozen: it is never changed, see renames.yaml instead.\n"
        );
        for scenario in set.iter().filter(|scenario| scenario.level == Level::Must) {
            let _ = writeln!(text, "- {}", scenario.id);
        }
        (path_of(version).into(), text)
    }
}

fn path_of(version: &str) -> String {
    format!("{CONTRACT}/requirements/{version}.yaml")
}

/// The releases that froze what they require, oldest name first.
#[must_use]
pub fn versions(folder: Option<&Path>) -> Vec<String> {
    let names: Vec<PathBuf> = match folder {
        Some(folder) => {
            let entries = std::fs::read_dir(folder.join(CONTRACT).join("requirements"));
            entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
        }
        None => EMBEDDED
            .get_dir(format!("{CONTRACT}/requirements"))
            .map(|dir| dir.files().map(|file| file.path().to_owned()).collect())
            .unwrap_or_default(),
    };
    let mut versions: Vec<String> = names
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    versions.sort();
    versions
}

/// A file in the folder of scenarios, or of what was built in; `None` where it is missing.
fn text(folder: Option<&Path>, path: &str) -> Result<Option<String>, String> {
    let Some(folder) = folder else {
        let file = EMBEDDED.get_file(path);
        let text = |file: &include_dir::File<'_>| file.contents_utf8().map(str::to_owned);
        return Ok(file.and_then(text));
    };
    match std::fs::read_to_string(folder.join(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", folder.join(path).display())),
    }
}
