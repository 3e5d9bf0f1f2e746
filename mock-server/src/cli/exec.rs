//! `cordial-mock exec -- CMD`.

use std::process::{ExitCode, ExitStatus};

use tokio::process::Child;

use super::args::ExecArgs;
use super::signals::{StopSignal, StopSignals};
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
    let status = wait_for(&mut child, &mut signals).await;
    let status =
        status.map_err(|error| CliError::Failed(format!("the command cannot be waited for: {error}")))?;
    mock.shutdown().await;
    Ok(ExitCode::from(code(status)))
}

/// Waits for the child. A signal is passed on, and the child decides what to do about it; the second one kills it.
async fn wait_for(child: &mut Child, signals: &mut StopSignals) -> std::io::Result<ExitStatus> {
    let signal = tokio::select! {
        status = child.wait() => return status,
        signal = signals.wait() => signal,
    };
    pass_on(signal, child);
    tokio::select! {
        status = child.wait() => return status,
        _ = signals.wait() => child.start_kill()?,
    }
    child.wait().await
}

/// Sends the child the signal that this process got. Not Ctrl-C: the terminal has sent that to the child already, and to
/// many programs a second one means to drop everything.
#[cfg(unix)]
fn pass_on(signal: StopSignal, child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = match signal {
        StopSignal::Terminate => Signal::TERM,
        StopSignal::Interrupt if is_in_foreground() => return,
        StopSignal::Interrupt => Signal::INT,
    };
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // A child that has ended meanwhile is what is wanted.
        let _ = kill_process(pid, signal);
    }
}

/// Whether there is a terminal, from which Ctrl-C goes to the child as well.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    use std::io::IsTerminal;
    std::io::stdin().is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal()
}

#[cfg(not(unix))]
fn pass_on(_: StopSignal, _: &Child) {}

/// The child's code; for one that a signal ended, 128 and the signal's number, as shells have it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or_else(|| signal.map(|signal: i32| signal + 128)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
