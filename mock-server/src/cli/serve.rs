//! `cordial-mock serve`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use cordial_mock::{Builder, MockCordial, StartError};
use serde_json::json;

use super::args::{LogArg, ServerArgs, WorldArgs};
use super::signals::StopSignals;
use super::{CliError, log, print, seed};

/// Serves until told to stop.
pub(super) async fn serve(arguments: ServerArgs) -> Result<ExitCode, CliError> {
    log::start(arguments.world.log);
    if !arguments.listen.ip().is_loopback() {
        warn_of(arguments.listen, &arguments.world);
    }
    arguments.port_file.as_deref().map(remove_port).transpose()?;
    // Before the ready line, so that whoever reads it may send a signal at once.
    let mut stop = listen_for_stop()?;
    let mock = start(builder(&arguments.world)?.listen(arguments.listen), &arguments.world).await?;
    if let Some(file) = &arguments.port_file {
        write_port(file, mock.address())?;
    }
    let ready = json!({ "event": "ready", "url": mock.url(), "pid": std::process::id(), "version": env!("CARGO_PKG_VERSION") });
    print(&format!("{ready}\n"))?;
    stop.wait().await;
    tokio::select! {
        () = mock.shutdown() => {}
        _ = stop.wait() => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Warns that others can reach the mock. Where there is a log, there: with `--log json` every line of stderr is JSON.
fn warn_of(address: SocketAddr, world: &WorldArgs) {
    let keys = if world.strict_keys { "" } else { ", and the mock takes any key" };
    let warning = format!("{address} can be reached from other machines{keys}");
    match world.log {
        LogArg::Off => eprintln!("warning: {warning}"),
        LogArg::Text | LogArg::Json => tracing::warn!("{warning}"),
    }
}

/// Starts to listen for the signals that end the program.
pub(super) fn listen_for_stop() -> Result<StopSignals, CliError> {
    StopSignals::listen().map_err(|error| CliError::Failed(format!("signals cannot be waited for: {error}")))
}

/// A mock with these settings, not started yet.
pub(super) fn builder(world: &WorldArgs) -> Result<Builder, CliError> {
    let mut builder = MockCordial::builder()
        .clock(world.clock)
        .journal_max_entries(world.journal_max_entries)
        .journal_max_bytes(world.journal_max_bytes)
        .max_body_bytes(world.max_body_bytes);
    if let Some(seed) = world.id_seed {
        builder = builder.id_seed(seed);
    }
    if world.strict_keys {
        if world.api_keys.is_empty() {
            return Err(CliError::usage(
                "--strict-keys without a key would refuse everything: list keys with --api-key",
            ));
        }
        builder = builder.strict_keys(world.api_keys.iter().cloned());
    }
    if let Some(file) = &world.seed {
        builder = builder.seed(seed::read(file)?);
    }
    Ok(builder)
}

/// Starts a mock.
pub(super) async fn start(builder: Builder, world: &WorldArgs) -> Result<MockCordial, CliError> {
    builder.start().await.map_err(|error| not_started(&error, world))
}

/// Says what to do about it where there is something to do.
fn not_started(error: &StartError, world: &WorldArgs) -> CliError {
    match (error, &world.seed) {
        (StartError::Seed(why), Some(file)) => CliError::Usage(format!("{}: {why}", file.display())),
        (StartError::Key { .. }, _) => CliError::Usage(format!("--api-key {error}")),
        (StartError::Bind { error: why, .. }, _) if why.kind() == std::io::ErrorKind::AddrInUse => {
            CliError::Failed(format!(
                "{error}\n  fix: end what listens there (another mock?), or take a free port with `--listen 127.0.0.1:0`"
            ))
        }
        _ => CliError::failed(error),
    }
}

/// Removes the port of an earlier run: whoever waits for the file would go to a mock that is gone.
fn remove_port(file: &Path) -> Result<(), CliError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(no_port_file(file, &error)),
        _ => Ok(()),
    }
}

/// Writes the port in one step, so that nobody reads half of it.
fn write_port(file: &Path, address: SocketAddr) -> Result<(), CliError> {
    let failed = |error: std::io::Error| no_port_file(file, &error);
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut temporary, format!("{}\n", address.port()).as_bytes()).map_err(failed)?;
    temporary.persist(file).map(drop).map_err(|error| failed(error.error))
}

fn no_port_file(file: &Path, error: &std::io::Error) -> CliError {
    // Not the error's own words: they name a temporary file that nobody has heard of.
    let why = if error.kind() == std::io::ErrorKind::NotFound {
        "its folder does not exist".to_owned()
    } else {
        error.kind().to_string()
    };
    CliError::Failed(format!("the port file {} cannot be written: {why}", file.display()))
}
