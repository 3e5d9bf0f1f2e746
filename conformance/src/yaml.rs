//! YAML as people write it. What is wrong with it is said in one line, with its place and in their words.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_saphyr::localizer::Localizer;
use serde_saphyr::{Error, Location, MessageFormatter, SnippetMode, UserMessageFormatter};

/// What is wrong, and where: line and column from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}

/// Reads a text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    serde_saphyr::from_str(text).map_err(|error| {
        let location = error.location().unwrap_or(Location::UNKNOWN);
        let options = serde_saphyr::render_options! { formatter: &Words, snippets: SnippetMode::Off };
        let message = error.render_with_options(options);
        Mistake { line: location.line(), column: location.column(), message }
    })
}

/// The parser's messages, in the words of somebody who writes a file rather than a program.
struct Words;

impl MessageFormatter for Words {
    fn localizer(&self) -> &dyn Localizer {
        &Placeless
    }

    fn format_message<'a>(&self, error: &'a Error) -> Cow<'a, str> {
        match error {
            Error::DuplicateMappingKey { key: Some(key), .. } => format!("`{key}` stands here twice").into(),
            Error::Eof { .. } => "the file ends where something is expected".into(),
            Error::Unexpected { expected: "sequence start", .. } => "a list is expected here".into(),
            Error::Unexpected { expected: "mapping start", .. } => {
                "fields are expected here, as in `name: value`".into()
            }
            Error::Unexpected { expected: "scalar", .. }
            | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. } => {
                "one value is expected here".into()
            }
            _ => UserMessageFormatter.format_message(error),
        }
    }
}

/// The place stands before the message.
struct Placeless;

impl Localizer for Placeless {
    fn attach_location<'a>(&self, message: Cow<'a, str>, _: Location) -> Cow<'a, str> {
        message
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        for (text, said) in [
            ("a: 1", "line 1, column 1: a list is expected here"),
            ("- { a: 1, a: 2 }", "line 1, column 11: `a` stands here twice"),
        ] {
            assert_eq!(read::<Vec<Value>>(text).unwrap_err().to_string(), said);
        }
    }
}
