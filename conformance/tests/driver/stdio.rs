//! Child processes. The ones that misbehave are shell scripts: each does one thing wrong.

use std::time::Duration;

use cordial_conformance::driver::{Driver, DriverErrorKind, Program, Stdio};
use cordial_conformance::protocol::Outcome;
use cordial_mock::MockCordial;
use serde_json::json;

use super::{PATIENT, SHORT, expect, settings};

/// What a well-behaved script says first. The ids of a driver count from 1.
const GREET: &str = r#"
hello() { read -r line; echo "{\"id\":$1,\"protocol\":1,\"destination\":{\"name\":\"script\"},\"dialect\":\"classic\",\"capabilities\":[]}"; }
hello 1
"#;

fn script(body: &str, deadline: Duration) -> Stdio {
    let command = ["sh".into(), "-c".into(), format!("{GREET}{body}").into()];
    Stdio::new(Program { command: command.to_vec(), ..Program::default() }, deadline)
}

fn event() -> [serde_json::Value; 1] {
    [json!({ "type": "track", "userId": "jane@example.com", "event": "Signed Up" })]
}

#[tokio::test]
async fn the_reference_destination_as_a_program_delivers_to_the_mock() {
    let seed = json!({ "contacts": [{ "channels": { "email": { "address": "jane@example.com" } } }] });
    let mock = MockCordial::builder().seed(seed).start().await.unwrap();
    let command = vec![env!("CARGO_BIN_EXE_cordial-reference-destination").into()];
    let driver = Stdio::new(Program { command, ..Program::default() }, PATIENT);
    assert_eq!(driver.hello().await.unwrap().destination.name, "reference");
    driver.open("one", &settings(mock.url())).await.unwrap();
    let results = driver.deliver("one", &event()).await.unwrap();
    driver.drain("one").await.unwrap();
    driver.close("one").await.unwrap();
    driver.bye().await.unwrap();
    assert_eq!(results[0].outcome, Outcome::Delivered);
    let state = mock.account("key-1").unwrap().state();
    assert_eq!(state["activities"][0]["action"], "Signed Up");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let program = Program { command: vec!["no-such-destination".into()], ..Program::default() };
    expect(
        Stdio::new(program, PATIENT).hello().await,
        DriverErrorKind::Crash,
        "no-such-destination cannot be started",
    );
}

#[tokio::test]
async fn a_crash_fails_what_is_in_flight_with_its_stderr() {
    let driver = script("read -r line; echo out of memory >&2; exit 7", PATIENT);
    driver.hello().await.unwrap();
    let error = driver.open("one", &settings("http://127.0.0.1:9")).await.unwrap_err();
    assert_eq!(error.kind, DriverErrorKind::Crash);
    assert!(error.message.contains("exit status: 7"), "{error}");
    assert!(error.stderr.unwrap().contains("out of memory"));
}

#[tokio::test]
async fn after_a_crash_the_next_instance_gets_a_process_that_was_greeted() {
    let folder = tempfile::tempdir().unwrap();
    let body = r#"
        answer() { read -r line; id=${line##*\"id\":}; id=${id%%,*}; id=${id%%\}*}; echo "{\"id\":$id,$1}"; }
        greeting='"protocol":1,"destination":{"name":"script"},"dialect":"classic","capabilities":[]'
        answer "$greeting"
        if [ ! -e crashed ]; then touch crashed; read -r line; exit 1; fi
        answer '"more":true'
        answer '"results":[{"outcome":"dropped"}]'
        read -r line"#;
    let command = vec!["sh".into(), "-c".into(), body.into()];
    let program = Program { command, folder: Some(folder.path().to_owned()), ..Program::default() };
    let driver = Stdio::new(program, PATIENT);
    driver.hello().await.unwrap();
    let to = settings("http://127.0.0.1:9");
    expect(driver.open("one", &to).await, DriverErrorKind::Crash, "exit status: 1");
    driver.open("two", &to).await.unwrap();
    let results = driver.deliver("two", &event()).await.unwrap();
    assert_eq!(results[0].outcome, Outcome::Dropped);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hang_is_ended_at_the_deadline_with_all_children_of_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let driver = script(&format!("sleep 600 & echo $! > {}; wait", pid.display()), SHORT);
    driver.hello().await.unwrap();
    expect(
        driver.open("one", &settings("http://127.0.0.1:9")).await,
        DriverErrorKind::Timeout,
        "`open` was not answered within 200ms",
    );
    let child = std::fs::read_to_string(&pid).unwrap().trim().to_owned();
    let begun = std::time::Instant::now();
    while is_running(&child) {
        assert!(begun.elapsed() < PATIENT, "the child {child} of the process is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether there is such a process, and not only what is left of it until its parent has looked.
#[cfg(target_os = "linux")]
fn is_running(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| !status.contains("State:\tZ"))
}

#[tokio::test]
async fn noise_on_stdout_is_shown_with_what_to_do() {
    let driver = script("read -r line; echo Listening on port 3000; read -r line", PATIENT);
    driver.hello().await.unwrap();
    let outcome = driver.open("one", &settings("http://127.0.0.1:9")).await;
    expect(outcome.clone(), DriverErrorKind::Protocol, "Listening on port 3000");
    expect(outcome, DriverErrorKind::Protocol, "print to stderr");
}

#[tokio::test]
async fn an_id_that_nobody_waits_for_is_against_the_protocol() {
    let driver = script(r#"read -r line; echo '{"id":77}'; read -r line"#, PATIENT);
    driver.hello().await.unwrap();
    expect(
        driver.open("one", &settings("http://127.0.0.1:9")).await,
        DriverErrorKind::Protocol,
        "the id 77, which nobody waits for",
    );
}

#[tokio::test]
async fn a_line_without_an_id_is_against_the_protocol() {
    let driver = script(r#"read -r line; echo '{"outcome":"delivered"}'; read -r line"#, PATIENT);
    driver.hello().await.unwrap();
    expect(
        driver.open("one", &settings("http://127.0.0.1:9")).await,
        DriverErrorKind::Protocol,
        "no numeric id",
    );
}

#[tokio::test]
async fn what_the_destination_cannot_do_or_could_not_try_is_told_apart() {
    let driver = script(
        r#"
        read -r line; echo '{"id":2,"unsupported":true,"reason":"one account only"}'
        read -r line; echo '{"id":3,"error":{"message":"no disk"}}'
        read -r line"#,
        PATIENT,
    );
    driver.hello().await.unwrap();
    let to = settings("http://127.0.0.1:9");
    expect(driver.open("one", &to).await, DriverErrorKind::Unsupported, "one account only");
    expect(driver.open("one", &to).await, DriverErrorKind::Adapter, "no disk");
}

#[tokio::test]
async fn replies_may_come_in_any_order() {
    let driver = script(
        r#"
        read -r line; read -r line
        echo '{"id":3,"results":[{"outcome":"rejected"}]}'
        echo '{"id":2,"results":[{"outcome":"delivered"}]}'
        read -r line"#,
        PATIENT,
    );
    driver.hello().await.unwrap();
    let (one, two) = (event(), event());
    let (first, second) = tokio::join!(driver.deliver("one", &one), driver.deliver("two", &two));
    assert_eq!(first.unwrap()[0].outcome, Outcome::Delivered);
    assert_eq!(second.unwrap()[0].outcome, Outcome::Rejected);
}

#[tokio::test]
async fn there_is_one_result_per_event_and_each_is_one_of_four() {
    let driver = script(
        r#"
        read -r line; echo '{"id":2,"results":[]}'
        read -r line; echo '{"id":3,"results":[{"outcome":"ok"}]}'
        read -r line; echo '{"id":4}'
        read -r line"#,
        PATIENT,
    );
    driver.hello().await.unwrap();
    let event = event();
    expect(driver.deliver("one", &event).await, DriverErrorKind::Protocol, "0 results for 1 events");
    expect(driver.deliver("one", &event).await, DriverErrorKind::Protocol, "unknown variant `ok`");
    expect(driver.deliver("one", &event).await, DriverErrorKind::Protocol, "no `results`");
}

#[tokio::test]
async fn a_protocol_that_this_runner_does_not_speak_is_refused() {
    let body = r#"read -r line; echo '{"id":1,"protocol":9,"destination":{"name":"new"},"dialect":"classic","capabilities":[]}'"#;
    let command = vec!["sh".into(), "-c".into(), body.into()];
    let driver = Stdio::new(Program { command, ..Program::default() }, PATIENT);
    expect(driver.hello().await, DriverErrorKind::Protocol, "protocol 9, this runner speaks 1");
}

#[tokio::test]
async fn a_process_that_does_not_end_after_bye_is_ended() {
    let driver = script(r#"read -r line; echo '{"id":2}'; sleep 600"#, SHORT);
    driver.hello().await.unwrap();
    expect(driver.bye().await, DriverErrorKind::Timeout, "did not end within 200ms after `bye`");
}
