//! A destination's manifest: how it is reached and what it claims.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::{DEADLINE, Driver, Http, Messages, Program, Stdio};
use crate::protocol::{HelloReply, Retry};
use crate::scenario::{Capability, Dialect};
use crate::yaml;

/// A manifest, read and checked.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The destination's name in reports, keys and snapshot folders.
    pub name: String,
    /// The contract that it follows.
    pub dialect: Dialect,
    /// The calls that it takes.
    pub capabilities: BTreeSet<Capability>,
    /// Who retries.
    pub retry: Retry,
    /// How it is reached.
    pub reach: Reach,
    /// How long it may take for one operation.
    pub deadline: Duration,
    /// What has to run before it can start: a compiler, say.
    pub build: Option<Program>,
}

/// How a destination is reached.
#[derive(Debug, Clone)]
pub enum Reach {
    /// As a child process on stdio.
    Command(Program),
    /// By HTTP.
    Url(String),
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("manifest {path}: {message}")]
pub struct ManifestError {
    path: String,
    message: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    name: String,
    dialect: Dialect,
    capabilities: BTreeSet<Capability>,
    #[serde(default)]
    retry: Retry,
    #[serde(default)]
    build: Vec<String>,
    #[serde(default)]
    command: Vec<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    deadline_seconds: Option<f64>,
}

impl Manifest {
    /// Reads the manifest at `path`. Its command starts in the manifest's own folder.
    ///
    /// # Errors
    /// Names the file, the line and what to write instead.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let refuse = |message: String| ManifestError { path: path.display().to_string(), message };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let document: Document = yaml::read(&text).map_err(|error| refuse(error.to_string()))?;
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        document.check(folder).map_err(refuse)
    }

    /// A driver of the destination, which holds each reply against `messages` where they are given.
    #[must_use]
    pub fn driver(&self, messages: Option<Arc<Messages>>) -> Arc<dyn Driver> {
        match &self.reach {
            Reach::Command(program) => {
                Arc::new(Stdio::new(program.clone(), self.deadline).validating(messages))
            }
            Reach::Url(url) => Arc::new(Http::new(url.clone(), self.deadline).validating(messages)),
        }
    }

    /// What the manifest claims and the destination's own greeting does not, one sentence each.
    #[must_use]
    pub fn claims_not_kept(&self, hello: &HelloReply) -> Vec<String> {
        let mut broken = Vec::new();
        if hello.dialect != self.dialect.to_string() {
            broken.push(format!(
                "the manifest claims the dialect {}, the destination says that it speaks {}",
                self.dialect, hello.dialect
            ));
        }
        if hello.retry != self.retry {
            broken.push(format!(
                "the manifest claims to retry as `{}`, the destination says `{}`",
                self.retry.as_str(),
                hello.retry.as_str()
            ));
        }
        for capability in &self.capabilities {
            if !hello.capabilities.contains(&capability.to_string()) {
                broken.push(format!("the manifest claims {capability}, the destination does not"));
            }
        }
        broken
    }
}

impl Document {
    fn check(self, folder: &Path) -> Result<Manifest, String> {
        if self.name.is_empty()
            || !self.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            || self.name.starts_with('.')
        {
            return Err(format!(
                "`{}` is no name: use letters, digits, dashes, underscores and dots, as in `my-destination`",
                self.name
            ));
        }
        let deadline = match self.deadline_seconds {
            None => DEADLINE,
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .ok()
                .filter(|deadline| !deadline.is_zero())
                .ok_or_else(|| format!("deadlineSeconds: {seconds} is no time to wait"))?,
        };
        let env: Vec<_> = self.env.into_iter().collect();
        let program = |command: Vec<String>| Program {
            command: command.into_iter().map(Into::into).collect(),
            folder: Some(folder.to_owned()),
            env: env.clone(),
        };
        let reach = match (self.command.is_empty(), self.url) {
            (false, None) => Reach::Command(program(self.command)),
            (true, Some(url)) => {
                Http::check(&url).map_err(|why| format!("url: {why}"))?;
                Reach::Url(url)
            }
            (true, None) => return Err("nothing says how to reach the destination: add `command: [program, argument]` or `url: http://...`".to_owned()),
            (false, Some(_)) => return Err("`command` and `url` are both given: keep the one that the destination speaks".to_owned()),
        };
        Ok(Manifest {
            name: self.name,
            dialect: self.dialect,
            capabilities: self.capabilities,
            retry: self.retry,
            reach,
            deadline,
            build: (!self.build.is_empty()).then(|| program(self.build)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, ManifestError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.yaml");
        std::fs::write(&path, text).unwrap();
        Manifest::load(&path)
    }

    const HEAD: &str = "name: mine\ndialect: classic\ncapabilities: [identify]\n";

    #[test]
    fn a_command_starts_in_the_manifest_s_folder() {
        let manifest =
            read(&format!("{HEAD}command: [python3, destination.py]\ndeadlineSeconds: 2.5\n")).unwrap();
        let Reach::Command(program) = manifest.reach else { panic!("no command") };
        assert_eq!(program.command, ["python3", "destination.py"]);
        assert!(program.folder.unwrap().is_absolute());
        assert_eq!(manifest.deadline, Duration::from_millis(2500));
    }
}
