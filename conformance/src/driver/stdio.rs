//! A destination as a child process: one JSON object per line on its stdin and stdout, stderr kept for the report.
//!
//! A process that ends, floods or babbles fails what is in flight, and a fresh one is started for the next instance,
//! so that one crash does not end the run.

mod process;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Driver, DriverError, DriverErrorKind, Messages, exchange};
use crate::protocol::{DeliveryResult, HelloReply, Request, Settings};
use process::Process;

/// How often a process that ended is started again in one run.
const MAX_RESTARTS: u32 = 50;

/// How to start the process.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// The folder to start in; this process's own when left out.
    pub folder: Option<PathBuf>,
    /// Further environment variables.
    pub env: Vec<(String, String)>,
}

/// Speaks the protocol on a child's stdio.
#[derive(Debug)]
pub struct Stdio {
    program: Program,
    deadline: Duration,
    messages: Option<Arc<Messages>>,
    ids: AtomicU64,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    process: Option<Arc<Process>>,
    starts: u32,
    /// Those that ran before, for what they logged.
    ended: Vec<Arc<Process>>,
}

impl Running {
    /// The process that ran last, which counts as ended from now on.
    fn take(&mut self) -> Option<Arc<Process>> {
        let process = self.process.take();
        self.ended.extend(process.clone());
        process
    }
}

impl Stdio {
    /// A driver of the program, which starts when it is first spoken to.
    #[must_use]
    pub fn new(program: Program, deadline: Duration) -> Self {
        Self { program, deadline, messages: None, ids: AtomicU64::new(1), running: Mutex::default() }
    }

    /// Holds each reply against its schema.
    #[must_use]
    pub fn validating(self, messages: Option<Arc<Messages>>) -> Self {
        Self { messages, ..self }
    }

    /// The running process; a fresh one where it has ended and `may_start`.
    async fn process(&self, may_start: bool) -> Result<Arc<Process>, DriverError> {
        let mut running = self.running.lock().await;
        if let Some(process) = running.process.as_ref().filter(|process| !may_start || process.is_alive()) {
            return Ok(Arc::clone(process));
        }
        if running.starts > MAX_RESTARTS {
            let message = format!("the process has ended {MAX_RESTARTS} times and is not started again");
            return Err(DriverError::new(DriverErrorKind::Crash, message));
        }
        running.starts += 1;
        let again = running.starts > 1;
        let process = Arc::new(Process::start(&self.program)?);
        running.take();
        running.process = Some(Arc::clone(&process));
        drop(running);
        if again {
            // A fresh process is greeted, as the first one was.
            exchange::hello(self.ask_process(&process, Request::Hello).await?)?;
        }
        Ok(process)
    }

    async fn ask(&self, request: Request<'_>) -> Result<Value, DriverError> {
        let may_start = matches!(request, Request::Hello | Request::Open(..));
        let process = self.process(may_start).await?;
        self.ask_process(&process, request).await
    }

    async fn ask_process(&self, process: &Process, request: Request<'_>) -> Result<Value, DriverError> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let op = request.op();
        let answer = tokio::time::timeout(self.deadline, process.ask(id, request.to_json(id))).await;
        let outcome = answer.unwrap_or_else(|_| {
            // Whoever hangs may hold up everything behind it.
            process.kill();
            Err(DriverError::new(
                DriverErrorKind::Timeout,
                format!("`{op}` was not answered within {:?}", self.deadline),
            ))
        });
        let outcome = outcome.and_then(|reply| exchange::accepted(op, reply, self.messages.as_deref()));
        outcome.map_err(|error| DriverError { stderr: process.stderr(), ..error })
    }
}

#[async_trait]
impl Driver for Stdio {
    async fn hello(&self) -> Result<HelloReply, DriverError> {
        exchange::hello(self.ask(Request::Hello).await?)
    }

    async fn open(&self, instance: &str, settings: &Settings) -> Result<(), DriverError> {
        self.ask(Request::Open(instance, settings)).await.map(drop)
    }

    async fn deliver(&self, instance: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError> {
        exchange::results(self.ask(Request::Deliver(instance, events)).await?, events.len())
    }

    async fn drain(&self, instance: &str) -> Result<(), DriverError> {
        self.ask(Request::Drain(instance)).await.map(drop)
    }

    async fn close(&self, instance: &str) -> Result<(), DriverError> {
        self.ask(Request::Close(instance)).await.map(drop)
    }

    async fn log(&self) -> Option<String> {
        let running = self.running.lock().await;
        Some(running.ended.iter().chain(&running.process).map(|process| process.log()).collect())
    }

    async fn bye(&self) -> Result<(), DriverError> {
        let Some(process) = self.running.lock().await.take() else { return Ok(()) };
        if !process.is_alive() {
            // Its end was reported to whoever was in flight.
            return Ok(());
        }
        self.ask_process(&process, Request::Bye).await?;
        match tokio::time::timeout(self.deadline, process.ended()).await {
            Ok(()) => Ok(()),
            Err(_) => {
                process.kill();
                process.ended().await;
                let message = format!("the process did not end within {:?} after `bye`", self.deadline);
                Err(DriverError {
                    stderr: process.stderr(),
                    ..DriverError::new(DriverErrorKind::Timeout, message)
                })
            }
        }
    }
}
