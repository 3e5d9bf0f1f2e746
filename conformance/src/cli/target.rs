//! Which destinations a command is about: started, greeted, with everything that goes with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::CliError;
use super::args::DestinationArgs;
use crate::destination::{self, BUILT_IN, NAMES};
use crate::driver::{DEADLINE, Driver, Http, Manifest, Messages, Program, Stdio};
use crate::protocol::HelloReply;
use crate::run::{Claims, KnownFailures, Problem, ProblemKind, SnapshotPlan, Subject};

/// How a built-in destination is reached, for people.
const BUILT_IN_HERE: &str = "built in";

/// A destination, not greeted yet.
pub(super) struct Target {
    pub(super) driver: Arc<dyn Driver>,
    /// How it is reached, for people.
    pub(super) reached: String,
    /// What selects it on the command line.
    pub(super) arguments: Vec<String>,
    manifest: Option<(PathBuf, Manifest)>,
}

/// The destinations that the arguments name; the built-in ones when they name none.
pub(super) fn targets(arguments: &DestinationArgs) -> Result<Vec<Target>, CliError> {
    select(arguments, None)
}

/// The same, each message of theirs held against the schema of the protocol.
pub(super) fn validated_targets(arguments: &DestinationArgs) -> Result<Vec<Target>, CliError> {
    select(arguments, Some(Arc::new(Messages::new().map_err(CliError::harness)?)))
}

fn select(arguments: &DestinationArgs, messages: Option<Arc<Messages>>) -> Result<Vec<Target>, CliError> {
    if let Some(command) = &arguments.command {
        let words = shlex::split(command).ok_or_else(|| {
            CliError::Usage(format!("--command `{command}` cannot be split into words: is a quote open?"))
        })?;
        if words.is_empty() {
            return Err(CliError::usage(
                "--command is empty\n  fix: write the program and its arguments, as in 'python3 adapter.py'",
            ));
        }
        let program = Program { command: words.into_iter().map(Into::into).collect(), ..Program::default() };
        return Ok(vec![plain(
            Arc::new(Stdio::new(program, DEADLINE).validating(messages)),
            format!("command {command}"),
            ["--command", command],
        )]);
    }
    if let Some(url) = &arguments.url {
        Http::check(url).map_err(|why| CliError::Usage(format!("--url {why}")))?;
        return Ok(vec![plain(
            Arc::new(Http::new(url.clone(), DEADLINE).validating(messages)),
            format!("at {url}"),
            ["--url", url],
        )]);
    }
    match arguments.destination.as_deref() {
        None => BUILT_IN.iter().map(|name| named(name, None)).collect(),
        Some(name) => Ok(vec![named(name, messages)?]),
    }
}

fn plain(driver: Arc<dyn Driver>, reached: String, arguments: [&str; 2]) -> Target {
    Target { driver, reached, arguments: arguments.map(str::to_owned).to_vec(), manifest: None }
}

/// A built-in destination, or one with a manifest.
fn named(name: &str, messages: Option<Arc<Messages>>) -> Result<Target, CliError> {
    match destination::built_in(name).map_err(CliError::harness)? {
        Some(driver) => Ok(plain(driver, BUILT_IN_HERE.to_owned(), ["--destination", name])),
        None => from_manifest(name, messages),
    }
}

fn from_manifest(path: &str, messages: Option<Arc<Messages>>) -> Result<Target, CliError> {
    let file = Path::new(path);
    if !file.exists() {
        let names = NAMES.join("`, `");
        return Err(CliError::Usage(format!(
            "--destination {path}: there is no such file\n  fix: name a manifest, or `{names}`"
        )));
    }
    let manifest = Manifest::load(file).map_err(CliError::usage)?;
    if let Some(build) = &manifest.build {
        run_build(path, build)?;
    }
    let arguments = ["--destination", path].map(str::to_owned).to_vec();
    Ok(Target {
        driver: manifest.driver(messages),
        reached: format!("manifest {path}"),
        arguments,
        manifest: Some((file.to_owned(), manifest)),
    })
}

/// Runs a manifest's `build`, which may take as long as it takes; its output is shown where it fails.
fn run_build(path: &str, build: &Program) -> Result<(), CliError> {
    let [program, arguments @ ..] = build.command.as_slice() else { return Ok(()) };
    let words: Vec<_> = build.command.iter().map(|word| word.to_string_lossy()).collect();
    let words = words.join(" ");
    eprintln!("building: {words}");
    let mut command = std::process::Command::new(program);
    command.args(arguments).envs(build.env.iter().cloned()).stdin(std::process::Stdio::null());
    if let Some(folder) = &build.folder {
        command.current_dir(folder);
    }
    let failed = |why: String| CliError::DidNotStart(format!("manifest {path}: its build `{words}` {why}"));
    let output = command.output().map_err(|error| failed(format!("cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(failed(format!("ended with {}\n{}", output.status, indented(&String::from_utf8_lossy(&said)))))
}

impl Target {
    /// Greets the destination and makes it a subject of a run.
    pub(super) async fn greet(
        self,
        known_failures: Option<&Path>,
        snapshots: impl FnOnce(&str) -> SnapshotPlan,
    ) -> Result<Subject, CliError> {
        let hello = self.driver.hello().await.map_err(|error| {
            let stderr = error.stderr.map_or(String::new(), |stderr| format!("\n  its stderr:\n{}", indented(&stderr)));
            let doctor = self.command_line();
            CliError::DidNotStart(format!(
                "the destination ({}) did not answer its greeting: {}{stderr}\n  fix: `cordial-conformance doctor {doctor}` walks through the handshake",
                self.reached, error.message
            ))
        })?;
        let claims = self.claims(&hello)?;
        let manifest = self.manifest.as_ref();
        let name =
            manifest.map_or(hello.destination.name.as_str(), |(_, manifest)| &manifest.name).to_owned();
        let problem = |message| Problem { kind: ProblemKind::ClaimNotKept, scenario: None, message };
        let problems = manifest.map(|(_, manifest)| manifest.claims_not_kept(&hello)).unwrap_or_default();
        Ok(Subject {
            about: self.about(&hello),
            claims,
            known_failures: self.known_failures(known_failures)?,
            snapshots: snapshots(&name),
            driver: self.driver,
            arguments: self.arguments,
            problems: problems.into_iter().map(problem).collect(),
            name,
        })
    }

    /// What decides which scenarios apply: the manifest, where there is one, else the greeting.
    fn claims(&self, hello: &HelloReply) -> Result<Claims, CliError> {
        if let Some((_, manifest)) = &self.manifest {
            return Ok(Claims {
                dialect: manifest.dialect,
                capabilities: manifest.capabilities.clone(),
                retry: manifest.retry,
            });
        }
        Claims::from_hello(hello).map_err(CliError::DidNotStart)
    }

    fn about(&self, hello: &HelloReply) -> String {
        let info = &hello.destination;
        let mut parts = Vec::new();
        if !info.version.is_empty() {
            parts.push(format!("version {}", info.version));
        }
        if !info.language.is_empty() {
            parts.push(info.language.clone());
        }
        parts.push(self.reached.clone());
        parts.join(", ")
    }

    /// The file that was named, else the one beside the manifest.
    fn known_failures(&self, named: Option<&Path>) -> Result<KnownFailures, CliError> {
        let beside = self.known_failures_file().filter(|path| path.exists());
        match named.map(Path::to_owned).or(beside) {
            Some(path) => KnownFailures::load(&path).map_err(CliError::usage),
            None => Ok(KnownFailures::default()),
        }
    }

    /// Where it is by default, whether it is there or not.
    pub(super) fn known_failures_file(&self) -> Option<PathBuf> {
        self.manifest.as_ref().map(|(path, _)| path.with_file_name("known-failures.yaml"))
    }

    /// What selects it, as one types it.
    pub(super) fn command_line(&self) -> String {
        let words = self.arguments.iter().map(String::as_str);
        // Only a NUL cannot be quoted, and no argument of a process holds one.
        shlex::try_join(words).unwrap_or_else(|_| self.arguments.join(" "))
    }

    /// Whether it is built in, so that it sends no messages.
    pub(super) fn is_built_in(&self) -> bool {
        self.reached == BUILT_IN_HERE
    }

    /// How long the destination may take for one operation.
    pub(super) fn deadline(&self) -> Duration {
        self.manifest.as_ref().map_or(DEADLINE, |(_, manifest)| manifest.deadline)
    }
}

pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
