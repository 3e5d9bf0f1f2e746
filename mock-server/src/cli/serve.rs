//! `cordial-mock serve`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use cordial_mock::{Builder, MockCordial};
use serde_json::json;

use super::args::{LogArg, ServerArgs, WorldArgs};
use super::signals::StopSignals;
use super::{CliError, log, print, seed};

/// Serves until told to stop.
pub(super) async fn serve(arguments: ServerArgs) -> Result<ExitCode, CliError> {
    log::start(arguments.world.log);
    if !arguments.listen.ip().is_loopback() {
        warn_of(arguments.listen, arguments.world.log);
    }
    // Before the ready line, so that whoever reads it may send a signal at once.
    let mut stop = listen_for_stop()?;
    let mock = start(builder(&arguments.world)?.listen(arguments.listen)).await?;
    if let Some(file) = &arguments.port_file {
        write_port(file, mock.address())?;
    }
    let ready = json!({ "event": "ready", "url": mock.url(), "pid": std::process::id(), "version": env!("CARGO_PKG_VERSION") });
    print(&format!("{ready}\n"));
    stop.wait().await;
    tokio::select! {
        () = mock.shutdown() => {}
        _ = stop.wait() => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Warns that others can reach the mock. Where there is a log, there: with `--log json` every line of stderr is JSON.
fn warn_of(address: SocketAddr, log: LogArg) {
    let warning = format!("{address} can be reached from other machines, and the mock takes any key");
    match log {
        LogArg::Off => eprintln!("warning: {warning}"),
        LogArg::Text | LogArg::Json => tracing::warn!("{warning}"),
    }
}

/// Starts to listen for the signals that end the program.
pub(super) fn listen_for_stop() -> Result<StopSignals, CliError> {
    StopSignals::listen().map_err(|error| CliError(format!("signals cannot be waited for: {error}")))
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
            return Err(CliError::new(
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
pub(super) async fn start(builder: Builder) -> Result<MockCordial, CliError> {
    builder.start().await.map_err(CliError::new)
}

/// Writes the port in one step, so that nobody reads half of it.
fn write_port(file: &Path, address: SocketAddr) -> Result<(), CliError> {
    let failed = |error: std::io::Error| {
        CliError(format!("the port file {} cannot be written: {error}", file.display()))
    };
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut temporary, format!("{}\n", address.port()).as_bytes()).map_err(failed)?;
    temporary.persist(file).map(drop).map_err(|error| failed(error.error))
}
