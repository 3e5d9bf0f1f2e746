//! What keeps yesterday's verdicts: renamed ids, frozen requirements, and reports that are whole or not there.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::desk::{Desk, page_call, run};

/// A folder with the scenario `page.seen`, which the reference destination passes.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &page_call("page.seen", "https://shop.example/1"));
    desk
}

/// A scenario that the reference destination fails.
fn add_a_failing_one(desk: &Desk) {
    desk.write("s/page/later.yaml", &page_call("page.later", "https://shop.example/2"));
}

const RUN: [&str; 5] = ["run", "--destination", "reference", "--scenarios", "s"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RUN, more].concat()
}

#[test]
fn a_scenario_that_came_after_the_release_advises_only() {
    let desk = desk();
    let said = desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    assert!(said.contains("wrote s/contract/requirements/1.0.yaml"), "{said}");
    add_a_failing_one(&desk);
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
    let desk = desk();
    add_a_failing_one(&desk);
    desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    desk.run(&with(&["--requirements", "1.0"]), 1);
}

#[test]
fn a_suite_without_a_required_scenario_is_no_success() {
    let desk = desk();
    add_a_failing_one(&desk);
    desk.run(&["requirements", "freeze", "1.0", "--scenarios", "s"], 0);
    fs::remove_file(desk.path("s/page/later.yaml")).unwrap();
    let said = desk.run(&with(&["--requirements", "1.0"]), 4);
    assert!(said.contains("1.0 requires 2 scenarios, and 1 of them are not here: page.later"), "{said}");
    assert!(desk.run(&["requirements", "--scenarios", "s"], 0).contains("these are gone: page.later"));

    // A rename is the honest way: the scenario is still there.
    desk.write("s/page/renamed.yaml", &page_call("page.renamed", "https://shop.example/1"));
    desk.write("s/contract/renames.yaml", "page.later: page.renamed\n");
    desk.run(&with(&["--requirements", "1.0"]), 0);
}

#[test]
fn what_was_frozen_is_never_written_again() {
    let desk = desk();
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
    let desk = desk();
    desk.write("s/contract/renames.yaml", "page.visited: page.seen\n");
    let said = desk.run(&with(&["--only", "page.visited"]), 0);
    assert!(said.contains("note: `page.visited` is called `page.seen` now"), "{said}");
    assert!(
        desk.run(&["explain", "page.visited", "--scenarios", "s"], 0).contains("A page call is recorded.")
    );

    desk.write("s/page/seen.yaml", &page_call("page.seen", "https://shop.example/2"));
    let excuse = "- { id: page.visited, message: 'state.activities', reason: known }\n";
    desk.write("known.yaml", excuse);
    let said = desk.run(&with(&["--known-failures", "known.yaml"]), 0);
    assert!(said.contains("note: known failures: `page.visited` is called `page.seen` now"), "{said}");
}

#[test]
fn renames_that_lead_nowhere_are_refused() {
    let desk = desk();
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
    let desk = desk();
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
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let said = run(&checkout, &["requirements", "list", "--scenarios", "scenarios"], 0);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("0.1.0  ")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("gone")), "{lines:?}");
}
