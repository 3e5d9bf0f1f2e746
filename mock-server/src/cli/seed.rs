//! `cordial-mock seed`: the file that an account starts from.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use cordial_mock::account::Document;
use cordial_mock::world::IdStamp;
use serde_json::Value;

use super::args::SeedCommand;
use super::{CliError, print};

/// What `seed init` writes.
const STARTER: &str = include_str!("seed.yaml");

/// A seed file that is wrong ends with this code.
const BAD_SEED: u8 = 2;

/// Writes or checks a seed file.
pub(super) fn seed(command: SeedCommand) -> Result<ExitCode, CliError> {
    match command {
        SeedCommand::Init { file } if file.as_os_str() == "-" => {
            print(STARTER);
            Ok(ExitCode::SUCCESS)
        }
        SeedCommand::Init { file } => init(&file),
        SeedCommand::Validate { file } => validate(&file),
    }
}

fn init(file: &Path) -> Result<ExitCode, CliError> {
    let failed = |error| CliError(format!("{} cannot be written: {error}", file.display()));
    // Fails where the file exists, so that nothing of the user's is lost.
    let mut open = std::fs::File::create_new(file).map_err(failed)?;
    open.write_all(STARTER.as_bytes()).map_err(failed)?;
    print(&format!("wrote {0}: now `cordial-mock --seed {0}`\n", file.display()));
    Ok(ExitCode::SUCCESS)
}

fn validate(file: &Path) -> Result<ExitCode, CliError> {
    let checked = read(file).and_then(|document| {
        let placed = |error| CliError(format!("{}: {error}", file.display()));
        let state = Document::from_json(&document).map_err(placed)?;
        state.into_state(IdStamp::new(Some(0), ""), jiff::Timestamp::now()).map_err(placed)
    });
    match checked {
        Ok(state) => {
            let counts = [
                (state.attributes.len(), "attributes"),
                (state.lists.len(), "lists"),
                (state.contacts.len(), "contacts"),
                (state.activities.len(), "activities"),
            ];
            let counts: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
            print(&format!("{} is fine: {}\n", file.display(), counts.join(", ")));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::from(BAD_SEED))
        }
    }
}

/// Reads a seed file. JSON is YAML, so one parser reads both.
pub(super) fn read(file: &Path) -> Result<Value, CliError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| CliError(format!("the seed file {} cannot be read: {error}", file.display())))?;
    serde_saphyr::from_str(&text).map_err(|error| CliError(format!("{}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_is_a_seed() {
        let document: Value = serde_saphyr::from_str(STARTER).unwrap();
        let state = Document::from_json(&document)
            .unwrap()
            .into_state(IdStamp::new(Some(0), ""), jiff::Timestamp::UNIX_EPOCH)
            .unwrap();
        assert_eq!((state.contacts.len(), state.lists.len()), (2, 2));
        assert!(state.integration.is_some());
    }
}
