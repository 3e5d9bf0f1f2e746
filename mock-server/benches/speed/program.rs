//! The program by itself: how soon it is ready, and what it holds when it has nothing to do.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::shared::memory;

/// Ends its process when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The time from the start to the ready line: the median of `starts`.
pub(crate) fn time_to_ready(starts: usize) -> Duration {
    let mut times: Vec<_> = (0..starts).map(|_| start().1).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The resident memory of the program once it is ready.
pub(crate) fn idle_memory() -> Option<u64> {
    let (program, _) = start();
    memory::resident(&program.0.id().to_string())
}

fn start() -> (Running, Duration) {
    let begin = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cordial-mock"));
    command.args(["--listen", "127.0.0.1:0"]).env_remove("CORDIAL_MOCK_SEED");
    let mut program = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(program.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let time = begin.elapsed();
    assert!(line.contains("\"ready\""), "{line}");
    (program, time)
}
