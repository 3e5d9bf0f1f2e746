//! What will run, decided before anything runs.

use crate::scenario::{Scenario, ScenarioSet};

use super::account_key::fnv1a;
use super::applicability::why_not_applicable;
use super::filter::{Filter, FilterError};
use super::shard::Shard;
use super::subject::Claims;

/// The scenarios that a run looks at, in the order of their ids.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    selected: Vec<&'a Scenario>,
    all_ids: Vec<&'a str>,
    partial: bool,
    shard: Option<Shard>,
    fingerprint: String,
}

/// One scenario as it concerns one destination.
#[derive(Debug, Clone)]
pub struct PlannedScenario<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Why it does not apply; `None` when it runs.
    pub not_applicable: Option<String>,
}

impl<'a> Plan<'a> {
    /// Selects from `set`. A filter that matches nothing is refused here; an empty shard is not a mistake of the
    /// command line and shows as "nothing ran".
    pub fn new(set: &'a ScenarioSet, filter: &Filter, shard: Option<Shard>) -> Result<Self, FilterError> {
        let mut all: Vec<&Scenario> = set.iter().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        let all_ids: Vec<&str> = all.iter().map(|scenario| scenario.id.as_str()).collect();
        filter.check_against(&all_ids)?;
        // Every field of every scenario, so that a changed one is another suite.
        let texts: Vec<String> = all.iter().map(|scenario| format!("{scenario:?}")).collect();
        let fingerprint = fnv1a(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let selected = all
            .into_iter()
            .filter(|scenario| filter.takes(scenario) && shard.is_none_or(|shard| shard.holds(&scenario.id)))
            .collect();
        let partial = !filter.selects_all() || shard.is_some();
        Ok(Self { selected, all_ids, partial, shard, fingerprint: format!("{fingerprint:016x}") })
    }

    /// The selected scenarios as they concern a destination with these claims: all of them, each with a reason
    /// where it does not apply.
    #[must_use]
    pub fn for_claims(&self, claims: &Claims) -> Vec<PlannedScenario<'a>> {
        self.selected
            .iter()
            .map(|scenario| PlannedScenario {
                scenario,
                not_applicable: why_not_applicable(scenario, claims),
            })
            .collect()
    }

    /// The selected scenarios.
    #[must_use]
    pub fn selected(&self) -> &[&'a Scenario] {
        &self.selected
    }

    /// The part of the scenarios that was asked for.
    #[must_use]
    pub fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// The same for the same scenarios, whichever of them are selected.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Every id there is, selected or not.
    #[must_use]
    pub fn all_ids(&self) -> &[&'a str] {
        &self.all_ids
    }

    /// Whether a filter or a shard leaves something out, so that nothing can be said about what was not seen.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial
    }
}
