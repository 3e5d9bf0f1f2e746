//! `cordial-conformance doctor`: the handshake, step by step, against a mock of its own.

use std::fmt::Write;

use cordial_mock::{Clock, MockCordial};
use serde_json::{Value, json};

use super::args::DoctorArgs;
use super::target::{Target, indented, validated_targets};
use super::{CliError, exit_code, output};
use crate::driver::DriverError;
use crate::protocol::{Request, Settings};
use crate::run::CLOCK;

const INSTANCE: &str = "doctor";
const KEY: &str = "doctor-key";

/// Walks through the handshake with each destination.
pub(super) async fn doctor(arguments: &DoctorArgs) -> Result<u8, CliError> {
    let clock = CLOCK.parse().map_err(CliError::harness)?;
    let seed = json!({ "contacts": [{ "channels": { "email": { "address": "jane@example.com" } } }] });
    let mock = MockCordial::builder()
        .clock(Clock::fixed(clock))
        .seed(seed)
        .start()
        .await
        .map_err(CliError::harness)?;
    let mut healthy = true;
    let mut out = String::new();
    for target in validated_targets(&arguments.destination)? {
        let _ = writeln!(out, "{}, {:?} for each step", target.reached, target.deadline());
        healthy &= examine(&target, &mock, &mut out).await?;
    }
    output::print(&out, arguments.output.color)?;
    Ok(if healthy { exit_code::CONFORMS } else { exit_code::DID_NOT_START })
}

async fn examine(target: &Target, mock: &MockCordial, out: &mut String) -> Result<bool, CliError> {
    let driver = &target.driver;
    let settings = Settings {
        endpoint: mock.url().to_owned(),
        api_key: KEY.to_owned(),
        primary_key: "channels.email.address".to_owned(),
        segment_id_key: None,
        integration: None,
        timeout_ms: None,
        clock: None,
    };
    let events = [
        json!({ "type": "track", "userId": "jane@example.com", "event": "Doctor Called", "messageId": "doctor-1", "timestamp": CLOCK }),
    ];
    let account = mock.account(KEY).map_err(CliError::harness)?;
    account.reset();
    let steps = [
        (Request::Hello, driver.hello().await.map(|hello| json!(hello))),
        (Request::Open(INSTANCE, &settings), driver.open(INSTANCE, &settings).await.map(|()| Value::Null)),
        (
            Request::Deliver(INSTANCE, &events),
            driver.deliver(INSTANCE, &events).await.map(|results| json!({ "results": results })),
        ),
        (Request::Drain(INSTANCE), driver.drain(INSTANCE).await.map(|()| Value::Null)),
        (Request::Close(INSTANCE), driver.close(INSTANCE).await.map(|()| Value::Null)),
        (Request::Bye, driver.bye().await.map(|()| Value::Null)),
    ];
    let mut healthy = true;
    for (at, (request, outcome)) in steps.into_iter().enumerate() {
        let _ = writeln!(out, "\n{}. {}\n   -> {}", at + 1, request.op(), request.to_json(at as u64 + 1));
        healthy &= report(outcome, out);
        if !healthy {
            let _ = writeln!(out, "\nThe steps after this one mean nothing until it works.");
            return Ok(false);
        }
    }
    let requests = account.requests();
    let _ = writeln!(out, "\nWhat reached Cordial:{}", if requests.is_empty() { " nothing" } else { "" });
    for entry in requests {
        let _ = writeln!(out, "   {} {} -> {}", entry.method, entry.path, entry.status);
    }
    let _ = writeln!(
        out,
        "\nThe handshake works: `cordial-conformance run {}` judges the rest.",
        target.command_line()
    );
    Ok(true)
}

fn report(outcome: Result<Value, DriverError>, out: &mut String) -> bool {
    match outcome {
        Ok(Value::Null) => {
            let _ = writeln!(out, "   ok");
            true
        }
        Ok(reply) => {
            let _ = writeln!(out, "   <- {reply}\n   ok");
            true
        }
        Err(error) => {
            let _ = writeln!(out, "   FAILED: {}", error.message.replace('\n', "\n   "));
            if let Some(stderr) = &error.stderr {
                let _ = writeln!(out, "   its stderr:\n{}", indented(stderr));
            }
            false
        }
    }
}
