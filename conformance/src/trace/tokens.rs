//! Tokens for values that differ from run to run.

use std::collections::HashMap;

use super::Redactions;

/// Gives the same token to the same value.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    redactions: &'a Redactions,
    ids: HashMap<String, usize>,
}

/// The length of Cordial's ids, which are hex digits.
const ID: usize = 24;

impl<'a> Tokens<'a> {
    pub(super) fn new(redactions: &'a Redactions) -> Self {
        Self { redactions, ids: HashMap::new() }
    }

    /// The text with tokens in it.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut word = String::new();
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                word.push(c);
            } else {
                out.push_str(&self.word(std::mem::take(&mut word)));
                out.push(c);
            }
        }
        out.push_str(&self.word(word));
        self.redactions.texts.iter().fold(out, |out, (text, token)| out.replace(text, token))
    }

    fn word(&mut self, word: String) -> String {
        let is_id = word.len() == ID && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_id {
            return word;
        }
        let next = self.ids.len() + 1;
        format!("<id-{}>", self.ids.entry(word).or_insert(next))
    }
}
