//! Whoever breaks down takes what is in flight along: the culprit is told from its victims by another play, alone.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cordial_conformance::destination::built_in;
use cordial_conformance::driver::{Driver, DriverError, DriverErrorKind};
use cordial_conformance::protocol::{DeliveryResult, HelloReply, Settings};
use cordial_conformance::run::{Filter, Plan, RunOptions, Silent, Subject, Verdict, run};
use cordial_conformance::scenario::embedded;
use serde_json::Value;

const IDENTIFIES: [&str; 2] = ["identify.known-user-is-updated", "identify.unknown-user-creates-contact"];
const GROUPS: [&str; 5] = [
    "group.empty-user-id",
    "group.known-user-joins-known-list",
    "group.unknown-list",
    "group.unknown-user-is-refused",
    "group.custom-primary-key",
];

/// The reference destination, but a group breaks it down, and then every delivery fails that was made beside it.
struct Fragile {
    inner: Arc<dyn Driver>,
    kind: DriverErrorKind,
    /// How many plays the run makes before it plays anything alone.
    together: usize,
    /// The accounts that it was opened for: each play has its own, the one alone as well.
    accounts: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl Driver for Fragile {
    async fn hello(&self) -> Result<HelloReply, DriverError> {
        self.inner.hello().await
    }

    async fn open(&self, instance: &str, settings: &Settings) -> Result<(), DriverError> {
        self.accounts.lock().unwrap().insert(settings.api_key.clone());
        self.inner.open(instance, settings).await
    }

    async fn deliver(&self, instance: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError> {
        let is_beside_others = self.accounts.lock().unwrap().len() <= self.together;
        if is_beside_others || events.iter().any(|event| event["type"] == "group") {
            let message = "it is not there any more".to_owned();
            return Err(DriverError { kind: self.kind, message, stderr: None });
        }
        self.inner.deliver(instance, events).await
    }

    async fn drain(&self, instance: &str) -> Result<(), DriverError> {
        self.inner.drain(instance).await
    }

    async fn close(&self, instance: &str) -> Result<(), DriverError> {
        self.inner.close(instance).await
    }

    async fn bye(&self) -> Result<(), DriverError> {
        self.inner.bye().await
    }
}

/// What came of a run of these scenarios.
struct Outcome {
    /// Which of them passed.
    passed: Vec<String>,
    /// How many plays were made alone.
    alone: usize,
}

async fn outcome(kind: DriverErrorKind, scenarios: &[&str], jobs: usize) -> Outcome {
    let set = embedded().unwrap();
    let patterns: Vec<String> = scenarios.iter().map(|id| (*id).to_owned()).collect();
    let plan = Plan::new(&set, &Filter::new(&patterns).unwrap(), None).unwrap();
    let inner = built_in("reference").unwrap().unwrap();
    let fragile = Arc::new(Fragile { inner, kind, together: scenarios.len(), accounts: Mutex::default() });
    let hello = fragile.hello().await.unwrap();
    let subject = Subject::greeted(Arc::clone(&fragile) as Arc<dyn Driver>, &hello).unwrap();
    let options = RunOptions { jobs, compare: false, ..RunOptions::on(jiff::civil::date(2026, 1, 2)) };
    let report = run(&plan, &[subject], &options, &Silent).await.unwrap();
    assert_eq!(report.harness_faults, Vec::<String>::new());
    let judged = &report.destinations[0].scenarios;
    let passed = judged.iter().filter(|scenario| scenario.verdict == Verdict::Passed);
    Outcome {
        passed: passed.map(|scenario| scenario.id.clone()).collect(),
        alone: fragile.accounts.lock().unwrap().len() - scenarios.len(),
    }
}

#[tokio::test]
async fn victims_get_the_verdict_that_they_earn_and_the_culprit_keeps_its_own() {
    let scenarios = [GROUPS[1], IDENTIFIES[0], IDENTIFIES[1]];
    for kind in [DriverErrorKind::Crash, DriverErrorKind::Protocol, DriverErrorKind::Timeout] {
        let seen = outcome(kind, &scenarios, 8).await;
        assert_eq!((seen.passed, seen.alone), (IDENTIFIES.map(str::to_owned).to_vec(), 3), "{kind:?}");
    }
}

#[tokio::test]
async fn what_was_alone_already_is_not_played_again() {
    for (scenarios, jobs) in [(&IDENTIFIES[..], 1), (&IDENTIFIES[..1], 8)] {
        let seen = outcome(DriverErrorKind::Crash, scenarios, jobs).await;
        assert_eq!((seen.passed, seen.alone), (Vec::new(), 0), "{jobs} jobs");
    }
}

#[tokio::test]
async fn two_beside_each_other_are_enough_to_have_a_victim() {
    for jobs in [2, 8] {
        let seen = outcome(DriverErrorKind::Crash, &IDENTIFIES, jobs).await;
        assert_eq!((seen.passed.len(), seen.alone), (2, 2), "{jobs} jobs");
    }
}

#[tokio::test]
async fn the_fourth_that_hangs_alone_is_believed_and_a_crash_never_is() {
    let scenarios: Vec<&str> = GROUPS.into_iter().chain(IDENTIFIES).collect();
    // Whatever hung beside the others is likely to be one more of these, so that the victims are not played either.
    assert_eq!(outcome(DriverErrorKind::Timeout, &scenarios, 8).await.alone, 3);
    let seen = outcome(DriverErrorKind::Crash, &scenarios, 8).await;
    assert_eq!((seen.passed, seen.alone), (IDENTIFIES.map(str::to_owned).to_vec(), 7));
}
