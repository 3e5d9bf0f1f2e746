//! `init`, and a manifest's `build`, as a user meets them. That each language's destination conforms is seen in CI,
//! where the languages are.

use std::fs;

use super::desk::run;

const LANGUAGES: [(&str, &str, &str); 4] = [
    ("python", "destination.py", "adapter.py"),
    ("node", "destination.mjs", "adapter.mjs"),
    ("go", "destination.go", "adapter.go"),
    ("rust", "src/destination.rs", "src/main.rs"),
];

#[test]
fn every_language_gets_a_destination_an_adapter_of_sixty_lines_a_manifest_and_a_run_in_ci() {
    for (language, destination, adapter) in LANGUAGES {
        let desk = tempfile::tempdir().unwrap();
        let said = run(desk.path(), &["init", language, "mine"], 0);
        assert!(said.contains("run --destination mine/manifest.yaml"), "{said}");
        assert!(said.contains(&format!("mine/{destination}")), "{said}");
        let mine = desk.path().join("mine");
        assert!(mine.join(destination).is_file());
        let lines = fs::read_to_string(mine.join(adapter)).unwrap().lines().count();
        assert!(lines <= 60, "{language}: {lines} lines");
        let workflow = fs::read_to_string(mine.join(".github/workflows/cordial.yml")).unwrap();
        assert!(
            workflow.contains(
                "run --validate --destination mine/manifest.yaml\n          --report junit=cordial.xml"
            ),
            "{workflow}"
        );
        assert!(!workflow.contains('@') || !workflow.contains("@MANIFEST@"), "{workflow}");
        assert!(fs::read_to_string(mine.join("manifest.yaml")).unwrap().contains("command: ["));
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_is_half_written() {
    for (language, destination, adapter) in LANGUAGES {
        let desk = tempfile::tempdir().unwrap();
        let mine = desk.path().join("mine");
        fs::create_dir_all(mine.join(adapter).parent().unwrap()).unwrap();
        fs::write(mine.join(adapter), "my own").unwrap();
        let said = run(desk.path(), &["init", language, "mine"], 2);
        assert!(said.contains(&format!("{adapter} exists already, and nothing was written")), "{said}");
        assert!(said.contains("fix: "), "{said}");
        assert_eq!(fs::read_to_string(mine.join(adapter)).unwrap(), "my own");
        assert!(!mine.join(destination).exists());
        assert!(!mine.join("manifest.yaml").exists());
    }
}

#[test]
fn a_folder_inside_a_repository_is_named_in_the_workflow_which_belongs_into_the_root() {
    let desk = tempfile::tempdir().unwrap();
    fs::create_dir_all(desk.path().join(".git")).unwrap();
    let said = run(desk.path(), &["init", "node", "services/to cordial"], 0);
    assert!(said.contains("GitHub reads workflows in the repository's root only"), "{said}");
    let workflow = desk.path().join("services/to cordial/.github/workflows/cordial.yml");
    let workflow = fs::read_to_string(workflow).unwrap();
    assert!(workflow.contains("--destination 'mine/services/to cordial/manifest.yaml'"), "{workflow}");
}

#[test]
fn an_unknown_language_is_refused_with_those_there_are() {
    let desk = tempfile::tempdir().unwrap();
    let said = run(desk.path(), &["init", "cobol"], 2);
    assert!(said.contains("python, node, go, rust"), "{said}");
}

#[test]
fn a_build_runs_in_the_manifests_folder_before_the_destination_starts() {
    let desk = tempfile::tempdir().unwrap();
    let manifest = |build: &str| {
        let text = format!(
            "name: mine\ndialect: classic\ncapabilities: [page]\nbuild: {build}\ncommand: ['{}', destination, says-more]\n",
            env!("CARGO_BIN_EXE_cordial-conformance")
        );
        fs::create_dir_all(desk.path().join("mine")).unwrap();
        fs::write(desk.path().join("mine/manifest.yaml"), text).unwrap();
    };
    manifest("[sh, -c, 'echo built > marker']");
    let said = run(desk.path(), &["run", "--destination", "mine/manifest.yaml", "--only", "page.*"], 0);
    assert!(said.contains("building: sh -c"), "{said}");
    assert_eq!(fs::read_to_string(desk.path().join("mine/marker")).unwrap(), "built\n");

    manifest("[sh, -c, 'echo no such type: Foo >&2; exit 3']");
    let said = run(desk.path(), &["run", "--destination", "mine/manifest.yaml"], 3);
    assert!(said.contains("its build `sh -c"), "{said}");
    assert!(said.contains("no such type: Foo"), "{said}");

    manifest("[no-such-compiler]");
    let said = run(desk.path(), &["run", "--destination", "mine/manifest.yaml"], 3);
    assert!(said.contains("its build `no-such-compiler` cannot be run"), "{said}");
}
