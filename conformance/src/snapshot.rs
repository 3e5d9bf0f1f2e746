//! Stored exchanges, in insta's file format: one file per destination and scenario, reviewable with
//! `cargo insta review`.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// What stands above the stored text. insta reads and shows it, and compares nothing of it.
const HEAD: &str = "---\nsource: conformance/tests/conformance.rs\nexpression: exchange\n---\n";

/// The file of one scenario's exchange by one destination.
#[must_use]
pub fn path(folder: &Path, destination: &str, scenario: &str) -> PathBuf {
    folder.join(destination).join(format!("{scenario}.snap"))
}

/// The stored text; `None` when there is no such file.
///
/// # Errors
/// When the file cannot be read.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(body(&text).trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Stores a text.
///
/// # Errors
/// When the file cannot be written, or when this is a CI job, which only checks.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if is_ci() {
        return Err(io::Error::other(
            "snapshots are never written where CI is set: update them at your desk and commit them",
        ));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, format!("{HEAD}{}\n", text.trim_end()))
}

/// The scenarios that a destination has a stored exchange of.
///
/// # Errors
/// When the folder cannot be read. One that does not exist holds nothing.
pub fn stored(folder: &Path, destination: &str) -> io::Result<BTreeSet<String>> {
    let entries = match std::fs::read_dir(folder.join(destination)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".snap").map(str::to_owned));
    }
    Ok(names)
}

/// Whether this is a CI job.
#[must_use]
pub fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// What stands under the head.
fn body(text: &str) -> &str {
    let under = |rest: &'_ str| rest.find("\n---\n").map(|at| at + "\n---\n".len());
    match text.strip_prefix("---\n").and_then(|rest| Some((rest, under(rest)?))) {
        Some((rest, at)) => &rest[at..],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_not_part_of_the_text() {
        assert_eq!(body("---\nsource: x\nexpression: y\n---\nGET /\n---\n"), "GET /\n---\n");
        assert_eq!(body("GET /\n"), "GET /\n");
    }

    #[test]
    fn a_snapshot_that_does_not_exist_is_none_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&path(folder.path(), "d", "a.b")).unwrap(), None);
        assert!(stored(folder.path(), "d").unwrap().is_empty());
    }
}
