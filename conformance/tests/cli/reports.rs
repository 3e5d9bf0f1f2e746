//! Reports for people: what a destination says is text in them, never markup.

use super::desk::{Desk, assert_says, page_call};

/// Refuses every event with words that are markup.
const RUDE: &str = r#"while read -r line; do
  id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case $line in
    *'"op":"hello"'*) echo "{\"id\":$id,\"protocol\":1,\"destination\":{\"name\":\"<b>rude</b>\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"],\"retry\":\"classify\"}" ;;
    *'"op":"deliver"'*) echo "{\"id\":$id,\"error\":{\"message\":\"<script>alert(1)</script> \`\`\`\`\"}}" ;;
    *'"op":"bye"'*) echo "{\"id\":$id}"; exit 0 ;;
    *) echo "{\"id\":$id}" ;;
  esac
done
"#;

#[test]
fn what_a_destination_says_is_text_in_html_and_markdown() {
    let desk = Desk::new();
    desk.write("rude.sh", RUDE);
    let reports = ["--report", "html=r.html", "--report", "md=r.md"];
    desk.run(&[&["run", "--command", "sh rude.sh", "--only", "page.known-user"][..], &reports].concat(), 1);

    let html = desk.read("r.html");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    assert!(html.contains("&lt;b&gt;rude&lt;/b&gt;"), "{html}");
    assert!(!html.contains("<script>alert") && !html.contains("<b>"), "{html}");
    assert!(!html.contains("http-equiv=\"refresh\"") && !html.contains("src="), "it needs nothing else");

    let markdown = desk.read("r.md");
    assert!(markdown.contains("| &lt;b&gt;rude&lt;/b&gt; |"), "{markdown}");
    // The destination's own fence is shorter than the one around it.
    assert!(markdown.contains("`````text\n"), "{markdown}");
}

/// Says to each event that Cordial took it, and sends nothing.
const LIAR: &str = r#"while read -r line; do
  id=$(printf %s "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case $line in
    *'"op":"hello"'*) echo "{\"id\":$id,\"protocol\":1,\"destination\":{\"name\":\"liar\"},\"dialect\":\"classic\",\"capabilities\":[\"page\"],\"retry\":\"classify\"}" ;;
    *'"op":"deliver"'*) echo "{\"id\":$id,\"results\":[{\"outcome\":\"delivered\",\"status\":201}]}" ;;
    *) echo "{\"id\":$id}" ;;
  esac
  case $line in *'"op":"bye"'*) exit 0 ;; esac
done
"#;

#[test]
fn what_many_failures_have_in_common_is_told_once_and_each_failure_where_it_is() {
    let desk = Desk::new();
    desk.write("liar.sh", LIAR);
    for number in 1..=8 {
        let id = format!("page.seen-{number}");
        desk.write(&format!("s/page/seen-{number}.yaml"), &page_call(&id, "https://shop.example/1"));
    }
    let reports = ["--report", "html=r.html", "--report", "md=r.md", "--report", "junit=r.xml"];
    let run = ["run", "--command", "sh liar.sh", "--scenarios", "s"];
    let text = desk.run(&[&run[..], &reports].concat(), 1);
    assert_says(&text, &["8 fail in state.activities: activities[*]"]);
    assert_says(&desk.read("r.md"), &["- liar: 8 fail in state.activities: activities\\[\\*\\]"]);
    let html = desk.read("r.html");
    assert_says(
        &html,
        &["8 scenarios in <code>state.activities: activities[*]</code>", "<h1 class=\"bad\">"],
    );
    assert_eq!((html.matches("<details open>").count(), html.matches("<pre>").count()), (5, 8));
    // What a viewer of JUnit lists is the difference and not the word that it failed.
    assert_says(
        &desk.read("r.xml"),
        &["<failure message=\"state.activities: activities[0]\" type=\"failed\">"],
    );

    let few = desk.run(&[&run[..], &["--only", "page.seen-1"]].concat(), 1);
    assert!(!few.contains(" fail in "), "{few}");
}

#[test]
fn a_good_run_is_told_in_both() {
    let desk = Desk::new();
    let reports = ["--report", "html=r.html", "--report", "md=r.md"];
    desk.run(&[&["run", "--destination", "reference", "--only", "page.*"][..], &reports].concat(), 0);
    for file in ["r.html", "r.md"] {
        let text = desk.read(file);
        assert!(text.contains("reference conforms."), "{text}");
        assert!(text.contains("100 % ("), "{text}");
    }
}
