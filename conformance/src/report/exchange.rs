//! One request and its reply, for a person to read.

use cordial_mock::JournalEntry;
use serde_json::Value;

use super::style::indent;

/// A body longer than this is shown over several lines.
const ONE_LINE: usize = 100;

/// A body with more lines than this is cut: the JSON report has the whole.
const MOST_LINES: usize = 40;

/// The exchange over some lines: what was asked, `>` the body sent, `<` the reply, and why the mock refused.
pub(super) fn render(entry: &JournalEntry) -> String {
    let query = if entry.query.is_empty() { String::new() } else { format!("?{}", entry.query) };
    let mut text = format!("{} {}{query} -> {}\n", entry.method, entry.path, entry.status);
    text += &body(&entry.request_body, "> ");
    text += &body(&entry.response_body, "< ");
    if let Some(why) = &entry.why {
        text += &format!("  why: {why}\n");
    }
    text
}

fn body(body: &Value, mark: &str) -> String {
    let compact = match body {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = if compact.len() > ONE_LINE && !body.is_string() { format!("{body:#}") } else { compact };
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = indent(&lines[..lines.len().min(MOST_LINES)].join("\n"), &format!("  {mark}"));
    if lines.len() > MOST_LINES {
        shown +=
            &format!("  {mark}... {} more lines; `--report json=FILE` has them\n", lines.len() - MOST_LINES);
    }
    shown
}
