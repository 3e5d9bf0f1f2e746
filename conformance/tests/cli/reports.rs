//! Reports for people: what a destination says is text in them, never markup.

use super::desk::Desk;

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
