//! Files that have to be refused, each by the text that says where it is wrong and how to mend it.

use std::path::Path;

use cordial_conformance::driver::Manifest;
use cordial_conformance::run::KnownFailures;
use cordial_conformance::scenario;
use libtest_mimic::Failed;

/// The scenario `case.it`, in a folder of its own.
pub(super) fn scenario(text: &str) -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("case"))?;
    std::fs::write(folder.path().join("case/it.yaml"), text)?;
    refusal(folder.path(), scenario::load(folder.path()))
}

pub(super) fn known_failures(text: &str) -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("known-failures.yaml");
    std::fs::write(&file, text)?;
    refusal(folder.path(), KnownFailures::load(&file))
}

pub(super) fn manifest(text: &str) -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("manifest.yaml");
    std::fs::write(&file, text)?;
    refusal(folder.path(), Manifest::load(&file))
}

/// What was said, without the folder that it happened to lie in.
fn refusal<T, E: std::fmt::Display>(folder: &Path, outcome: Result<T, E>) -> Result<String, Failed> {
    match outcome {
        Ok(_) => Err("it has to be refused".into()),
        Err(error) => Ok(error.to_string().replace(&format!("{}/", folder.display()), "")),
    }
}
