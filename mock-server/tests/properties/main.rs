//! What holds for every input: a state that is read and written again is the same, writes at once lose nothing, and a
//! model of the account is right about it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod concurrency;
mod round_trip;
mod sequences;
