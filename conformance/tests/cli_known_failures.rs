//! `known-failures update` as a user meets it.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::fs;
use std::process::Command;

struct Desk(tempfile::TempDir);

impl Desk {
    /// A manifest of a good destination and a scenario that it fails.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.destination("says-more");
        desk.scenario("https://shop.example/2");
        desk
    }

    fn destination(&self, name: &str) {
        self.write(
            "manifest.yaml",
            &format!(
                "name: mine\ndialect: classic\ncapabilities: [page]\ncommand: ['{}', destination, {name}]\n",
                env!("CARGO_BIN_EXE_cordial-conformance")
            ),
        );
    }

    fn scenario(&self, url: &str) {
        fs::create_dir_all(self.0.path().join("s/page")).unwrap();
        self.write(
            "s/page/seen.yaml",
            &format!(
                "id: page.seen
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
            ),
        );
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.0.path().join(path), text).unwrap();
    }

    fn known(&self) -> String {
        fs::read_to_string(self.0.path().join("known-failures.yaml")).unwrap()
    }

    #[track_caller]
    fn call(&self, words: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cordial-conformance"));
        command.args(words).args(["--destination", "manifest.yaml", "--scenarios", "s"]);
        let output = command.current_dir(self.0.path()).env_remove("CARGO").output().unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{text}");
        text
    }
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
    let desk = Desk::new();
    desk.write("known-failures.yaml", "# What we wait for.\n");
    desk.call(&["run"], 1);
    let said = desk.call(&UPDATE, 0);
    assert!(said.contains("added page.seen"), "{said}");
    assert!(desk.known().starts_with("# What we wait for.\n- id: page.seen\n"), "{}", desk.known());
    let said = desk.call(&["run"], 1);
    assert!(said.contains("nobody has said why it is accepted"), "{said}");

    desk.write(
        "known-failures.yaml",
        &desk.known().replace("TODO: say why this is accepted", "The shop moved."),
    );
    desk.call(&["run"], 0);
    assert!(desk.call(&UPDATE, 0).contains("is up to date"));

    desk.scenario("https://shop.example/1");
    assert!(desk.call(&["run"], 1).contains("passes now"));
    assert!(desk.call(&UPDATE, 0).contains("removed page.seen: it passes now"));
    assert_eq!(desk.known(), "# What we wait for.\n");
    desk.call(&["run"], 0);
}

#[test]
fn a_crash_is_not_accepted_and_the_file_is_left_alone() {
    let desk = Desk::new();
    desk.write("crash.sh", CRASHES);
    desk.write(
        "manifest.yaml",
        "name: mine\ndialect: classic\ncapabilities: [page]\ncommand: [sh, crash.sh]\n",
    );
    let text = "- { id: page.seen, message: expected, reason: known }\n";
    desk.write("known-failures.yaml", text);
    let said = desk.call(&UPDATE, 4);
    assert!(said.contains("is left as it is"), "{said}");
    assert_eq!(desk.known(), text);
    desk.call(&["run"], 1);
    desk.write(
        "known-failures.yaml",
        "- { id: page.seen, kind: crashed, message: the process, reason: known }\n",
    );
    assert!(desk.call(&["run"], 2).contains("crashed"));
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
    let desk = Desk::new();
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
    let said = desk.call(&repeated, 1);
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
    assert!(desk.call(&repeated, 0).contains("It forgets."));
    desk.call(&["run", "--jobs", "1"], 0);
    desk.write("known-failures.yaml", &entry("0.1"));
    assert!(desk.call(&repeated, 1).contains("failed in 2 of 6 plays, and `atMost: 0.1` accepts 1"));
}

#[test]
fn an_update_of_a_part_is_no_command() {
    let desk = Desk::new();
    for part in [["--only", "page.seen"], ["--shard", "1/2"], ["--profile", "core"]] {
        desk.call(&[&UPDATE[..], &part].concat(), 2);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_cordial-conformance")).args(UPDATE).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("belongs to one destination"));
}
