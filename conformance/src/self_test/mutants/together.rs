//! Several events in one delivery.

use super::{ACTIVITIES, CONTACTS, OUTCOME, mutant};
use crate::self_test::Mutant;
use crate::self_test::together::{Several, Together};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("loses-the-last-of-a-delivery", "together", ACTIVITIES, || {
            Together::driver(Several::LosesTheLast)
        }),
        mutant("stops-at-the-first-failure", "together", OUTCOME, || {
            Together::driver(Several::StopsAtTheFirstFailure)
        }),
        mutant("gives-all-one-result", "together", OUTCOME, || Together::driver(Several::OneResultForAll)),
        mutant("gives-the-result-of-the-one-before", "together", OUTCOME, || {
            Together::driver(Several::ResultsOfTheOneBefore)
        }),
        mutant("delivers-in-another-order", "together", ACTIVITIES, || Together::driver(Several::InReverse)),
        mutant("delivers-the-last-identify-only", "together", CONTACTS, || {
            Together::driver(Several::LastIdentifyOnly)
        }),
        mutant("drops-repetitions", "together", ACTIVITIES, || Together::driver(Several::DropsRepetitions)),
    ]
}
