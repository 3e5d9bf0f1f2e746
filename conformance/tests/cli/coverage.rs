//! `coverage`: every statement has its scenarios and every scenario its statement, or it is red.

use std::fs;
use std::path::Path;

use super::desk::run;

const SCENARIO: &str = "\
why: A page call is recorded.
dialect: [classic]
needs: [page]
level: must
source: seed#page
given: {}
when: [{ type: page, userId: jane@example.com }]
then:
  results: [{ outcome: rejected }]
";

fn desk(statements: &str) -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    fs::create_dir_all(desk.path().join("s/page")).unwrap();
    fs::create_dir_all(desk.path().join("s/contract")).unwrap();
    fs::write(desk.path().join("s/page/seen.yaml"), format!("id: page.seen\n{SCENARIO}")).unwrap();
    fs::write(desk.path().join("s/contract/statements.yaml"), statements).unwrap();
    desk
}

const COVERAGE: [&str; 3] = ["coverage", "--scenarios", "s"];

#[test]
fn this_suite_proves_every_statement_and_every_scenario_proves_one() {
    let said = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["coverage"], 0);
    assert!(said.contains("statements, "), "{said}");
    assert!(!said.contains("no scenario proves"), "{said}");
}

#[test]
fn a_statement_that_nothing_proves_is_red() {
    let good = "- { says: Pages count, source: 'seed#page', scenarios: [page.*] }\n";
    run(desk(good).path(), &COVERAGE, 0);
    let more = format!("{good}- {{ says: Tracks count, source: 'seed#track', scenarios: [track.*] }}\n");
    let said = run(desk(&more).path(), &COVERAGE, 1);
    assert!(said.contains("no scenario proves: Tracks count"), "{said}");
    assert!(said.contains("`track.*` matches no scenario, in: Tracks count"), "{said}");
}

#[test]
fn a_scenario_that_proves_nothing_is_red() {
    let said = run(
        desk("- { says: Pages count, source: 'seed#page', scenarios: [page.other] }\n").path(),
        &COVERAGE,
        1,
    );
    assert!(said.contains("no statement is proved by: page.seen"), "{said}");
}

#[test]
fn no_statement_at_all_is_no_success_and_a_broken_file_is_refused() {
    run(desk("").path(), &COVERAGE, 4);
    let said = run(desk("- { says: Pages count }\n").path(), &COVERAGE, 2);
    assert!(said.contains("contract/statements.yaml"), "{said}");
    let said = run(desk("- { says: Pages count, source: x, scenarios: ['page.['] }\n").path(), &COVERAGE, 2);
    assert!(said.contains("contract/statements.yaml"), "{said}");
}
