//! The drivers against destinations that behave, and against ones that do not.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

mod breakdown;
mod http;
#[cfg(unix)]
mod stdio;

use std::time::Duration;

use cordial_conformance::driver::{DriverError, DriverErrorKind};
use cordial_conformance::protocol::Settings;

/// Longer than anything here takes, unless it is stuck.
const PATIENT: Duration = Duration::from_secs(30);
/// For what never answers.
const SHORT: Duration = Duration::from_millis(200);

fn settings(endpoint: &str) -> Settings {
    Settings {
        endpoint: endpoint.to_owned(),
        api_key: "key-1".to_owned(),
        primary_key: "channels.email.address".to_owned(),
        segment_id_key: None,
        integration: None,
        timeout_ms: None,
        clock: None,
    }
}

#[track_caller]
fn expect<T: std::fmt::Debug>(outcome: Result<T, DriverError>, kind: DriverErrorKind, named: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message.contains(named), "`{named}` is not in: {error}");
}
