//! `cordial-conformance init`: a destination to start from, with its manifest and a run in CI.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::{ColorArg, InitArgs, Language};
use super::{CliError, exit_code, output};

const WORKFLOW: &str = include_str!("../../templates/workflow.yml");

/// Where GitHub looks for it, in the root of a repository.
const WORKFLOW_PATH: &str = ".github/workflows/cordial.yml";

/// A file's path in the new folder, and its text.
type File = (&'static str, &'static str);

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../templates/", $path))
    };
}

impl Language {
    /// The destination, where one's own code goes, comes first.
    const fn files(self) -> &'static [File] {
        match self {
            Self::Python => &[
                ("destination.py", include_str!("../../adapters/minimal-python/destination.py")),
                ("adapter.py", include_str!("../../adapters/minimal-python/adapter.py")),
                ("manifest.yaml", template!("python/manifest.yaml")),
            ],
            Self::Node => &[
                ("destination.mjs", template!("node/destination.mjs")),
                ("adapter.mjs", template!("node/adapter.mjs")),
                ("manifest.yaml", template!("node/manifest.yaml")),
            ],
            Self::Go => &[
                ("destination.go", template!("go/destination.go")),
                ("adapter.go", template!("go/adapter.go")),
                ("go.mod", template!("go/go.mod")),
                ("manifest.yaml", template!("go/manifest.yaml")),
            ],
            Self::Rust => &[
                ("src/destination.rs", template!("rust/src/destination.rs")),
                ("src/main.rs", template!("rust/src/main.rs")),
                ("Cargo.toml", template!("rust/Cargo.toml.in")),
                ("manifest.yaml", template!("rust/manifest.yaml")),
            ],
        }
    }
}

/// Writes the files, or none of them.
pub(super) fn init(arguments: &InitArgs) -> Result<u8, CliError> {
    let folder = &arguments.folder;
    let files = arguments.language.files();
    let paths = files.iter().map(|(path, _)| *path).chain([WORKFLOW_PATH]);
    if let Some(existing) = paths.map(|path| folder.join(path)).find(|path| path.symlink_metadata().is_ok()) {
        return Err(CliError::Usage(format!(
            "{} exists already, and nothing was written\n  fix: name another folder, as in `init {} another-folder`, or move the file away",
            existing.display(),
            arguments.language.word()
        )));
    }
    let root = repository_root(folder)?;
    let workflow = WORKFLOW.replace("@MANIFEST@", &manifest_in_ci(folder, root.as_deref())?);
    let mut out = String::new();
    for (path, text) in files.iter().copied().chain([(WORKFLOW_PATH, workflow.as_str())]) {
        let path = folder.join(path);
        write_new(&path, text).map_err(|error| CliError::Usage(format!("{}: {error}", path.display())))?;
        let _ = writeln!(out, "wrote {}", path.display());
    }
    let manifest = folder.join("manifest.yaml");
    let manifest = shlex::try_quote(&manifest.to_string_lossy()).map_err(CliError::usage)?.into_owned();
    let program = super::run::program();
    let destination = files.first().map(|(path, _)| folder.join(path)).unwrap_or_default();
    let _ = write!(
        out,
        "next:\n  {program} doctor --destination {manifest}\n  {program} run --destination {manifest}\n  \
         put your own code into `deliver` in {}, and run again\n",
        destination.display()
    );
    if let Some(root) = root.filter(|root| absolute(folder).is_ok_and(|folder| folder != *root)) {
        let _ = writeln!(
            out,
            "GitHub reads workflows in the repository's root only: move {} to {}",
            folder.join(WORKFLOW_PATH).display(),
            root.join(WORKFLOW_PATH).display()
        );
    }
    output::print(&out, ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}

/// Never overwrites, whatever has come there in the meantime.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn absolute(folder: &Path) -> Result<PathBuf, CliError> {
    // Parts such as `..` are resolved as far as the folder exists.
    let path = std::path::absolute(folder).map_err(CliError::usage)?;
    Ok(path.canonicalize().unwrap_or(path))
}

/// The repository that the folder is in; none where it is in none yet.
fn repository_root(folder: &Path) -> Result<Option<PathBuf>, CliError> {
    Ok(absolute(folder)?.ancestors().find(|ancestor| ancestor.join(".git").exists()).map(Path::to_owned))
}

/// The manifest's path in the workflow, where the repository is checked out as `mine`.
fn manifest_in_ci(folder: &Path, root: Option<&Path>) -> Result<String, CliError> {
    let folder = absolute(folder)?;
    let inner = root.and_then(|root| folder.strip_prefix(root).ok()).unwrap_or_else(|| Path::new(""));
    let path = Path::new("mine").join(inner).join("manifest.yaml").to_string_lossy().replace('\\', "/");
    shlex::try_quote(&path).map(std::borrow::Cow::into_owned).map_err(CliError::usage)
}
