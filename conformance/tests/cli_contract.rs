//! What keeps yesterday's verdicts: renamed ids, frozen requirements, and reports that are whole or not there.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Passes where `properties` are those that were sent.
fn scenario(id: &str, url: &str) -> String {
    format!(
        "id: {id}
why: A page call is recorded.
dialect: [classic]
needs: [page]
level: must
source: seed#page
given: {{ contacts: [{{ channels: {{ email: {{ address: jane@example.com }} }} }}] }}
when: [{{ type: page, userId: jane@example.com, properties: {{ url: 'https://shop.example/1' }} }}]
then:
  results: [{{ outcome: delivered }}]
  state:
    activities: [{{ contact: jane@example.com, action: pageView, properties: {{ url: '{url}' }} }}]
"
    )
}

struct Desk(tempfile::TempDir);

impl Desk {
    /// A folder with the scenario `page.seen`, which the reference destination passes.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("s/page/seen.yaml", &scenario("page.seen", "https://shop.example/1"));
        desk
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    /// A scenario that the reference destination fails.
    fn add_a_failing_one(&self) {
        self.write("s/page/later.yaml", &scenario("page.later", "https://shop.example/2"));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cordial-conformance"));
        command.current_dir(self.0.path()).args(arguments).env_remove("CARGO");
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str], code: i32) -> String {
        let output = self.command(arguments).output().unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{text}");
        text
    }
}

const RUN: [&str; 5] = ["run", "--destination", "reference", "--scenarios", "s"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RUN, more].concat()
}

#[test]
fn a_scenario_that_came_after_the_release_advises_only() {
    let desk = Desk::new();
    let said = desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    assert!(said.contains("wrote s/contract/requirements/1.0.yaml"), "{said}");
    desk.add_a_failing_one();
    desk.run(&RUN, 1);
    let said = desk.run(&with(&["--requirements", "1.0", "--report", "json=r.json"]), 0);
    assert!(said.contains("ADVISED page.later"), "{said}");
    assert!(said.contains("held to what 1.0 required, 1 scenarios"), "{said}");
    assert!(said.contains("required 100 % (1 of 1)"), "{said}");
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(desk.path("r.json")).unwrap()).unwrap();
    assert_eq!(report["requirements"], "1.0");
}

#[test]
fn what_the_release_required_stays_required() {
    let desk = Desk::new();
    desk.add_a_failing_one();
    desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    desk.run(&with(&["--requirements", "1.0"]), 1);
}

#[test]
fn a_suite_without_a_required_scenario_is_no_success() {
    let desk = Desk::new();
    desk.add_a_failing_one();
    desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    fs::remove_file(desk.path("s/page/later.yaml")).unwrap();
    let said = desk.run(&with(&["--requirements", "1.0"]), 4);
    assert!(said.contains("1.0 requires 2 scenarios, and 1 of them are not here: page.later"), "{said}");
    assert!(desk.run(&["requirements", "--scenarios", "s"], 0).contains("these are gone: page.later"));

    // A rename is the honest way: the scenario is still there.
    desk.write("s/page/renamed.yaml", &scenario("page.renamed", "https://shop.example/1"));
    desk.write("s/contract/renames.yaml", "page.later: page.renamed\n");
    desk.run(&with(&["--requirements", "1.0"]), 0);
}

#[test]
fn what_was_frozen_is_never_written_again() {
    let desk = Desk::new();
    desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    let said = desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 2);
    assert!(said.contains("freeze a new version"), "{said}");
    let said = desk.run(&["requirements", "freeze", "../1", "--scenarios", "s"], 2);
    assert!(said.contains("`../1` is no version"), "{said}");
    let said = desk.run(&with(&["--requirements", "2.0"]), 2);
    assert!(said.contains("fix: name one that did: 1.0"), "{said}");
}

#[test]
fn an_old_id_still_selects_explains_and_excuses() {
    let desk = Desk::new();
    desk.write("s/contract/renames.yaml", "page.visited: page.seen\n");
    let said = desk.run(&with(&["--only", "page.visited"]), 0);
    assert!(said.contains("note: `page.visited` is called `page.seen` now"), "{said}");
    assert!(
        desk.run(&["explain", "page.visited", "--scenarios", "s"], 0).contains("A page call is recorded.")
    );

    desk.write("s/page/seen.yaml", &scenario("page.seen", "https://shop.example/2"));
    let excuse = "- { id: page.visited, message: 'state.activities', reason: known }\n";
    desk.write("known.yaml", excuse);
    let said = desk.run(&with(&["--known-failures", "known.yaml"]), 0);
    assert!(said.contains("note: known failures: `page.visited` is called `page.seen` now"), "{said}");
}

#[test]
fn renames_that_lead_nowhere_are_refused() {
    let desk = Desk::new();
    for (renames, why) in [
        ("page.seen: page.seen\n", "`page.seen` is the id of a scenario"),
        ("page.old: page.sen\n", "`page.old` leads to `page.sen`, and there is no such scenario"),
        ("a: b\nb: page.seen\n", "`a` leads to `b`, which was renamed itself"),
        ("- page.old\n", "contract/renames.yaml"),
    ] {
        desk.write("s/contract/renames.yaml", renames);
        let said = desk.run(&RUN, 2);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_run_that_is_stopped_half_way_leaves_no_report() {
    let desk = Desk::new();
    desk.write("r.json", "{\"conclusion\":\"conforms\"}");
    desk.write("r.xml", "<testsuites/>");
    // It answers its greeting, says so on stderr, and then nothing more.
    desk.write(
        "silent.sh",
        "read -r line\necho '{\"id\":1,\"protocol\":1,\"destination\":{\"name\":\"silent\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"],\"retry\":\"classify\"}'\nread -r line\necho asked > asked\nwhile read -r line; do :; done\n",
    );
    let arguments = [
        "run",
        "--command",
        "sh silent.sh",
        "--scenarios",
        "s",
        "--report",
        "json=r.json",
        "--report",
        "junit=r.xml",
    ];
    let mut child = desk.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !desk.path("asked").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!desk.path("r.json").exists());
    assert!(!desk.path("r.xml").exists());
}

#[test]
fn the_releases_of_this_suite_are_all_here() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let output = Command::new(env!("CARGO_BIN_EXE_cordial-conformance"))
        .args(["requirements", "list", "--scenarios"])
        .arg(checkout)
        .output()
        .unwrap();
    let lines: Vec<String> = BufReader::new(output.stdout.as_slice()).lines().map(Result::unwrap).collect();
    assert!(lines.iter().any(|line| line.starts_with("0.1.0  ")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("gone")), "{lines:?}");
}
