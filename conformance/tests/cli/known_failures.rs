//! `known-failures update` as a user meets it.

use super::desk::{Desk, page_call};

/// A manifest of a good destination and a scenario that it fails.
fn desk() -> Desk {
    let desk = Desk::new();
    destination(&desk, "says-more");
    scenario(&desk, "https://shop.example/2");
    desk
}

fn destination(desk: &Desk, name: &str) {
    let program = env!("CARGO_BIN_EXE_cordial-conformance");
    let manifest = format!(
        "name: mine\ndialect: classic\ncapabilities: [page]\ncommand: ['{program}', destination, {name}]\n"
    );
    desk.write("manifest.yaml", &manifest);
}

fn scenario(desk: &Desk, url: &str) {
    desk.write("s/page/seen.yaml", &page_call("page.seen", url));
}

fn known(desk: &Desk) -> String {
    desk.read("known-failures.yaml")
}

#[track_caller]
fn call(desk: &Desk, words: &[&str], code: i32) -> String {
    desk.run(&[words, &["--destination", "manifest.yaml", "--scenarios", "s"]].concat(), code)
}

/// Ends whenever it is given an event.
const CRASHES: &str = r#"while read -r line; do
  id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case $line in
    *'"op":"hello"'*) echo "{\"id\":$id,\"protocol\":1,\"destination\":{\"name\":\"mine\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"],\"retry\":\"classify\"}" ;;
    *'"op":"deliver"'*) exit 3 ;;
    *) echo "{\"id\":$id}" ;;
  esac
done
"#;

const UPDATE: [&str; 2] = ["known-failures", "update"];

#[test]
fn an_update_adds_what_fails_and_the_run_is_red_until_somebody_says_why() {
    let desk = desk();
    desk.write("known-failures.yaml", "# What we wait for.\n");
    call(&desk, &["run"], 1);
    let said = call(&desk, &UPDATE, 0);
    assert!(said.contains("added page.seen"), "{said}");
    assert!(known(&desk).starts_with("# What we wait for.\n- id: page.seen\n"), "{}", known(&desk));
    let said = call(&desk, &["run"], 1);
    assert!(said.contains("nobody has said why it is accepted"), "{said}");

    desk.write(
        "known-failures.yaml",
        &known(&desk).replace("TODO: say why this is accepted", "The shop moved."),
    );
    call(&desk, &["run"], 0);
    assert!(call(&desk, &UPDATE, 0).contains("is up to date"));

    scenario(&desk, "https://shop.example/1");
    assert!(call(&desk, &["run"], 1).contains("passes now"));
    assert!(call(&desk, &UPDATE, 0).contains("removed page.seen: it passes now"));
    assert_eq!(known(&desk), "# What we wait for.\n");
    call(&desk, &["run"], 0);
}

#[test]
fn a_crash_is_not_accepted_and_the_file_is_left_alone() {
    let desk = desk();
    desk.write("crash.sh", CRASHES);
    desk.write(
        "manifest.yaml",
        "name: mine\ndialect: classic\ncapabilities: [page]\ncommand: [sh, crash.sh]\n",
    );
    let text = "- { id: page.seen, message: expected, reason: known }\n";
    desk.write("known-failures.yaml", text);
    let said = call(&desk, &UPDATE, 4);
    assert!(said.contains("is left as it is"), "{said}");
    assert_eq!(known(&desk), text);
    call(&desk, &["run"], 1);
    desk.write(
        "known-failures.yaml",
        "- { id: page.seen, kind: crashed, message: the process, reason: known }\n",
    );
    assert!(call(&desk, &["run"], 2).contains("crashed"));
}

/// Says of every third page that it was dropped.
const FORGETS: &str = r#"n=0
while read -r line; do
  id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case $line in
    *'"op":"hello"'*) echo "{\"id\":$id,\"protocol\":1,\"destination\":{\"name\":\"mine\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"],\"retry\":\"classify\"}" ;;
    *'"op":"deliver"'*)
      n=$((n + 1)); outcome=rejected; [ $((n % 3)) = 0 ] && outcome=dropped
      echo "{\"id\":$id,\"results\":[{\"outcome\":\"$outcome\"}]}" ;;
    *'"op":"bye"'*) echo "{\"id\":$id}"; exit 0 ;;
    *) echo "{\"id\":$id}" ;;
  esac
done
"#;

#[test]
fn a_flake_is_red_unless_it_is_listed_with_a_bound_that_it_keeps() {
    let desk = desk();
    desk.write("forgets.sh", FORGETS);
    desk.write(
        "manifest.yaml",
        "name: mine\ndialect: classic\ncapabilities: [page]\ncommand: [sh, forgets.sh]\n",
    );
    desk.write(
        "s/page/seen.yaml",
        "id: page.seen
why: Who is nobody has no page.
dialect: [classic]
needs: [page]
level: must
source: seed#page
when: [{ type: page, userId: '', properties: { url: 'https://shop.example/1' } }]
then: { results: [{ outcome: rejected }] }
",
    );
    let repeated = ["run", "--repeat", "6", "--jobs", "1"];
    let said = call(&desk, &repeated, 1);
    assert!(
        said.contains("FLAKY") && said.contains("passed, passed, failed, passed, passed, failed"),
        "{said}"
    );

    let entry = |bound: &str| {
        format!(
            "- {{ id: page.seen, check: 'result[0].outcome', message: 'expected: rejected', kind: flaky, \
             atMost: {bound}, reason: It forgets., until: 2999-01-01 }}\n"
        )
    };
    desk.write("known-failures.yaml", &entry("0.4"));
    assert!(call(&desk, &repeated, 0).contains("It forgets."));
    call(&desk, &["run", "--jobs", "1"], 0);
    desk.write("known-failures.yaml", &entry("0.1"));
    assert!(call(&desk, &repeated, 1).contains("failed in 2 of 6 plays, and `atMost: 0.1` accepts 1"));
}

#[test]
fn an_update_of_a_part_is_no_command() {
    let desk = desk();
    for part in [["--only", "page.seen"], ["--shard", "1/2"], ["--profile", "core"]] {
        call(&desk, &[&UPDATE[..], &part].concat(), 2);
    }
    assert!(Desk::new().run(&UPDATE, 2).contains("belongs to one destination"));
}
