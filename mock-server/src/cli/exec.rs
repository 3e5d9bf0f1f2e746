//! `cordial-mock exec -- CMD`.

use std::process::{ExitCode, ExitStatus};

use super::args::ExecArgs;
use super::{CliError, log, serve};

/// The key that the command gets when none is listed.
const DEFAULT_KEY: &str = "test-key";

/// The exit codes that shells use for a command that cannot be found, and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

/// Runs the command against a mock on a free port.
pub(super) async fn exec(arguments: ExecArgs) -> Result<ExitCode, CliError> {
    log::start(arguments.world.log);
    let [program, rest @ ..] = arguments.command.as_slice() else {
        return Err(CliError::usage("there is no command: write it after `--`"));
    };
    let mut signals = serve::listen_for_stop()?;
    let mock = serve::start(serve::builder(&arguments.world)?, &arguments.world).await?;
    let key = arguments.world.api_keys.first().map_or(DEFAULT_KEY, String::as_str);
    let child = tokio::process::Command::new(program)
        .args(rest)
        .env("CORDIAL_MOCK_URL", mock.url())
        .env("CORDIAL_API_KEY", key)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            eprintln!("error: {} cannot be run: {error}", program.display());
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            return Ok(ExitCode::from(if missing { NOT_FOUND } else { NOT_RUNNABLE }));
        }
    };
    let status = tokio::select! {
        status = child.wait() => status,
        // Ctrl-C reaches the child as well, and a SIGTERM is for the whole: either way the child is waited for.
        () = signals.wait() => stop(&mut child).await,
    };
    let status =
        status.map_err(|error| CliError::Failed(format!("the command cannot be waited for: {error}")))?;
    mock.shutdown().await;
    Ok(ExitCode::from(code(status)))
}

async fn stop(child: &mut tokio::process::Child) -> std::io::Result<ExitStatus> {
    if tokio::time::timeout(std::time::Duration::from_secs(5), child.wait()).await.is_err() {
        child.start_kill()?;
    }
    child.wait().await
}

/// The child's code; for one that a signal ended, 128 and the signal's number, as shells have it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or_else(|| signal.map(|signal: i32| signal + 128)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
