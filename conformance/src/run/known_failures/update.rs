//! Brings a known-failures file up to date and leaves every other line of it as it was written.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Entry, KnownFailures, UNEXPLAINED, squeeze};
use crate::judge::Check;
use crate::run::report::ScenarioReport;
use crate::run::verdict::Verdict;

/// How much of a message is written down: enough to tell failures apart.
const BEGINNING: usize = 120;

/// What some editors begin a file with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What became of an entry.
enum Fate {
    Kept,
    Removed(&'static str),
    /// It covers this failed check now.
    Covers(Check),
}

impl KnownFailures {
    /// The file's text as it has to be for these reports, which were made without it, and what was changed, one line
    /// each.
    ///
    /// # Errors
    /// Where an entry does not begin on a line of its own.
    pub fn updated(&self, text: &str, scenarios: &[ScenarioReport]) -> Result<(String, Vec<String>), String> {
        let lines: Vec<&str> = text.lines().collect();
        let begins = |line: &str| line.starts_with("- ") || line == "-";
        let starts: Vec<usize> =
            (0..lines.len()).filter(|at| begins(lines[*at].trim_start_matches(BYTE_ORDER_MARK))).collect();
        if starts.len() != self.entries.len() {
            return Err(format!(
                "{} entries, and {} lines that begin with `- `\n  fix: begin each entry on a line of its own, \
                 without blanks before the dash",
                self.entries.len(),
                starts.len()
            ));
        }
        let (mut changes, mut covered) = (Vec::new(), BTreeSet::new());
        let mut out: Vec<String> = lines[..starts.first().copied().unwrap_or(lines.len())]
            .iter()
            .filter(|line| line.trim() != "[]")
            .map(|line| (*line).to_owned())
            .collect();
        for (at, entry) in self.entries.iter().enumerate() {
            let block = &lines[starts[at]..starts.get(at + 1).copied().unwrap_or(lines.len())];
            // Comments at the end of a block belong to what follows it.
            let own = block.iter().rposition(|line| !is_remark(line)).map_or(block.len(), |last| last + 1);
            let (own, following) = block.split_at(own);
            match self.fate(entry, scenarios, &covered) {
                Fate::Kept => out.extend(own.iter().map(|line| (*line).to_owned())),
                Fate::Removed(why) => changes.push(format!("removed {}: it {why}", entry.id)),
                Fate::Covers(check) => {
                    changes.push(format!("changed {}: it fails in {} now", entry.id, check.id));
                    covered.insert((entry.id.clone(), check.id.clone(), squeeze(&check.message)));
                    out.extend(own.iter().filter(|line| is_remark(line)).map(|line| (*line).to_owned()));
                    out.push(entry.written(&check));
                }
            }
            out.extend(following.iter().map(|line| (*line).to_owned()));
        }
        for scenario in scenarios.iter().filter(|scenario| scenario.verdict == Verdict::Failed) {
            for check in scenario.checks.iter().filter(|check| !check.passed) {
                if !self.covers(&scenario.id, check)
                    && covered.insert((scenario.id.clone(), check.id.clone(), squeeze(&check.message)))
                {
                    changes.push(format!("added {}: {}; write its reason", scenario.id, check.id));
                    out.push(Entry::unexplained(&scenario.id).written(check));
                }
            }
        }
        let whole = out.join("\n").trim_end().to_owned() + "\n";
        // `lines` took the ends of lines off, whichever they were.
        Ok((if text.contains("\r\n") { whole.replace('\n', "\r\n") } else { whole }, changes))
    }

    fn covers(&self, id: &str, check: &Check) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.covers(check))
    }

    fn fate(
        &self,
        entry: &Entry,
        scenarios: &[ScenarioReport],
        covered: &BTreeSet<(String, String, String)>,
    ) -> Fate {
        let Some(scenario) = scenarios.iter().find(|scenario| scenario.id == entry.id) else {
            return Fate::Removed("is no scenario");
        };
        match scenario.verdict {
            Verdict::NotApplicable { .. } => return Fate::Removed("does not apply"),
            // One play says nothing about what fails at times.
            _ if entry.is_flaky() => return Fate::Kept,
            Verdict::Passed => return Fate::Removed("passes now"),
            _ => (),
        }
        if scenario.checks.iter().any(|check| entry.covers(check)) {
            return Fate::Kept;
        }
        let is_new = |check: &&Check| {
            let key = (scenario.id.clone(), check.id.clone(), squeeze(&check.message));
            !check.passed && !self.covers(&scenario.id, check) && !covered.contains(&key)
        };
        match scenario.checks.iter().find(is_new) {
            Some(check) => Fate::Covers(check.clone()),
            None => Fate::Removed("does not fail in this way any more"),
        }
    }
}

impl Entry {
    fn unexplained(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            message: String::new(),
            check: None,
            kind: None,
            at_most: None,
            reason: Some(format!("{UNEXPLAINED}: say why this is accepted")),
            issue: None,
            until: None,
        }
    }

    /// The entry for the failure of `check`.
    fn written(&self, check: &Check) -> String {
        let beginning: String = squeeze(&check.message).chars().take(BEGINNING).collect();
        let mut text =
            format!("- id: {}\n  check: {}\n  message: {}", self.id, quoted(&check.id), quoted(&beginning));
        for (key, value) in [("reason", &self.reason), ("issue", &self.issue)] {
            if let Some(value) = value {
                let _ = write!(text, "\n  {key}: {}", quoted(value));
            }
        }
        if let Some(until) = self.until {
            let _ = write!(text, "\n  until: {until}");
        }
        text
    }
}

/// JSON's texts are YAML's as well.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn is_remark(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(id: &str, messages: &[&str]) -> ScenarioReport {
        let check =
            |message: &&str| Check { id: "state.contacts".into(), passed: false, message: (*message).into() };
        ScenarioReport {
            checks: messages.iter().map(check).collect(),
            ..ScenarioReport::blank(id, Verdict::Failed)
        }
    }

    fn updated(text: &str, scenarios: &[ScenarioReport]) -> (String, Vec<String>) {
        KnownFailures::parse(text).unwrap().updated(text, scenarios).unwrap()
    }

    const FILE: &str = "\
# Ours.

# About a.
- { id: a, message: fname is, reason: known }   # right
# About b.
- id: b
  # inside b
  message: lname is
  issue: https://tracker.example/2
  until: 2030-01-01
# About c.
- { id: c, message: gone, reason: known }
";

    #[test]
    fn what_is_true_stays_byte_for_byte() {
        let reports = [failed("a", &["fname is 1"]), failed("b", &["lname is 2"]), failed("c", &["gone"])];
        assert_eq!(updated(FILE, &reports), (FILE.to_owned(), vec![]));
    }

    #[test]
    fn a_file_from_windows_stays_one() {
        let text = format!("\u{feff}{}", FILE.replace("# Ours.\n\n# About a.\n", "").replace('\n', "\r\n"));
        let scenarios = [failed("a", &["fname is"]), failed("b", &["lname is"]), failed("c", &["gone"])];
        assert_eq!(updated(&text, &scenarios), (text.clone(), Vec::new()));
        let (after, changes) = updated(&text, &[&scenarios[..], &[failed("d", &["new"])]].concat());
        assert_eq!(changes, ["added d: state.contacts; write its reason"]);
        assert!(after.starts_with(&text), "{after}");
        assert!(!after.replace("\r\n", "").contains('\n'), "{after:?}");
    }

    #[test]
    fn what_is_fixed_goes_what_changed_is_rewritten_and_comments_stay() {
        let reports = [
            failed("a", &["fname is 1"]),
            failed("b", &["email \"is\"\n  3"]),
            ScenarioReport::blank("c", Verdict::Passed),
        ];
        let (text, changes) = updated(FILE, &reports);
        assert_eq!(
            text,
            "\
# Ours.

# About a.
- { id: a, message: fname is, reason: known }   # right
# About b.
  # inside b
- id: b
  check: \"state.contacts\"
  message: \"email \\\"is\\\" 3\"
  issue: \"https://tracker.example/2\"
  until: 2030-01-01
# About c.
"
        );
        assert_eq!(changes, ["changed b: it fails in state.contacts now", "removed c: it passes now"]);
        // What was written is true: a second update finds nothing to do.
        assert_eq!(updated(&text, &reports), (text.clone(), vec![]));
    }

    #[test]
    fn what_is_flaky_is_kept_however_the_one_play_went() {
        let file = "- { id: a, message: fname, kind: flaky, atMost: 0.1, reason: r, until: 2030-01-01 }\n";
        for report in [failed("a", &["fname is 1"]), ScenarioReport::blank("a", Verdict::Passed)] {
            assert_eq!(updated(file, &[report]), (file.to_owned(), vec![]));
        }
    }

    #[test]
    fn what_is_new_is_added_and_stays_red_until_it_is_explained() {
        let mut reports = [failed("a", &["fname is 1", "lname is 2"])];
        let (text, changes) = updated("# None yet.\n[]\n", &reports);
        assert_eq!(changes.len(), 2, "{text}");
        let today = jiff::civil::date(2026, 1, 2);
        let review = crate::run::Review { known_ids: &["a"], today };
        let problems = KnownFailures::parse(&text).unwrap().apply(&mut reports, review);
        assert_eq!(problems.len(), 2);
        assert_eq!(reports[0].verdict, Verdict::Failed);
        let explained = text.replace("TODO: say why this is accepted", "The vendor is told.");
        assert_eq!(KnownFailures::parse(&explained).unwrap().apply(&mut reports, review), []);
        assert!(matches!(reports[0].verdict, Verdict::KnownFailure { .. }));
    }

    #[test]
    fn a_file_that_cannot_be_edited_safely_is_refused() {
        let text = "[{ id: a, message: x, reason: y }]\n";
        assert!(KnownFailures::parse(text).unwrap().updated(text, &[]).is_err());
    }
}
