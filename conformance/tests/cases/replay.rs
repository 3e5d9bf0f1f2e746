//! A destination that does what a case says it did, so that the judge sees exactly that.

use std::sync::Arc;

use async_trait::async_trait;
use cordial_conformance::driver::{Driver, DriverError, DriverErrorKind};
use cordial_conformance::protocol::{DeliveryResult, DestinationInfo, HelloReply, Retry, Settings, VERSION};
use cordial_conformance::run::{
    Conclusion, Filter, Plan, RunOptions, RunReport, Silent, Subject, Verdict, run,
};
use cordial_conformance::scenario::{self, Capability, Scenario, ScenarioSet};
use libtest_mimic::Failed;
use serde::Deserialize;
use serde_json::{Value, json};

/// A case: what the contract says, and what a destination did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is there for.
    #[serde(rename = "why")]
    _why: String,
    destination: Deeds,
    /// The scenario `case.it`, as its file.
    scenario: String,
}

/// What a destination did, `{key}` standing for its account's API key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deeds {
    /// What it said of each event.
    #[serde(default)]
    says: Vec<DeliveryResult>,
    /// What it sent, all of it with the first event.
    #[serde(default = "one_write")]
    sends: Vec<Sent>,
    /// What it sent after it had said that it was done.
    #[serde(default)]
    sends_late: Vec<Sent>,
    /// The account as it left it, where that is not what its requests made of it.
    leaves: Option<Value>,
    /// What it did instead of answering.
    breaks: Option<Breaks>,
    /// What it wrote to its log.
    logs: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    path: String,
    #[serde(default)]
    body: Option<Value>,
    /// The key that it came with.
    #[serde(default = "own_key")]
    key: String,
    /// How many seconds it waited before.
    #[serde(default)]
    after: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Breaks {
    Crash,
    Timeout,
    Protocol,
    Unsupported,
    Adapter,
}

fn own_key() -> String {
    "{key}".to_owned()
}

/// A write that Cordial takes, for cases that are not about the wire.
fn one_write() -> Vec<Sent> {
    let body = json!({ "channels": { "email": { "address": "jane@example.com" } } });
    vec![Sent {
        method: "POST".into(),
        path: "/v2/contacts".into(),
        body: Some(body),
        key: own_key(),
        after: 0,
    }]
}

/// Plays a case. Returns whether it was judged green, and all that was said.
pub(super) fn play(text: &str) -> Result<(bool, String), Failed> {
    let case: Case = serde_saphyr::from_str(text)?;
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("case"))?;
    std::fs::write(folder.path().join("case/it.yaml"), &case.scenario)?;
    let set = scenario::load(folder.path())?;
    let runtime = tokio::runtime::Runtime::new()?;
    let breaks = case.destination.breaks.is_some();
    let report = runtime.block_on(judge(&set, case.destination))?;
    // What could not be judged is no failure: the case itself is wrong.
    match &report.destinations[0].scenarios[0].verdict {
        Verdict::Untestable { message } if !breaks => Err(message.into()),
        _ => Ok((is_green(&report), said(&report))),
    }
}

async fn judge(set: &ScenarioSet, deeds: Deeds) -> Result<RunReport, Failed> {
    let plan = Plan::new(set, &Filter::default(), None)?;
    let scenario = plan.selected()[0];
    let driver = Replay { hello: hello(scenario), deeds, settings: tokio::sync::Mutex::default() };
    let hello = driver.hello().await?;
    let subject = Subject::greeted(Arc::new(driver), &hello)?;
    let options = RunOptions { jobs: 1, ..RunOptions::on(jiff::civil::date(2026, 1, 2)) };
    Ok(run(&plan, &[subject], &options, &Silent).await?)
}

/// Whoever the scenario is about.
fn hello(scenario: &Scenario) -> HelloReply {
    HelloReply {
        protocol: VERSION,
        destination: DestinationInfo {
            name: "replay".into(),
            version: String::new(),
            language: String::new(),
        },
        dialect: scenario.dialect.iter().next().map(ToString::to_string).unwrap_or_default(),
        capabilities: Capability::ALL.iter().map(ToString::to_string).collect(),
        retry: scenario.retry.iter().next().copied().unwrap_or(Retry::Classify),
    }
}

fn is_green(report: &RunReport) -> bool {
    report.conclusion() == Conclusion::Conforms
        && report.destinations[0].scenarios[0].verdict == Verdict::Passed
}

/// The verdict, and all that was looked at; of what failed alone, where something did.
fn said(report: &RunReport) -> String {
    let scenario = &report.destinations[0].scenarios[0];
    let mut lines = vec![scenario.verdict.name().to_owned()];
    lines.extend(scenario.verdict.detail());
    let green = is_green(report);
    for check in scenario.checks.iter().filter(|check| green || !check.passed) {
        lines.push(check.id.clone());
        lines.extend(check.message.lines().map(|line| format!("  {line}")));
    }
    lines.extend(report.stray_requests.iter().map(|request| format!("stray: {request}")));
    lines.join("\n")
}

struct Replay {
    hello: HelloReply,
    deeds: Deeds,
    settings: tokio::sync::Mutex<Option<Settings>>,
}

impl Replay {
    async fn send(&self, sent: &Sent, settings: &Settings) -> Result<(), DriverError> {
        let with_key = |text: &str| text.replace("{key}", &settings.api_key);
        if sent.after > 0 {
            self.control("clock", json!({ "advance": sent.after }), settings).await?;
        }
        let method = sent.method.parse().unwrap_or_default();
        let url = format!("{}{}", settings.endpoint, with_key(&sent.path));
        let mut request =
            reqwest::Client::new().request(method, url).basic_auth(with_key(&sent.key), Some(""));
        if let Some(body) = &sent.body {
            request = request.header("content-type", "application/json").body(with_key(&body.to_string()));
        }
        // What it was answered is in the journal.
        request.send().await.map(drop).map_err(broken)
    }

    async fn control(&self, what: &str, body: Value, settings: &Settings) -> Result<(), DriverError> {
        let url = format!("{}/__admin/{what}", settings.endpoint);
        let request = reqwest::Client::new().put(url).basic_auth(&settings.api_key, Some("")).json(&body);
        let reply = request.send().await.map_err(broken)?;
        match reply.status().is_success() {
            true => Ok(()),
            false => Err(broken(reply.text().await.map_err(broken)?)),
        }
    }
}

fn broken(message: impl ToString) -> DriverError {
    DriverError { kind: DriverErrorKind::Adapter, message: message.to_string(), stderr: None }
}

#[async_trait]
impl Driver for Replay {
    async fn hello(&self) -> Result<HelloReply, DriverError> {
        Ok(self.hello.clone())
    }

    async fn open(&self, _: &str, settings: &Settings) -> Result<(), DriverError> {
        *self.settings.lock().await = Some(settings.clone());
        Ok(())
    }

    async fn deliver(&self, _: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError> {
        let settings = self.settings.lock().await.clone().ok_or_else(|| broken("not open"))?;
        let position = events[0]["messageId"].as_str().and_then(|id| id.rsplit('-').next()?.parse().ok());
        let position: usize = position.ok_or_else(|| broken("an event without a number"))?;
        if let Some(breaks) = self.deeds.breaks {
            let kind = match breaks {
                Breaks::Crash => DriverErrorKind::Crash,
                Breaks::Timeout => DriverErrorKind::Timeout,
                Breaks::Protocol => DriverErrorKind::Protocol,
                Breaks::Unsupported => DriverErrorKind::Unsupported,
                Breaks::Adapter => DriverErrorKind::Adapter,
            };
            return Err(DriverError { kind, message: "as the case says".into(), stderr: None });
        }
        if position == 1 {
            for sent in &self.deeds.sends {
                self.send(sent, &settings).await?;
            }
            if let Some(state) = &self.deeds.leaves {
                self.control("state", state.clone(), &settings).await?;
            }
        }
        let mut said: Vec<DeliveryResult> =
            self.deeds.says.iter().skip(position - 1).take(events.len()).cloned().collect();
        for message in said.iter_mut().filter_map(|result| result.message.as_mut()) {
            *message = message.replace("{key}", &settings.api_key);
        }
        Ok(said)
    }

    async fn drain(&self, _: &str) -> Result<(), DriverError> {
        Ok(())
    }

    async fn close(&self, _: &str) -> Result<(), DriverError> {
        Ok(())
    }

    async fn bye(&self) -> Result<(), DriverError> {
        let settings = self.settings.lock().await.clone().ok_or_else(|| broken("not open"))?;
        for sent in &self.deeds.sends_late {
            self.send(sent, &settings).await?;
        }
        Ok(())
    }

    async fn log(&self) -> Option<String> {
        let settings = self.settings.lock().await.clone()?;
        self.deeds.logs.as_ref().map(|text| text.replace("{key}", &settings.api_key))
    }
}
