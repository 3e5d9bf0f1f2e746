//! Differences, as people read them.

use serde_json::Value;

/// The longest value that stands on one line.
const ONE_LINE: usize = 160;

/// Gathers differences under the names of their places.
#[derive(Debug, Default)]
pub(super) struct Differences(Vec<String>);

impl Differences {
    /// Two values that should be the same; `None` is nothing at all.
    pub(super) fn differ(&mut self, place: &str, expected: Option<&Value>, got: Option<&Value>) {
        self.0.push(format!("{place}\n  expected: {}\n       got: {}", shown(expected), shown(got)));
    }

    /// Something else, in words.
    pub(super) fn say(&mut self, text: String) {
        self.0.push(text);
    }

    pub(super) fn into_vec(self) -> Vec<String> {
        self.0
    }
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    match text.char_indices().nth(ONE_LINE) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
