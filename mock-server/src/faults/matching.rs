//! Which requests are meant: by faults, permissions, rate limits, and whoever searches the journal. What no request can
//! fit is refused where it is read, since nobody writes that on purpose.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Subject;
use crate::hints::{self, Near};
use crate::journal::JournalEntry;
use crate::routes;

/// The methods that a request may have.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// Which requests are meant: those that fit everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Matching {
    /// The method, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodName>,
    /// The path: `*` stands for a part of it, `**` for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathGlob>,
    /// The operation, as `GET /__admin/routes` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Fields of a JSON body, by dotted path, with the value that they have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, Value>,
}

impl Matching {
    pub(super) fn fits(&self, subject: &Subject<'_>) -> bool {
        self.method.as_ref().is_none_or(|method| method.is(subject.request.method.as_str()))
            && self.path.as_ref().is_none_or(|path| path.matches(&subject.request.path))
            && self
                .operation
                .as_ref()
                .is_none_or(|name| subject.route.is_some_and(|route| route.operation == name))
            && self.body.iter().all(|(path, value)| at(subject.body(), path) == Some(value))
    }

    /// Whether an entry of the journal fits.
    #[must_use]
    pub fn fits_entry(&self, entry: &JournalEntry) -> bool {
        self.method.as_ref().is_none_or(|method| method.is(&entry.method))
            && self.path.as_ref().is_none_or(|path| path.matches(&entry.path))
            && self.operation.as_ref().is_none_or(|name| entry.operation.as_ref() == Some(name))
            && self.body.iter().all(|(path, value)| at(&entry.request_body, path) == Some(value))
    }

    /// Refuses an operation that there is not.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Some(wanted) = &self.operation else { return Ok(()) };
        let known = || routes::all().map(|route| route.operation);
        if known().any(|known| known == wanted) {
            return Ok(());
        }
        let hint = match hints::nearest(wanted, known()) {
            Some(Near::Case(known) | Near::Like(known)) => format!("the nearest is `{known}`"),
            None => "GET /__admin/routes lists them".to_owned(),
        };
        Err(format!("operation: Cordial has no operation `{wanted}`; {hint}"))
    }
}

/// The value at a dotted path; a name with dots in it is found as it stands, too.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let (first, rest) = path.split_once('.')?;
    at(value.get(first)?, rest)
}

/// A method, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MethodName(String);

impl MethodName {
    /// Whether a request's method is this one.
    #[must_use]
    pub fn is(&self, method: &str) -> bool {
        self.0.eq_ignore_ascii_case(method)
    }
}

impl TryFrom<String> for MethodName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if METHODS.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
            return Ok(Self(text));
        }
        Err(format!("`{text}` is none of {}", METHODS.join(", ")))
    }
}

impl From<MethodName> for String {
    fn from(name: MethodName) -> Self {
        name.0
    }
}

/// A pattern over paths.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob {
    text: String,
    matcher: GlobMatcher,
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PathGlob {
    /// Whether the path fits.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }
}

impl TryFrom<String> for PathGlob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if !text.starts_with(['/', '*']) {
            return Err(format!("`{text}` fits no path: begin with a slash, as in /v2/contacts/*"));
        }
        if text.contains('?') {
            return Err(format!("`{text}` fits no path: the query is no part of it"));
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).build();
        let glob = glob.map_err(|error| format!("`{text}` is not a pattern for paths: {error}"))?;
        Ok(Self { matcher: glob.compile_matcher(), text })
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.text
    }
}
