//! `{name}` in a case: the token of the run, and what earlier steps saved.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use serde_json::Value;

/// What the placeholders of one case stand for.
#[derive(Debug)]
pub(crate) struct Placeholders(BTreeMap<String, Value>);

impl Placeholders {
    /// With `{run}`, which no other case and no other run has.
    pub(crate) fn new(run: &str) -> Self {
        Self(BTreeMap::from([("run".to_owned(), run.into())]))
    }

    /// Adds a name, or gives it another value.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The text with its placeholders filled in. Braces around anything but a name are left as they are.
    pub(crate) fn text(&self, text: &str) -> Result<String, Failed> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}').filter(|(name, _)| is_name(name)) {
                Some((name, after)) => {
                    match self.get(name)? {
                        Value::String(value) => filled.push_str(value),
                        value => filled.push_str(&value.to_string()),
                    }
                    rest = after;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The value with all of its texts and keys filled in. A text that is nothing but a placeholder becomes the saved
    /// value itself, so that a number stays a number.
    pub(crate) fn value(&self, value: &Value) -> Result<Value, Failed> {
        Ok(match value {
            Value::String(text) => match sole_name(text) {
                Some(name) => self.get(name)?.clone(),
                None => self.text(text)?.into(),
            },
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?,
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(key, value)| Ok((self.text(key)?, self.value(value)?)))
                    .collect::<Result<_, Failed>>()?,
            ),
            value => value.clone(),
        })
    }

    fn get(&self, name: &str) -> Result<&Value, Failed> {
        self.0.get(name).ok_or_else(|| format!("nothing was saved as `{{{name}}}`").into())
    }
}

fn sole_name(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}').filter(|name| is_name(name))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
