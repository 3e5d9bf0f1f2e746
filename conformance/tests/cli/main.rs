//! The program as a user runs it: what it prints, what it writes, and how it ends.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

mod contract;
mod coverage;
mod desk;
mod init;
mod known_failures;
mod matrix;
mod reports;
mod run;
