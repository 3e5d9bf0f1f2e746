//! The program as a user runs it: what it prints, what it writes, and how it ends.
//!
//! Every way to be green for the wrong reason has a test:
//!
//! | Way | Test |
//! |---|---|
//! | a filter matches nothing | `run::a_filter_that_matches_nothing_is_a_mistake` |
//! | nothing is applicable | `run::where_no_scenario_applies_nothing_ran` |
//! | a shard is empty, or missing when they are merged | `run::an_empty_part_of_the_scenarios_is_nothing_ran`, `matrix::a_missing_shard_is_no_success_and_a_double_one_is_refused` |
//! | the destination never answers | `run::a_destination_that_falls_silent_is_no_success` |
//! | the runner is ended half-way | `contract::a_run_that_is_stopped_half_way_leaves_no_report`, `stopped` |
//! | the folder of scenarios is empty or missing | `run::a_folder_without_scenarios_and_a_missing_one_are_mistakes` |
//! | a part of it is broken or unreadable | `run::one_broken_file_stops_the_run_and_names_its_line`, `run::a_file_that_cannot_be_read_stops_the_run_and_is_named` |
//! | a snapshot is missing or belongs to nothing | `run::exchanges_are_stored_when_asked_and_checked_from_then_on` |
//! | snapshots are rewritten in CI | `run::exchanges_are_never_stored_in_ci` |
//! | snapshots are to be checked, and there are none | `run::a_check_that_was_asked_for_and_has_nothing_to_compare_with_is_no_success` |
//! | a known-failures file hides a crash | `known_failures::a_crash_is_not_accepted_and_the_file_is_left_alone` |
//! | the suite is shorter than what a release required | `contract::a_suite_without_a_required_scenario_is_no_success` |

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

mod contract;
mod coverage;
mod desk;
mod init;
mod known_failures;
mod matrix;
mod reports;
mod run;
#[cfg(target_os = "linux")]
mod stopped;
