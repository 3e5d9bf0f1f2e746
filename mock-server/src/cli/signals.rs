//! When to stop.
//!
//! The first signal asks for an orderly end. Whoever sends a second one does not want to wait for it.

use std::io;

/// Listens for SIGTERM and Ctrl-C, from when it is made: a signal that comes before anybody waits is not lost.
#[derive(Debug)]
pub(super) struct StopSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopSignal {
    /// SIGTERM: to this process alone.
    Terminate,
    /// Ctrl-C, which the terminal sends to every process in the foreground.
    Interrupt,
}

impl StopSignals {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system lets nobody listen.
    pub(super) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Returns once a signal came.
    #[cfg(unix)]
    pub(super) async fn wait(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.terminate.recv() => StopSignal::Terminate,
            _ = self.interrupt.recv() => StopSignal::Interrupt,
        }
    }

    /// Returns once Ctrl-C came.
    #[cfg(not(unix))]
    pub(super) async fn wait(&mut self) -> StopSignal {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody can tell us to stop: go on until the process is ended.
            std::future::pending::<()>().await;
        }
        StopSignal::Interrupt
    }
}
