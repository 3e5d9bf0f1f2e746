//! What holds for every input: a state that is read and written again is the same, and writes at once lose nothing.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod concurrency;
mod round_trip;
