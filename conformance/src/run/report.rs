//! What a run came to: one value, from which every report is rendered.

use cordial_mock::JournalEntry;

use crate::judge::Check;
use crate::scenario::{Level, Requirements};

use super::shard::Shard;
use super::snapshots::{SnapshotPlan, SnapshotState};
use super::subject::Claims;
use super::verdict::Verdict;

/// The whole outcome of a run, in the order of the plan. Nothing in it depends on time or on scheduling.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// The version of the suite.
    pub suite_version: String,
    /// The time that the mock's clock stood at.
    pub clock: String,
    /// The seed of ids and keys.
    pub seed: u64,
    /// How many scenarios the filter and the shard leave, of how many there are.
    pub selected: usize,
    /// How many scenarios there are.
    pub available: usize,
    /// The part of the scenarios that this was, where it was one part only.
    pub shard: Option<Shard>,
    /// The same for the same scenarios, whichever of them were selected.
    pub fingerprint: String,
    /// The release whose requirements the run was held to, and how many they are; all of today's where there is none.
    pub requirements: Option<(String, usize)>,
    /// One report per destination.
    pub destinations: Vec<DestinationReport>,
    /// Where two destinations of one dialect left different accounts behind.
    pub differences: Vec<EndStateDifference>,
    /// Requests that carried the key of no scenario, as `METHOD path -> status`.
    pub stray_requests: Vec<String>,
    /// What went wrong with the harness itself.
    pub harness_faults: Vec<String>,
}

/// What one destination came to.
#[derive(Debug, Clone)]
pub struct DestinationReport {
    /// Its name.
    pub name: String,
    /// Version, language and how it is reached, in one line.
    pub about: String,
    /// What it says it does.
    pub claims: Claims,
    /// What was done with its snapshots.
    pub snapshots: SnapshotPlan,
    /// Every scenario that was selected, those that do not apply included.
    pub scenarios: Vec<ScenarioReport>,
    /// What is wrong beside the scenarios.
    pub problems: Vec<Problem>,
}

/// What one scenario came to for one destination.
#[derive(Debug, Clone)]
pub struct ScenarioReport {
    /// The scenario's id.
    pub id: String,
    /// What the scenario stands for.
    pub why: String,
    /// Whether the contract demands it or recommends it.
    pub level: Level,
    /// Whether the destination's dialect and role make it a part of its contract, whatever it claims.
    pub of_contract: bool,
    /// What came out.
    pub verdict: Verdict,
    /// How often it was played.
    pub plays: usize,
    /// Each thing that was looked at. Of plays that came to different verdicts, everything that failed in any.
    pub checks: Vec<Check>,
    /// What the destination sent and what it was answered.
    pub exchanges: Vec<JournalEntry>,
    /// What the destination wrote to stderr meanwhile, where that is known.
    pub stderr: Option<String>,
    /// How the exchange compares with the stored one.
    pub snapshot: SnapshotState,
    /// The command that runs this scenario alone.
    pub rerun: String,
}

/// Something that is wrong beside the scenarios' own verdicts. Each is red.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// The scenario that it is about, if it is about one.
    pub scenario: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The manifest claims what the destination's greeting does not.
    ClaimNotKept,
    /// A known failure does not fail any more.
    KnownFailureGone,
    /// A known failure fails in another way.
    KnownFailureChanged,
    /// A known failure is past its date.
    KnownFailureExpired,
    /// A known failure without a reason yet.
    KnownFailureUnexplained,
    /// A known failure for no scenario that runs here.
    KnownFailureUnmatched,
    /// A stored snapshot that no scenario produces.
    SnapshotUnreferenced,
    /// The destination did not take leave properly.
    DidNotEnd,
}

/// Two destinations that follow one contract and left different accounts behind.
#[derive(Debug, Clone)]
pub struct EndStateDifference {
    /// The scenario.
    pub scenario: String,
    /// The two destinations, in the order of the diff: `-` is the first, `+` the second.
    pub destinations: (String, String),
    /// The difference, line by line.
    pub diff: String,
}

/// How many scenarios came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that were selected.
    pub selected: usize,
    /// [`Verdict::Passed`].
    pub passed: usize,
    /// Every red verdict.
    pub failed: usize,
    /// [`Verdict::Advised`].
    pub advised: usize,
    /// [`Verdict::KnownFailure`].
    pub known_failures: usize,
    /// [`Verdict::NotApplicable`].
    pub not_applicable: usize,
}

/// What the whole run says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// All that was judged is as it should be.
    Conforms,
    /// Something is not.
    DoesNotConform,
    /// No scenario ran, for one destination at least.
    NothingRan,
    /// The harness itself is at fault, so that no verdict can be trusted.
    HarnessFault,
}

impl Counts {
    fn of(scenarios: &[ScenarioReport]) -> Self {
        let count = |is: fn(&Verdict) -> bool| scenarios.iter().filter(|s| is(&s.verdict)).count();
        Self {
            selected: scenarios.len(),
            passed: count(|verdict| *verdict == Verdict::Passed),
            failed: count(Verdict::is_red),
            advised: count(|verdict| *verdict == Verdict::Advised),
            known_failures: count(|verdict| matches!(verdict, Verdict::KnownFailure { .. })),
            not_applicable: count(|verdict| matches!(verdict, Verdict::NotApplicable { .. })),
        }
    }

    /// How many truly ran.
    #[must_use]
    pub fn ran(&self) -> usize {
        self.selected - self.not_applicable
    }
}

impl DestinationReport {
    /// How many scenarios came to what.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(&self.scenarios)
    }

    /// Whether anything about this destination is red.
    #[must_use]
    pub fn is_red(&self) -> bool {
        !self.problems.is_empty()
            || self.scenarios.iter().any(|scenario| scenario.verdict.is_red() || scenario.snapshot.is_red())
    }

    /// The reasons why scenarios do not apply, with how many each concerns, in order of first appearance.
    #[must_use]
    pub fn reasons_not_applicable(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for scenario in &self.scenarios {
            let Verdict::NotApplicable { reason } = &scenario.verdict else { continue };
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason, 1)),
            }
        }
        reasons
    }
}

impl RunReport {
    /// Holds the run to what a release required. What came later is shown, and turns nothing red.
    pub fn hold_to(&mut self, requirements: &Requirements) {
        let scenarios = self.destinations.iter_mut().flat_map(|destination| &mut destination.scenarios);
        for scenario in scenarios.filter(|scenario| !requirements.holds(&scenario.id)) {
            scenario.of_contract = false;
            scenario.snapshot = SnapshotState::NotLookedAt;
            if scenario.verdict.is_red() {
                scenario.verdict = Verdict::Advised;
            }
        }
        self.differences.retain(|difference| requirements.holds(&difference.scenario));
        self.requirements = Some((requirements.version.clone(), requirements.len()));
    }
}

impl ScenarioReport {
    /// A report of `id` with nothing in it but a verdict.
    pub(super) fn blank(id: &str, verdict: Verdict) -> Self {
        Self {
            id: id.to_owned(),
            why: String::new(),
            level: Level::Must,
            of_contract: true,
            verdict,
            plays: 1,
            checks: Vec::new(),
            exchanges: Vec::new(),
            stderr: None,
            snapshot: SnapshotState::NotLookedAt,
            rerun: String::new(),
        }
    }
}

impl RunReport {
    /// What the run says. What invalidates the verdicts goes before the verdicts.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        if !self.harness_faults.is_empty() {
            return Conclusion::HarnessFault;
        }
        // Fewer verdicts than selected scenarios would be a silent hole; none at all is the worst of them.
        let incomplete = |report: &DestinationReport| {
            report.counts().ran() == 0 || report.scenarios.len() != self.selected
        };
        if self.destinations.is_empty() || self.destinations.iter().any(incomplete) {
            return Conclusion::NothingRan;
        }
        let red = !self.differences.is_empty()
            || !self.stray_requests.is_empty()
            || self.destinations.iter().any(DestinationReport::is_red);
        if red { Conclusion::DoesNotConform } else { Conclusion::Conforms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Retry;
    use crate::scenario::Dialect;

    fn report(verdicts: Vec<Verdict>) -> RunReport {
        let scenarios: Vec<_> = verdicts.into_iter().map(|v| ScenarioReport::blank("a.b", v)).collect();
        RunReport {
            suite_version: "0".into(),
            clock: String::new(),
            seed: 1,
            selected: scenarios.len(),
            available: scenarios.len(),
            destinations: vec![DestinationReport {
                name: "d".into(),
                about: String::new(),
                claims: Claims {
                    dialect: Dialect::Classic,
                    capabilities: Default::default(),
                    retry: Retry::Classify,
                },
                snapshots: SnapshotPlan::off("for a test"),
                scenarios,
                problems: Vec::new(),
            }],
            differences: Vec::new(),
            stray_requests: Vec::new(),
            harness_faults: Vec::new(),
            requirements: None,
            shard: None,
            fingerprint: String::new(),
        }
    }

    fn not_applicable() -> Verdict {
        Verdict::NotApplicable { reason: "other dialect".into() }
    }

    #[test]
    fn nothing_selected_and_nothing_applicable_are_both_nothing_ran() {
        assert_eq!(report(vec![]).conclusion(), Conclusion::NothingRan);
        assert_eq!(report(vec![not_applicable()]).conclusion(), Conclusion::NothingRan);
    }

    #[test]
    fn fewer_verdicts_than_scenarios_is_nothing_ran() {
        let mut report = report(vec![Verdict::Passed]);
        report.selected = 2;
        assert_eq!(report.conclusion(), Conclusion::NothingRan);
    }

    #[test]
    fn what_is_red_decides() {
        assert_eq!(report(vec![Verdict::Passed, not_applicable()]).conclusion(), Conclusion::Conforms);
        assert_eq!(report(vec![Verdict::Passed, Verdict::Advised]).conclusion(), Conclusion::Conforms);
        assert_eq!(report(vec![Verdict::Passed, Verdict::Failed]).conclusion(), Conclusion::DoesNotConform);
        let crashed = Verdict::Crashed { message: String::new() };
        assert_eq!(report(vec![Verdict::Passed, crashed]).conclusion(), Conclusion::DoesNotConform);
    }

    #[test]
    fn a_stray_request_is_red() {
        let mut report = report(vec![Verdict::Passed]);
        report.stray_requests.push("POST /v2/contacts -> 401".into());
        assert_eq!(report.conclusion(), Conclusion::DoesNotConform);
    }

    #[test]
    fn a_fault_of_the_harness_voids_everything_else() {
        let mut report = report(vec![Verdict::Failed]);
        report.harness_faults.push("the mock stopped".into());
        assert_eq!(report.conclusion(), Conclusion::HarnessFault);
    }
}
