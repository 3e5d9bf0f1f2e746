//! `run`, and what needs no file of its own: `list`, `explain`, `doctor`, `schema`.

use std::sync::LazyLock;

use serde_json::Value;

use super::desk::{Desk, assert_says, page_call};

/// A scenario that every dialect passes.
static GOOD: LazyLock<String> = LazyLock::new(|| page_call("page.seen", "https://shop.example/1"));

#[test]
fn without_arguments_the_built_in_destinations_conform_and_a_second_run_says_the_same() {
    let desk = Desk::new();
    let first = desk.run(&[], 0);
    assert_says(&first, &["reference, segment-classic and reference-actions conform.", "0 failed"]);
    assert_eq!(first, desk.run(&[], 0));
    assert!(!first.contains('\u{1b}'), "colours where nobody sees them");
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let text = Desk::new().run(&["--only", "page.*", "--color", "always"], 0);
    assert!(text.contains('\u{1b}'));
}

#[test]
fn a_filter_that_matches_nothing_is_a_mistake() {
    let text = Desk::new().run(&["run", "--only", "page.*", "--only", "nothing.*"], 2);
    assert_says(&text, &["`--only nothing.*` matches no scenario", "fix:"]);
}

#[test]
fn where_no_scenario_applies_nothing_ran() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD.replace("[classic]", "[actions]"));
    let text = desk.run(&["--scenarios", "s", "--destination", "reference"], 4);
    assert_says(&text, &["1 not applicable"]);
    // Nor does it to anybody who retries by himself.
    desk.write("s/page/seen.yaml", &GOOD.replace("needs:", "retry: inline\nneeds:"));
    let text = desk.run(&["--scenarios", "s"], 4);
    assert_says(&text, &["reference-actions", "1 not applicable"]);
}

#[test]
fn of_destinations_that_nobody_named_those_that_the_scenarios_are_about_are_judged() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD.replace("[classic]", "[actions]"));
    let text = desk.run(&["--scenarios", "s"], 0);
    assert_says(
        &text,
        &[
            "note: reference is left out, since none of these scenarios applies to it",
            "note: segment-classic is left out",
            "\nreference-actions conforms.",
        ],
    );
    let text = desk.run(&["--only", "integration.disabled-*"], 0);
    assert_says(&text, &["note: reference-actions is left out", "reference and segment-classic conform."]);
}

#[test]
fn an_empty_part_of_the_scenarios_is_nothing_ran() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let codes: Vec<Option<i32>> = (1..=3)
        .map(|part| {
            let shard = format!("{part}/3");
            let arguments = ["--destination", "reference", "--scenarios", "s", "--shard", &shard];
            desk.command(&arguments).output().unwrap().status.code()
        })
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(4)).count(), 2, "{codes:?}");
}

#[test]
fn a_folder_without_scenarios_and_a_missing_one_are_mistakes() {
    let desk = Desk::new();
    desk.write("empty/README.md", "nothing");
    assert_says(&desk.run(&["--scenarios", "empty"], 2), &["empty", "no scenario"]);
    assert_says(&desk.run(&["--scenarios", "missing"], 2), &["missing"]);
}

#[test]
fn one_broken_file_stops_the_run_and_names_its_line() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    desk.write(
        "s/page/broken.yaml",
        &GOOD.replace("page.seen", "page.broken").replace("level: must", "levle: must"),
    );
    let text = desk.run(&["--scenarios", "s"], 2);
    assert_says(&text, &["broken.yaml:5", "levle"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_stops_the_run_and_is_named() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    std::fs::write(desk.path("s/page/bytes.yaml"), b"\xff\xfe").unwrap();
    std::os::unix::fs::symlink("nowhere.yaml", desk.path("s/page/gone.yaml")).unwrap();
    desk.write("s/page/SHOUTED.YAML", "id: page.shouted\n");
    let text = desk.run(&["--scenarios", "s"], 2);
    assert_says(&text, &["s/page/bytes.yaml: ", "s/page/gone.yaml: ", "s/page/SHOUTED.YAML:1"]);
}

#[test]
fn a_state_that_no_account_can_have_is_a_mistake_of_the_scenario() {
    let desk = Desk::new();
    let twice = "contacts: [{ channels: { email: { address: jane@example.com } } }, ";
    desk.write("s/page/seen.yaml", &GOOD.replace("contacts: [", twice));
    let text = desk.run(&["--scenarios", "s"], 2);
    assert_says(&text, &["s/page/seen.yaml:7", "given", "another contact"]);
}

#[test]
fn a_destination_that_does_not_start_is_told_from_one_that_does_not_conform() {
    let text = Desk::new().run(&["--command", "false"], 3);
    assert_says(&text, &["did not answer its greeting", "doctor --command false"]);
}

#[test]
fn a_destination_that_falls_silent_is_no_success() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let manifest = "name: silent\ndialect: classic\ncapabilities: [page]\ndeadlineSeconds: 0.3\ncommand: ";
    desk.write("from-the-start.yaml", &format!("{manifest}[sh, -c, 'cat > /dev/null']\n"));
    let text = desk.run(&["--scenarios", "s", "--destination", "from-the-start.yaml"], 3);
    assert_says(&text, &["`hello` was not answered within 300ms"]);
    let hello = r#"{"id":1,"protocol":1,"destination":{"name":"silent"},"dialect":"classic","capabilities":["page"]}"#;
    desk.write("hello.json", &format!("{hello}\n"));
    desk.write(
        "after-hello.yaml",
        &format!("{manifest}[sh, -c, 'read -r hello; cat hello.json; cat > /dev/null']\n"),
    );
    let text = desk.run(&["--scenarios", "s", "--destination", "after-hello.yaml"], 1);
    assert_says(&text, &["TIMED-OUT page.seen", "was not answered within 300ms", "silent does not conform."]);
}

#[test]
fn a_destination_that_is_named_wrongly_is_a_mistake() {
    for (arguments, said) in [
        (
            ["--destination", "refrence"],
            "`reference`, `segment-classic`, `reference-actions`, `reference-inline`",
        ),
        (["--command", ""], "--command is empty"),
        (["--command", "python3 'x"], "is a quote open?"),
        (["--url", "localhost:9000"], "write one such as `http://127.0.0.1:9000/`"),
        (["--url", "https://example.com/"], "without TLS"),
    ] {
        assert_says(&Desk::new().run(&arguments, 2), &[arguments[1], said]);
    }
}

#[test]
fn the_reference_destination_conforms_as_a_program_too() {
    let text = Desk::new().run(&["--command", env!("CARGO_BIN_EXE_cordial-reference-destination")], 0);
    assert_says(&text, &["reference conforms.", "rust, command"]);
}

#[test]
fn what_fails_is_shown_with_a_difference_the_exchange_and_the_line_that_reruns_it() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD.replace("action: pageView", "action: pageSeen"));
    let text = desk.run(&["--scenarios", "s", "--destination", "reference"], 1);
    assert_says(
        &text,
        &[
            "FAILED page.seen by reference",
            "activities[0].action",
            "expected: \"pageSeen\"",
            "got: \"pageView\"",
            "POST /v2/contactactivities -> 201",
            "rerun: cordial-conformance run --destination reference --scenarios s --only page.seen",
            "reference does not conform.",
        ],
    );
    // The line works as it is printed.
    desk.run(&["run", "--destination", "reference", "--scenarios", "s", "--only", "page.seen"], 1);
}

#[test]
fn a_destination_that_babbles_fails_and_the_run_goes_on_to_the_end() {
    let desk = Desk::new();
    let script = "\
read -r line; id=${line##*id\\\":}; id=${id%%,*}
echo '{\"id\":'$id',\"protocol\":1,\"destination\":{\"name\":\"babbler\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"]}'
read -r line; echo sorry >&2; echo hello world; cat > /dev/null";
    desk.write("babbler.sh", script);
    desk.write("s/page/seen.yaml", &GOOD);
    desk.write("s/page/seen-too.yaml", &GOOD.replace("page.seen", "page.seen-too"));
    let text = desk.run(&["--scenarios", "s", "--command", "sh babbler.sh"], 1);
    assert_says(
        &text,
        &[
            "FAILED page.seen by babbler",
            "FAILED page.seen-too by babbler",
            "hello world",
            "sorry",
            "0 passed, 2 failed",
        ],
    );
}

#[test]
fn reports_list_every_scenario_and_why_one_did_not_apply() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    desk.write(
        "s/page/other.yaml",
        &GOOD.replace("page.seen", "page.other").replace("[classic]", "[actions]"),
    );
    desk.run(
        &[
            "--scenarios",
            "s",
            "--destination",
            "reference",
            "--report",
            "json=r.json",
            "--report",
            "junit=r.xml",
        ],
        0,
    );
    let report: Value = serde_json::from_str(&desk.read("r.json")).unwrap();
    let scenarios = &report["destinations"][0]["scenarios"];
    let named = |id: &str| scenarios.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(named("page.seen")["verdict"], "passed");
    assert_eq!(named("page.other")["verdict"], "not-applicable");
    assert_says(&named("page.other").to_string(), &["judges the actions dialect"]);
    assert_says(&desk.read("r.xml"), &["tests=\"2\"", "skipped=\"1\"", "judges the actions dialect"]);
}

#[test]
fn a_report_that_cannot_be_written_is_a_mistake() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    for (reports, said) in [
        (&["json=no/such/folder.json"][..], "fix: make the folder no/such first"),
        (&["html=s"], "the report s cannot be written: it is a folder"),
        (&["html=r", "json=r"], "two reports go to r"),
    ] {
        let reports = reports.iter().flat_map(|report| ["--report", report]);
        let arguments: Vec<&str> = ["--scenarios", "s"].into_iter().chain(reports).collect();
        let text = desk.run(&arguments, 2);
        assert_says(&text, &[said]);
        // Nobody waits for a run to its end to be told so.
        assert!(!text.contains("conform"), "{text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_breaks_at_the_end_takes_neither_the_text_nor_the_other_reports_along() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let arguments = ["--scenarios", "s", "--report", "json=/dev/full", "--report", "junit=r.xml"];
    let text = desk.run(&arguments, 2);
    assert_says(&text, &["reference and segment-classic conform.", "the report /dev/full cannot be written"]);
    assert_says(&desk.read("r.xml"), &["<testsuites"]);
}

#[cfg(unix)]
#[test]
fn a_report_goes_where_a_link_leads_and_the_link_stays() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    desk.write("target.md", "old");
    std::os::unix::fs::symlink("target.md", desk.path("link.md")).unwrap();
    desk.run(&["--scenarios", "s", "--report", "md=link.md"], 0);
    assert!(desk.path("link.md").is_symlink());
    assert_says(&desk.read("target.md"), &["## reference and segment-classic conform."]);
}

#[test]
fn exchanges_are_stored_when_asked_and_checked_from_then_on() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let run = ["--scenarios", "s", "--destination", "reference"];
    let update = [&run[..], &["--snapshots", "update"]].concat();
    let stored = "s/snapshots/reference/page.seen.snap";
    desk.run(&run, 0);
    assert!(!desk.folder().join(stored).exists());
    desk.run(&update, 0);
    let text = desk.read(stored);
    assert_says(&text, &["POST /v2/contactactivities", "authorization: Basic <redacted>"]);
    desk.run(&run, 0);

    desk.write(stored, &text.replace("pageView", "pageviewed"));
    assert_says(&desk.run(&run, 1), &["page.seen", "-", "pageviewed"]);
    desk.run(&update, 0);
    assert_eq!(desk.read(stored), text);

    desk.write("s/snapshots/reference/page.gone.snap", &text);
    assert_says(&desk.run(&run, 1), &["page.gone.snap", "delete it"]);
    std::fs::remove_file(desk.folder().join("s/snapshots/reference/page.gone.snap")).unwrap();

    std::fs::remove_file(desk.folder().join(stored)).unwrap();
    assert_says(&desk.run(&run, 1), &["page.seen"]);
}

#[test]
fn a_check_that_was_asked_for_and_has_nothing_to_compare_with_is_no_success() {
    let desk = Desk::new();
    let run = ["--destination", "reference", "--only", "page.known-user"];
    for mode in ["check", "update"] {
        let text = desk.run(&[&run[..], &["--snapshots", mode]].concat(), 2);
        assert_says(&text, &["there is no folder of stored exchanges here", "--snapshot-dir"]);
    }
    let text = desk.run(&[&run[..], &["--snapshots", "check", "--snapshot-dir", "nothing"]].concat(), 1);
    assert_says(&text, &["NO SNAPSHOT page.known-user"]);
}

#[test]
fn exchanges_are_never_stored_in_ci() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let arguments = ["--scenarios", "s", "--destination", "reference", "--snapshots", "update"];
    let output = desk.command(&arguments).env("CI", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_says(&String::from_utf8_lossy(&output.stdout), &["never written where CI is set"]);
    assert!(!desk.folder().join("s/snapshots").exists());
}

#[test]
fn a_scenario_is_explained_and_a_misspelt_one_corrected() {
    let desk = Desk::new();
    assert_says(
        &desk.run(&["explain", "track.unknown-user-is-refused"], 0),
        &["track.unknown-user-is-refused", "seed#track"],
    );
    assert_says(
        &desk.run(&["explain", "track.unknown-user-is-refusd"], 2),
        &["did you mean `track.unknown-user-is-refused`"],
    );
}

#[test]
fn the_list_says_what_applies() {
    let desk = Desk::new();
    let all: Value = serde_json::from_str(&desk.run(&["list", "--json"], 0)).unwrap();
    assert!(all.as_array().unwrap().len() > 60);
    let text = desk.run(&["list", "--destination", "reference", "--only", "group.*"], 0);
    assert_says(&text, &["group.known-user-joins-known-list", "judges the actions dialect"]);
}

#[test]
fn the_doctor_shows_each_step_and_the_line_that_is_wrong() {
    let desk = Desk::new();
    assert_says(
        &desk.run(&["doctor", "--destination", "reference"], 0),
        &["1. hello", "3. deliver", "POST /v2/contactactivities -> 201", "The handshake works"],
    );
    assert_says(
        &desk.run(&["doctor", "--command", "echo Listening"], 3),
        &["1. hello", "FAILED", "Listening", "stdout is for the protocol alone"],
    );
}

#[test]
fn the_schemas_are_json() {
    for of in ["scenario", "protocol"] {
        let schema: Value = serde_json::from_str(&Desk::new().run(&["schema", of], 0)).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{of}");
    }
}

#[test]
fn validate_finds_what_a_run_overlooks() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let judge = |result: &str, more: &[&str]| {
        let script = r#"
while read -r line; do
  id=${line##*id\":}; id=${id%%,*}; id=${id%%\}*}
  case $line in
    *'"hello"'*) echo '{"id":'$id',"protocol":1,"destination":{"name":"shy"},"dialect":"classic","capabilities":["page"]}';;
    *'"deliver"'*) echo '{"id":'$id',"results":[RESULT]}';;
    *) echo '{"id":'$id'}';;
  esac
  case $line in *'"bye"'*) exit;; esac
done"#;
        desk.write("shy.sh", &script.replace("RESULT", result));
        desk.run(&[&["run", "--scenarios", "s", "--command", "sh shy.sh"], more].concat(), 1)
    };
    let slip = r#"{"outcome":"dropped","retryAfterMS":5}"#;
    assert!(!judge(slip, &[]).contains("retryAfterMS"));
    assert_says(
        &judge(slip, &["--validate"]),
        &[
            "against the schema of the protocol, `deliverReply`",
            "/results/0",
            "'retryAfterMS' was unexpected",
        ],
    );
    assert!(!judge(r#"{"outcome":"dropped"}"#, &["--validate"]).contains("schema"));
    assert_says(&desk.run(&["run", "--validate"], 2), &["a built-in destination sends none"]);
}

#[test]
fn a_profile_is_a_part_and_claiming_less_does_not_raise_what_is_required() {
    let desk = Desk::new();
    desk.write("s/page/seen.yaml", &GOOD);
    let other = GOOD.replace("page.seen", "track.other").replace("needs: [page]", "needs: [track]");
    desk.write("s/track/other.yaml", &other.replace("type: page", "type: track, event: pageView"));
    let script = "\
while read -r line; do id=${line##*id\\\":}; id=${id%%,*}; id=${id%%\\}*}
echo '{\"id\":'$id',\"protocol\":1,\"destination\":{\"name\":\"shy\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"],\"results\":[{\"outcome\":\"dropped\"}]}'
case $line in *'\"bye\"'*) exit;; esac; done";
    desk.write("shy.sh", script);
    let run = ["--scenarios", "s", "--command", "sh shy.sh", "--profile", "core", "--jobs", "1"];
    let text = desk.run(&run, 1);
    assert_says(&text, &["required 0 % (0 of 2), claimed 0 % (0 of 1), whole suite 0 % (0 of 2)"]);
    let text = desk.run(&[&run[..], &["--probe"]].concat(), 1);
    assert_says(&text, &["needs track, which the destination does not claim; probed all the same: failed"]);
    assert_says(&desk.run(&["--scenarios", "s", "--profile", "commerce"], 4), &["0 of 2 scenarios"]);
}

#[test]
fn what_is_recommended_is_demanded_by_the_strict_profile() {
    let desk = Desk::new();
    let wish = GOOD.replace("level: must", "level: should").replace("action: pageView", "action: pageSeen");
    desk.write("s/page/seen.yaml", &wish);
    let run = ["--scenarios", "s", "--destination", "reference", "--report", "json=r.json"];
    let why = "A page call is recorded.";
    assert_says(&desk.run(&run, 0), &["ADVISED page.seen", why, "1 advised"]);
    assert_says(&desk.read("r.json"), &[r#""level": "should""#]);
    assert_says(&desk.run(&[&run[..], &["--profile", "strict"]].concat(), 1), &["FAILED page.seen"]);
}

#[test]
fn a_shuffled_run_says_the_same_as_any_other() {
    let desk = Desk::new();
    let run = ["--destination", "reference", "--only", "group.*"];
    let plain = desk.run(&run, 0);
    assert_eq!(desk.run(&[&run[..], &["--shuffle"]].concat(), 0), plain);
}
