//! `matrix`: shards that are put together say what the whole run said, and a missing one is no success.

use std::path::Path;

use serde_json::Value;

use super::desk::run;

/// Runs a built-in destination on the core scenarios, or on a part of them.
fn report(folder: &Path, destination: &str, shard: Option<&str>, file: &str) {
    let report = format!("json={file}");
    let mut arguments = vec!["run", "--destination", destination, "--profile", "core", "--report", &report];
    arguments.extend(shard.iter().flat_map(|shard| ["--shard", shard]));
    run(folder, &arguments, 0);
}

fn change(folder: &Path, file: &str, change: impl Fn(&mut Value)) {
    let path = folder.join(file);
    let mut report: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut report);
    std::fs::write(path, report.to_string()).unwrap();
}

#[test]
fn shards_that_are_put_together_say_what_the_whole_run_says() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    report(folder, "reference", None, "whole.json");
    for part in 1..=3 {
        report(folder, "reference", Some(&format!("{part}/3")), &format!("{part}.json"));
    }
    let whole = run(folder, &["matrix", "--all", "whole.json"], 0);
    assert_eq!(run(folder, &["matrix", "--all", "2.json", "3.json", "1.json"], 0), whole);
    assert!(whole.contains("All conform."), "{whole}");
}

#[test]
fn a_missing_shard_is_no_success_and_a_double_one_is_refused() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    report(folder, "reference", Some("1/3"), "1.json");
    report(folder, "reference", Some("3/3"), "3.json");
    let said = run(folder, &["matrix", "1.json", "3.json"], 4);
    assert!(said.contains("reference: the report of shard 2/3 is missing"), "{said}");
    let said = run(folder, &["matrix", "1.json", "1.json", "3.json"], 2);
    assert!(said.contains("1.json and 1.json are the same part, 1 of 3"), "{said}");
    report(folder, "reference", Some("2/2"), "2.json");
    let said = run(folder, &["matrix", "1.json", "2.json"], 2);
    assert!(said.contains("2.json is of another number of shards"), "{said}");
}

#[test]
fn destinations_stand_side_by_side_where_they_differ() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    report(folder, "reference", None, "a.json");
    report(folder, "segment-classic", None, "b.json");
    let said = run(folder, &["matrix", "a.json", "b.json"], 0);
    assert!(said.contains("reference"), "{said}");
    assert!(!said.contains("failed"), "{said}");

    change(folder, "b.json", |report| report["destinations"][0]["scenarios"][0]["verdict"] = "failed".into());
    let said = run(folder, &["matrix", "a.json", "b.json"], 1);
    assert!(said.contains("failed"), "{said}");
    assert!(said.contains("Not all conform."), "{said}");
}

#[test]
fn a_verdict_that_is_not_known_a_problem_and_a_changed_snapshot_are_red() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let changes: [fn(&mut Value); 4] = [
        |report| report["destinations"][0]["scenarios"][0]["verdict"] = "superb".into(),
        |report| report["destinations"][0]["scenarios"][0]["snapshot"] = "changed".into(),
        |report| report["destinations"][0]["problems"] = serde_json::json!([{ "message": "old entry" }]),
        |report| report["strayRequests"] = serde_json::json!(["POST /v2/contacts -> 401"]),
    ];
    for one in changes {
        report(folder, "reference", None, "a.json");
        change(folder, "a.json", one);
        run(folder, &["matrix", "a.json"], 1);
    }
}

#[test]
fn reports_of_different_suites_are_not_compared_and_nothing_that_ran_is_no_success() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    report(folder, "reference", None, "a.json");
    report(folder, "segment-classic", None, "b.json");
    change(folder, "b.json", |report| report["suite"]["fingerprint"] = "other".into());
    let said = run(folder, &["matrix", "a.json", "b.json"], 2);
    assert!(said.contains("a.json and b.json are of different suites"), "{said}");

    run(
        folder,
        &["run", "--destination", "segment-classic", "--only", "page.*", "--report", "json=b.json"],
        0,
    );
    let said = run(folder, &["matrix", "a.json", "b.json"], 2);
    assert!(said.contains("were held to different scenarios"), "{said}");

    change(folder, "a.json", |report| report["destinations"] = serde_json::json!([]));
    run(folder, &["matrix", "a.json"], 4);
    std::fs::write(folder.join("c.json"), "{}").unwrap();
    let said = run(folder, &["matrix", "c.json"], 2);
    assert!(said.contains("c.json is no report of this program"), "{said}");
    run(folder, &["matrix", "missing.json"], 2);
    run(folder, &["matrix"], 2);
}
