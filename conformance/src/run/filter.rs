//! `--only`: which scenarios of the set to look at.

use globset::{Glob, GlobSet, GlobSetBuilder};

/// Patterns on scenario ids; none means everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    patterns: Vec<String>,
    set: GlobSet,
}

/// A filter that cannot be used as it stands. Each is a mistake on the command line.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The text is not a glob.
    #[error(
        "`--only {pattern}` is not a pattern: {message}\n  fix: use `*` for any characters, as in `identify.*`"
    )]
    NotAPattern {
        /// The pattern as written.
        pattern: String,
        /// What the glob parser says.
        message: String,
    },
    /// A pattern that selects no scenario: almost always a spelling mistake, and running nothing looks like success.
    #[error("`--only {pattern}` matches no scenario\n  fix: {fix}")]
    Unmatched {
        /// The pattern as written.
        pattern: String,
        /// What to write instead.
        fix: String,
    },
}

impl Filter {
    /// A filter from the patterns of `--only`.
    pub fn new(patterns: &[String]) -> Result<Self, FilterError> {
        let mut set = GlobSetBuilder::new();
        let not_a_pattern = |pattern: &str, error: globset::Error| FilterError::NotAPattern {
            pattern: pattern.to_owned(),
            message: error.kind().to_string(),
        };
        for pattern in patterns {
            set.add(Glob::new(pattern).map_err(|error| not_a_pattern(pattern, error))?);
        }
        let set = set.build().map_err(|error| not_a_pattern(&patterns.join(" "), error))?;
        Ok(Self { patterns: patterns.to_vec(), set })
    }

    /// Whether everything is selected.
    #[must_use]
    pub fn selects_all(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether the scenario `id` is selected.
    #[must_use]
    pub fn selects(&self, id: &str) -> bool {
        self.selects_all() || self.set.is_match(id)
    }

    /// Refuses a pattern that selects none of `ids`.
    pub fn check_against(&self, ids: &[&str]) -> Result<(), FilterError> {
        for (position, pattern) in self.patterns.iter().enumerate() {
            if !ids.iter().any(|id| self.set.matches(id).contains(&position)) {
                return Err(FilterError::Unmatched { pattern: pattern.clone(), fix: suggest(pattern, ids) });
            }
        }
        Ok(())
    }
}

/// What the author of `pattern` most likely meant.
fn suggest(pattern: &str, ids: &[&str]) -> String {
    let area = format!("{pattern}.");
    if ids.iter().any(|id| id.starts_with(&area)) {
        return format!("`{pattern}` is an area; write `--only '{pattern}.*'` for all of it");
    }
    match nearest(pattern, ids) {
        Some(id) => format!("did you mean `{id}`? `cordial-conformance list` shows every id"),
        None => "`cordial-conformance list` shows every id".to_owned(),
    }
}

/// The id that is most like `text`, if any is like it at all.
pub(crate) fn nearest<'a>(text: &str, ids: &[&'a str]) -> Option<&'a str> {
    ids.iter()
        .map(|id| (strsim::jaro_winkler(text, id), *id))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 2] = ["identify.unknown-user", "track.known-user"];

    fn refusal(pattern: &str) -> String {
        let filter = Filter::new(&[pattern.to_owned()]).unwrap();
        filter.check_against(&IDS).unwrap_err().to_string()
    }

    #[test]
    fn no_pattern_selects_everything() {
        let filter = Filter::new(&[]).unwrap();
        assert!(filter.selects("anything"));
        assert!(filter.check_against(&IDS).is_ok());
    }

    #[test]
    fn a_star_selects_an_area() {
        let filter = Filter::new(&["identify.*".to_owned()]).unwrap();
        assert!(filter.selects("identify.unknown-user"));
        assert!(!filter.selects("track.known-user"));
    }

    #[test]
    fn each_pattern_has_to_match_something_itself() {
        let filter = Filter::new(&["identify.*".to_owned(), "group.*".to_owned()]).unwrap();
        assert!(filter.check_against(&IDS).unwrap_err().to_string().contains("group.*"));
    }

    #[test]
    fn a_misspelt_id_is_corrected() {
        assert!(refusal("identify.unknown-usr").contains("did you mean `identify.unknown-user`"));
    }

    #[test]
    fn a_bare_area_is_explained() {
        assert!(refusal("track").contains("`--only 'track.*'`"));
    }

    #[test]
    fn a_broken_pattern_is_refused() {
        let error = Filter::new(&["identify.[".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("not a pattern"), "{error}");
    }
}
