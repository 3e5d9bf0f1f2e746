//! The program: ready line, port file, seed files, `exec`, and how it stops.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cordial-mock"));
    command.env_remove("CORDIAL_MOCK_SEED");
    command
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Ends its process when the test ends, however it does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(command: &mut Command) -> (Running, Value) {
    let mut child = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    (child, ready)
}

#[cfg(unix)]
#[test]
fn it_says_when_it_is_ready_writes_its_port_and_stops_on_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let port_file = folder.path().join("port");
    let (mut child, ready) =
        start(program().env("CORDIAL_MOCK_LISTEN", "127.0.0.1:0").arg("--port-file").arg(&port_file));
    let port = std::fs::read_to_string(&port_file).unwrap();
    assert_eq!(ready["event"], "ready");
    assert_eq!(ready["url"], format!("http://127.0.0.1:{}", port.trim()));
    assert_eq!(ready["pid"], child.0.id());
    let killed = Command::new("kill").args(["-TERM", &child.0.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_an_error_that_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(&address) && said.contains("`--listen 127.0.0.1:0`"), "{said}");
}

#[test]
fn the_log_is_a_line_of_json_per_request_and_holds_no_key() {
    let (mut child, ready) = start(program().args(["--listen", "127.0.0.1:0", "--log", "json"]));
    let url = format!("{}/v2/health", ready["url"].as_str().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(reqwest::Client::new().get(url).basic_auth("secret-key", Some("")).send()).unwrap();
    child.0.kill().unwrap();
    let mut log = String::new();
    child.0.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((&line["path"], &line["status"]), (&"/v2/health".into(), &200.into()));
    assert!(!log.contains("secret-key") && !log.contains("c2VjcmV0"), "{log}");
}

#[cfg(unix)]
#[test]
fn a_log_of_json_is_json_from_its_first_line() {
    let (mut child, _) = start(program().args(["--listen", "0.0.0.0:0", "--log", "json"]));
    child.0.kill().unwrap();
    let mut log = String::new();
    child.0.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "WARN");
}

#[cfg(unix)]
#[test]
fn exec_passes_a_signal_on_and_waits_for_what_the_command_makes_of_it() {
    let script = "trap 'echo stopping; exit 5' TERM; echo up; while :; do sleep 0.01; done";
    let mut command = program();
    command.args(["exec", "--", "sh", "-c", script]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Running(command.spawn().unwrap());
    let mut stdout = BufReader::new(child.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "up\n");
    assert!(Command::new("kill").args(["-TERM", &child.0.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.0.wait().unwrap().code()), ("stopping\n", Some(5)));
}

#[cfg(unix)]
#[test]
fn exec_gives_the_command_a_mock_and_takes_over_its_code() {
    let script = "case $CORDIAL_MOCK_URL in http://127.0.0.1:*) ;; *) exit 9;; esac; echo key=$CORDIAL_API_KEY; exit 7";
    let output = run(&["exec", "--api-key", "mine", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(text(&output.stdout), "key=mine\n");
    assert_eq!(run(&["exec", "--", "sh", "-c", "kill -9 $$"]).status.code(), Some(137));
    assert_eq!(run(&["exec", "--", "no-such-command-anywhere"]).status.code(), Some(127));
}

#[test]
fn a_starter_seed_is_written_once_and_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seed.yaml");
    let file = file.to_str().unwrap();
    assert_eq!(run(&["seed", "init", file]).status.code(), Some(0));
    let output = run(&["seed", "validate", file]);
    assert!(text(&output.stdout).contains("2 contacts"), "{}", text(&output.stdout));
    assert_eq!(run(&["seed", "init", file]).status.code(), Some(1));
}

#[test]
fn a_seed_that_is_wrong_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (content, place) in [
        ("contacts:\n  - lists: [nope]\n", "contacts[0].lists[0]"),
        ("contacts: []\ncontacts: []\n", "line 2"),
        ("{\"lists\": [", "line 1"),
        ("people: []\n", "people"),
    ] {
        let file = folder.path().join("seed.yaml");
        std::fs::write(&file, content).unwrap();
        let file = file.to_str().unwrap();
        let output = run(&["seed", "validate", file]);
        assert_eq!(output.status.code(), Some(2), "{content}");
        assert!(text(&output.stderr).contains(place), "{place}: {}", text(&output.stderr));
        let output = run(&["--listen", "127.0.0.1:0", "--seed", file]);
        assert_eq!(output.status.code(), Some(2), "{content}");
        let said = text(&output.stderr);
        assert!(said.contains(file) && said.contains(place), "{place}: {said}");
    }
    let output = run(&["--seed", "no-such-seed.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cordial-mock seed init"), "{}", text(&output.stderr));
}

#[test]
fn routes_are_listed_with_their_evidence() {
    let shown = text(&run(&["routes"]).stdout);
    assert!(
        shown.contains("addContact") && shown.contains("recorded") && !shown.contains("(501)"),
        "{shown}"
    );
    let all: Value = serde_json::from_slice(&run(&["routes", "--json"]).stdout).unwrap();
    assert!(all.as_array().unwrap().len() > 106);
}

#[test]
fn strict_keys_without_a_key_is_a_mistake() {
    let output = run(&["--strict-keys"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--api-key"));
}

#[test]
fn a_bad_value_from_the_environment_is_traced_to_it() {
    let output = program().env("CORDIAL_MOCK_CLOCK", "soon").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("`soon` is not a clock") && said.contains("read from CORDIAL_MOCK_CLOCK"),
        "{said}"
    );
}

#[test]
fn the_port_of_an_earlier_run_is_gone_before_anything_can_fail() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("port");
    std::fs::write(&file, "1\n").unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program().args(["--listen", &address, "--port-file"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!file.exists());
    let missing = folder.path().join("no/port");
    let output = program().args(["--listen", "127.0.0.1:0", "--port-file"]).arg(&missing).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("its folder does not exist") && !said.contains("at path"), "{said}");
}
