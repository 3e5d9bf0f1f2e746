//! Every scenario against every built-in destination, as tests: `cargo test -p cordial-conformance --test conformance`.
//!
//! One test per scenario that applies, so that filters, `--list` and nextest work; what does not apply is not listed,
//! since a skipped test shows as a passed one. Each test has a mock server of its own and needs nothing from the
//! others. The exchange is held against the stored one with insta: `cargo insta review` shows what changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use cordial_conformance::destination::broken::{Broken, Flaw};
use cordial_conformance::destination::{BUILT_IN, NAMES, built_in};
use cordial_conformance::driver::{Driver, InProcess};
use cordial_conformance::run::{Conclusion, Filter, Plan, RunOptions, RunReport, Silent, Subject, run};
use cordial_conformance::scenario::{ScenarioSet, embedded};
use cordial_conformance::{report, snapshot, trace};
use jiff::civil::date;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

static SCENARIOS: LazyLock<ScenarioSet> =
    LazyLock::new(|| embedded().expect("the built-in scenarios are fine"));
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("the runtime starts"));

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for name in NAMES {
        for id in applicable(name) {
            let title = format!("{name}::{id}");
            trials.push(Trial::test(title, move || judge(name, &id)));
        }
        trials.push(Trial::test(format!("snapshots::{name}"), || every_stored_exchange_has_a_scenario(name)));
    }
    trials.push(Trial::test("built-in::end-states-agree", end_states_agree));
    for flaw in Flaw::ALL {
        trials.push(Trial::test(format!("broken::{}", flaw.name()), move || is_caught(flaw)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn driver(name: &str) -> Arc<dyn Driver> {
    built_in(name).expect("the client starts").expect("it is built in")
}

fn subject(driver: Arc<dyn Driver>) -> Subject {
    let hello = RUNTIME.block_on(driver.hello()).expect("it greets");
    Subject::greeted(driver, &hello).expect("it says what it is")
}

fn applicable(name: &str) -> Vec<String> {
    let plan = Plan::new(&SCENARIOS, &Filter::default(), None).expect("no filter matches all");
    let planned = plan.for_claims(&subject(driver(name)).claims);
    let applicable = planned.into_iter().filter(|planned| planned.not_applicable.is_none());
    applicable.map(|planned| planned.scenario.id.clone()).collect()
}

/// Plays the scenarios that match, against the subjects.
fn play(pattern: &str, subjects: &[Subject]) -> Result<RunReport, Failed> {
    let filter = Filter::new(&[pattern.to_owned()])?;
    let plan = Plan::new(&SCENARIOS, &filter, None)?;
    let options = RunOptions { program: "cargo run --".to_owned(), ..RunOptions::on(date(2026, 1, 2)) };
    Ok(RUNTIME.block_on(run(&plan, subjects, &options, &Silent))?)
}

fn judge(name: &str, id: &str) -> Result<(), Failed> {
    let mut subject = subject(driver(name));
    subject.arguments = vec!["--destination".to_owned(), name.to_owned()];
    let report = play(id, &[subject])?;
    if report.conclusion() != Conclusion::Conforms {
        return Err(report::text::render(&report, false).into());
    }
    let exchanges = &report.destinations[0].scenarios[0].exchanges;
    let canonical = trace::canonical(exchanges, &trace::Redactions::default());
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(snapshots().join(name));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(id, canonical, "exchange"));
    Ok(())
}

fn every_stored_exchange_has_a_scenario(name: &str) -> Result<(), Failed> {
    let stored = snapshot::stored(&snapshots(), name)?;
    let produced = applicable(name).into_iter().collect::<BTreeSet<_>>();
    if stored == produced {
        return Ok(());
    }
    let unreferenced: Vec<&String> = stored.difference(&produced).collect();
    let missing: Vec<&String> = produced.difference(&stored).collect();
    Err(format!(
        "stored, and produced by no scenario: {unreferenced:?}\nproduced, and not stored: {missing:?}"
    )
    .into())
}

fn end_states_agree() -> Result<(), Failed> {
    let report = play("*", &BUILT_IN.map(|name| subject(driver(name))))?;
    match report.differences.is_empty() {
        true => Ok(()),
        false => Err(report::text::render(&report, false).into()),
    }
}

fn is_caught(flaw: Flaw) -> Result<(), Failed> {
    let sound = play("*", &[subject(driver("reference"))])?;
    let broken = play("*", &[subject(Arc::new(InProcess::new(Broken::new(flaw)?)))])?;
    if sound.conclusion() == Conclusion::Conforms && broken.conclusion() == Conclusion::DoesNotConform {
        return Ok(());
    }
    Err(format!(
        "sound: {:?}, with the flaw: {:?}\n{}",
        sound.conclusion(),
        broken.conclusion(),
        report::text::render(&broken, false)
    )
    .into())
}

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/snapshots")
}
