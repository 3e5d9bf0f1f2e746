//! The parser's and the judge's own cases, as files: what has to be accepted, what has to be judged failing, and what
//! has to be refused. The exact text that people get lies beside each file; `cargo insta review` shows what changed.
//!
//! - `accepted/*.yaml`, `failing/*.yaml`: a scenario, and what a destination did. See [`replay::Deeds`].
//! - `refused/scenarios/*.yaml`, `refused/known-failures/*.yaml`, `refused/manifests/*.yaml`: one file each, as it is.

mod refused;
mod replay;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

const ACCEPTED: &str = "accepted";
const FAILING: &str = "failing";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (folder, judge) in [
        (ACCEPTED, accepted as fn(&str) -> Result<String, Failed>),
        (FAILING, failing),
        ("refused/scenarios", refused::scenario),
        ("refused/known-failures", refused::known_failures),
        ("refused/manifests", refused::manifest),
    ] {
        for name in cases(folder, "yaml") {
            trials.push(Trial::test(format!("{folder}/{name}"), move || {
                let text = std::fs::read_to_string(path(folder).join(&name).with_extension("yaml"))?;
                hold(folder, &name, &judge(&text)?);
                Ok(())
            }));
        }
        trials.push(Trial::test(format!("{folder}: every text has a case"), move || pairs(folder)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn path(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder)
}

fn cases(folder: &str, extension: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(path(folder)).expect("the folder of cases can be read");
    let files = files.map(|file| file.expect("it can be listed").path());
    let of_kind = files.filter(|path| path.extension().is_some_and(|found| found == extension));
    of_kind.filter_map(|path| path.file_stem()?.to_str().map(str::to_owned)).collect()
}

/// A text without a case is one that nothing says any more; a case without a text has never been looked at.
fn pairs(folder: &str) -> Result<(), Failed> {
    let (cases, texts) = (cases(folder, "yaml"), cases(folder, "snap"));
    if cases == texts && !cases.is_empty() {
        return Ok(());
    }
    Err(format!("cases {cases:?}\ntexts {texts:?}").into())
}

fn hold(folder: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(path(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn accepted(text: &str) -> Result<String, Failed> {
    let (green, said) = replay::play(text)?;
    if green { Ok(said) } else { Err(format!("it has to be accepted:\n{said}").into()) }
}

fn failing(text: &str) -> Result<String, Failed> {
    let (green, said) = replay::play(text)?;
    if green { Err(format!("it has to be judged failing:\n{said}").into()) } else { Ok(said) }
}
