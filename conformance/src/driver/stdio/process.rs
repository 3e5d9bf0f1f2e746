//! One run of a destination's process.

use std::collections::{HashMap, VecDeque};
use std::process::Stdio as Pipe;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot, watch};

use super::Program;
use crate::driver::{DriverError, DriverErrorKind, exchange};

/// The longest line that a destination may write to stdout.
const MAX_LINE: u64 = 16 << 20;

/// How much of stderr is kept: its end. All of it is looked through for keys.
const MAX_LOG: usize = 4 << 20;

/// How much of it is shown with a failure.
const MAX_SHOWN: usize = 64 << 10;

/// How long after stdout has closed the process may take to end, before it is ended.
const END: std::time::Duration = std::time::Duration::from_secs(2);

type Waiting = HashMap<u64, oneshot::Sender<Result<Value, DriverError>>>;

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    stderr: Mutex<VecDeque<u8>>,
    /// Why the process has ended, for whoever asks it after that.
    end: Mutex<Option<DriverError>>,
}

impl Shared {
    /// Fails everything in flight.
    fn fail_all(&self, error: &DriverError) {
        for (_, waiting) in self.waiting.lock().drain() {
            // Whoever has stopped waiting does not need to know.
            let _ = waiting.send(Err(error.clone()));
        }
    }
}

/// A running process.
#[derive(Debug)]
pub(super) struct Process {
    shared: Arc<Shared>,
    lines: mpsc::UnboundedSender<String>,
    kill: mpsc::Sender<()>,
    alive: watch::Receiver<bool>,
}

impl Process {
    pub(super) fn start(program: &Program) -> Result<Self, DriverError> {
        let crash = |message: String| DriverError::new(DriverErrorKind::Crash, message);
        let Some((name, arguments)) = program.command.split_first() else {
            return Err(crash("the command is empty".to_owned()));
        };
        let mut command = Command::new(name);
        command.args(arguments).envs(program.env.iter().cloned());
        command.stdin(Pipe::piped()).stdout(Pipe::piped()).stderr(Pipe::piped()).kill_on_drop(true);
        if let Some(folder) = &program.folder {
            command.current_dir(folder);
        }
        // A group of its own: a hang is ended with all of its children.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .spawn()
            .map_err(|error| crash(format!("{} cannot be started: {error}", name.display())))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(crash("the process has no pipes".to_owned()));
        };
        let shared = Arc::new(Shared::default());
        let (lines, outgoing) = mpsc::unbounded_channel();
        let (kill, killed) = mpsc::channel(1);
        let (over, alive) = watch::channel(true);
        tokio::spawn(write(stdin, outgoing));
        let errors = tokio::spawn(keep_stderr(stderr, Arc::clone(&shared)));
        tokio::spawn(supervise(child, stdout, errors, Arc::clone(&shared), killed, over));
        Ok(Self { shared, lines, kill, alive })
    }

    pub(super) fn is_alive(&self) -> bool {
        *self.alive.borrow()
    }

    pub(super) async fn ended(&self) {
        // An error means that the supervisor is gone, and with it the process.
        let _ = self.alive.clone().wait_for(|alive| !alive).await;
    }

    pub(super) fn kill(&self) {
        // A full channel means that this is under way already.
        let _ = self.kill.try_send(());
    }

    /// The end of what it wrote to stderr.
    pub(super) fn stderr(&self) -> Option<String> {
        Some(self.last(MAX_SHOWN)).filter(|text| !text.is_empty())
    }

    /// All that it wrote to stderr.
    pub(super) fn log(&self) -> String {
        self.last(MAX_LOG)
    }

    fn last(&self, most: usize) -> String {
        let kept = self.shared.stderr.lock();
        let bytes: Vec<u8> = kept.range(kept.len().saturating_sub(most)..).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) async fn ask(&self, id: u64, request: Value) -> Result<Value, DriverError> {
        let (sender, reply) = oneshot::channel();
        self.shared.waiting.lock().insert(id, sender);
        let gone = || {
            let unknown =
                || DriverError::new(DriverErrorKind::Crash, "the process had ended before it was asked");
            self.shared.end.lock().clone().unwrap_or_else(unknown)
        };
        // Checked after the entry was made: whoever ends from now on fails it.
        if !self.is_alive() || self.lines.send(format!("{request}\n")).is_err() {
            self.shared.waiting.lock().remove(&id);
            return Err(gone());
        }
        reply.await.unwrap_or_else(|_| Err(gone()))
    }
}

async fn write(mut stdin: ChildStdin, mut outgoing: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = outgoing.recv().await {
        // A process that has closed its stdin shows by its end, which the supervisor sees.
        if stdin.write_all(line.as_bytes()).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
    }
}

async fn keep_stderr(mut stderr: impl AsyncRead + Unpin, shared: Arc<Shared>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        let mut kept = shared.stderr.lock();
        kept.extend(&buffer[..count]);
        let excess = kept.len().saturating_sub(MAX_LOG);
        kept.drain(..excess);
    }
}

/// Reads replies until something ends the process, sees to it that it has ended, and fails what is still in flight.
async fn supervise(
    mut child: Child,
    stdout: ChildStdout,
    errors: tokio::task::JoinHandle<()>,
    shared: Arc<Shared>,
    mut killed: mpsc::Receiver<()>,
    over: watch::Sender<bool>,
) {
    let mut group = Group(child.id());
    let broken = tokio::select! {
        broken = read(stdout, &shared) => broken,
        _ = killed.recv() => Some(DriverError::new(DriverErrorKind::Crash, "the process was ended because it hung")),
    };
    let status = match &broken {
        Some(_) => {
            group.end();
            let _ = child.kill().await;
            String::new()
        }
        None => match tokio::time::timeout(END, child.wait()).await {
            Ok(Ok(status)) => {
                group.forget();
                format!(" ({status})")
            }
            _ => {
                group.end();
                let _ = child.kill().await;
                " (it had closed its stdout)".to_owned()
            }
        },
    };
    // stderr is read to its end first, so that it is whole in the report. A grandchild may hold it open.
    let _ = tokio::time::timeout(END, errors).await;
    let error = broken.unwrap_or_else(|| {
        DriverError::new(DriverErrorKind::Crash, format!("the process ended while it was needed{status}"))
    });
    *shared.end.lock() = Some(error.clone());
    over.send_replace(false);
    shared.fail_all(&error);
}

/// A process and all of its children. They end with their supervisor at the latest, which goes when the whole program
/// is told to stop: being a group of their own, they do not hear of that.
struct Group(Option<u32>);

impl Group {
    /// Once the process has been waited for, its number may be another's.
    fn forget(&mut self) {
        self.0 = None;
    }

    fn end(&mut self) {
        let process = self.0.take();
        #[cfg(unix)]
        if let Some(id) = process {
            // The group's id is that of its first process. A system call and not the program `kill`, some versions of
            // which take a group whose number begins with 1 for every process that there is.
            use rustix::process::{Pid, Signal, kill_process_group};
            if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                // One that is gone already needs no ending.
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Hands each reply to whoever waits for it. Returns what is wrong, or nothing at the end of the stream.
async fn read(stdout: ChildStdout, shared: &Shared) -> Option<DriverError> {
    let mut stdout = BufReader::new(stdout);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut stdout).take(MAX_LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return None,
            Ok(_) if !line.ends_with(b"\n") && line.len() as u64 >= MAX_LINE => {
                return Some(protocol(format!("a line on stdout is longer than {MAX_LINE} bytes")));
            }
            Ok(_) => {}
        }
        if let Err(error) = hand_over(&line, shared) {
            return Some(error);
        }
    }
}

fn hand_over(line: &[u8], shared: &Shared) -> Result<(), DriverError> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let noise = |what: &str| {
        protocol(format!(
            "{what}\n  got: {}\n  fix: stdout is for the protocol alone, print to stderr",
            exchange::shown(text)
        ))
    };
    let reply: Value = serde_json::from_str(text).map_err(|_| noise("a line on stdout is not JSON"))?;
    let Some(id) = reply.get("id").and_then(Value::as_u64) else {
        return Err(noise("a line on stdout has no numeric id"));
    };
    let Some(waiting) = shared.waiting.lock().remove(&id) else {
        return Err(protocol(format!(
            "a reply has the id {id}, which nobody waits for: it was never asked, or answered before\n  got: {}",
            exchange::shown(text)
        )));
    };
    // Whoever has stopped waiting does not need to know.
    let _ = waiting.send(Ok(reply));
    Ok(())
}

fn protocol(message: String) -> DriverError {
    DriverError::new(DriverErrorKind::Protocol, message)
}
