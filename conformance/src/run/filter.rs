//! `--only`: which scenarios of the set to look at.

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::scenario::{Capability, Scenario};

/// A part of the contract that stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// What Segment's four calls mean, with nothing going wrong.
    Core,
    /// Carts, orders and alias.
    Commerce,
    /// What goes wrong, and what has to become of it.
    Resilience,
    /// Everything, and what is recommended is demanded.
    Strict,
}

impl Profile {
    /// Whether the scenario belongs to it.
    #[must_use]
    pub fn holds(self, scenario: &Scenario) -> bool {
        let commerce = [Capability::Alias, Capability::Cart, Capability::Orders];
        let is_commerce = commerce.iter().any(|capability| scenario.needs.contains(capability));
        let is_resilience = scenario.id.starts_with("resilience.");
        match self {
            Self::Core => !is_commerce && !is_resilience,
            Self::Commerce => is_commerce,
            Self::Resilience => is_resilience,
            Self::Strict => true,
        }
    }
}

/// Patterns on scenario ids, and a profile; none means everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    profile: Option<Profile>,
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
        Ok(Self { profile: None, patterns: patterns.to_vec(), set })
    }

    /// The same filter within one profile.
    #[must_use]
    pub fn within(self, profile: Option<Profile>) -> Self {
        Self { profile, ..self }
    }

    /// Whether the scenario is selected.
    #[must_use]
    pub fn takes(&self, scenario: &Scenario) -> bool {
        self.profile.is_none_or(|profile| profile.holds(scenario)) && self.selects(&scenario.id)
    }

    /// Whether everything is selected.
    #[must_use]
    pub fn selects_all(&self) -> bool {
        self.patterns.is_empty() && matches!(self.profile, None | Some(Profile::Strict))
    }

    /// Whether the scenario `id` is selected.
    #[must_use]
    pub fn selects(&self, id: &str) -> bool {
        self.patterns.is_empty() || self.set.is_match(id)
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
    let areas: Vec<&str> = ids.iter().filter_map(|id| id.split_once('.')).map(|(area, _)| area).collect();
    if let Some(area) = pattern.strip_suffix(".*").and_then(|area| nearest(area, &areas)) {
        return format!("did you mean `{area}.*`? `cordial-conformance list` shows every id");
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
    fn a_misspelt_area_is_corrected_to_an_area() {
        assert!(refusal("identfy.*").contains("did you mean `identify.*`"));
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
