//! Processes that break the protocol.

use crate::self_test::lifecycle::Quirk;
use crate::self_test::{Make, Mutant};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        process("hangs-on-group", &["destination"], Quirk::HangsOnGroup),
        process("crashes-on-the-fifth", &["destination"], Quirk::CrashesOnTheFifth),
        process("babbles-on-stdout", &["destination"], Quirk::Babbles),
        process("answers-with-another-id", &["destination"], Quirk::WrongId),
        process("answers-twice", &["destination"], Quirk::AnswersTwice),
        process("leaves-before-drain", &["destination"], Quirk::LeavesBeforeDrain),
        process("never-leaves", &["problem.DidNotEnd"], Quirk::NeverLeaves),
        process("takes-a-claim-back", &["destination"], Quirk::TakesAClaimBack),
        process("answers-nothing", &["destination"], Quirk::AnswersNothing),
        process("answers-in-own-words", &["destination"], Quirk::OwnWords),
    ]
}

fn process(name: &'static str, intended: &'static [&'static str], quirk: Quirk) -> Mutant {
    Mutant { name, area: "life cycle", intended, breaks_down: true, make: Make::Process(quirk) }
}
