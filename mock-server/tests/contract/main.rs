//! The contract suite: every case of `contract/*.yaml` as a test, against an embedded mock or a service that the
//! environment names. See `contract/README.md`.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it should be")]

mod case;
mod cleanup;
mod coverage;
mod matching;
mod oracle;
mod placeholders;
mod play;
mod safety;
mod target;

use std::process::ExitCode;
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

use crate::case::Case;
use crate::target::{Foreign, Target};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("the runtime starts"));

/// A case with its place in the suite.
#[derive(Debug, Clone)]
struct Numbered {
    resource: String,
    number: usize,
    case: Arc<Case>,
    pending: Option<String>,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    match trials(&mut arguments) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn trials(arguments: &mut Arguments) -> Result<Vec<Trial>, String> {
    let cases = numbered()?;
    let target = target(&cases)?;
    let mut trials: Vec<Trial> = cases
        .iter()
        .filter(|one| target.takes(&one.case))
        .map(|one| trial(one, Arc::clone(&target)))
        .collect();
    if target.is_mock() {
        let all: Vec<Case> = cases.iter().map(|one| Case::clone(&one.case)).collect();
        trials.extend(safety::trials(&all, &cases));
        trials.push(coverage::trial(&all));
        trials.extend(oracle::trials(&cases, &target)?);
    } else {
        // One account, with a rate limit that nobody has published.
        arguments.test_threads.get_or_insert(1);
    }
    Ok(trials)
}

fn numbered() -> Result<Vec<Numbered>, String> {
    let mut all = Vec::new();
    for (resource, file) in case::load()? {
        for case in file.cases {
            let (resource, pending) = (resource.clone(), file.pending.clone());
            all.push(Numbered { resource, number: all.len(), case: Arc::new(case), pending });
        }
    }
    Ok(all)
}

fn target(cases: &[Numbered]) -> Result<Arc<Target>, String> {
    let variable = |name: &str| std::env::var(name).ok();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
    let stamp = format!("ct{:x}", since.as_millis());
    let Some(foreign) = Foreign::from_environment(variable, stamp)? else {
        return Target::mock().map(Arc::new);
    };
    foreign.check_consent(variable, cases.iter().map(|one| &*one.case))?;
    Ok(Arc::new(Target::Foreign(foreign)))
}

fn trial(one: &Numbered, target: Arc<Target>) -> Trial {
    let (number, case) = (one.number, Arc::clone(&one.case));
    let name = format!("contract::{}::{}", one.resource, case.name);
    let kind = match &one.pending {
        Some(reason) => format!("pending: {reason}"),
        None => case.evidence.as_str().to_owned(),
    };
    let run = move || RUNTIME.block_on(play::judge(&target, &case, number));
    Trial::test(name, run).with_kind(kind).with_ignored_flag(one.pending.is_some())
}
