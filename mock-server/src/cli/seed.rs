//! `cordial-mock seed`: the file that an account starts from.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use cordial_mock::account::Document;
use cordial_mock::world::IdStamp;
use serde_json::Value;

use super::args::SeedCommand;
use super::{CliError, print};

/// What `seed init` writes.
const STARTER: &str = include_str!("seed.yaml");

/// Writes or checks a seed file.
pub(super) fn seed(command: SeedCommand) -> Result<ExitCode, CliError> {
    match command {
        SeedCommand::Init { file } if file.as_os_str() == "-" => {
            print(STARTER)?;
            Ok(ExitCode::SUCCESS)
        }
        SeedCommand::Init { file } => init(&file),
        SeedCommand::Validate { file } => validate(&file),
    }
}

fn init(file: &Path) -> Result<ExitCode, CliError> {
    let failed = |error: std::io::Error| {
        let fix = match error.kind() {
            ErrorKind::AlreadyExists => "\n  fix: name another file; this one is left as it is",
            ErrorKind::NotFound => "\n  fix: make its folder first",
            _ => "",
        };
        CliError::Failed(format!("{} cannot be written: {error}{fix}", file.display()))
    };
    // Fails where the file exists, so that nothing of the user's is lost.
    let mut open = std::fs::File::create_new(file).map_err(failed)?;
    open.write_all(STARTER.as_bytes()).map_err(failed)?;
    print(&format!("wrote {0}: now `cordial-mock --seed {0}`\n", file.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn validate(file: &Path) -> Result<ExitCode, CliError> {
    let placed = |error| CliError::Usage(format!("{}: {error}", file.display()));
    let document = Document::from_json(&read(file)?).map_err(placed)?;
    let state = document.into_state(IdStamp::new(Some(0), ""), jiff::Timestamp::now()).map_err(placed)?;
    let counts = [
        (state.attributes.len(), "attributes"),
        (state.lists.len(), "lists"),
        (state.contacts.len(), "contacts"),
        (state.activities.len(), "activities"),
    ];
    let counts: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
    print(&format!("{} is fine: {}\n", file.display(), counts.join(", ")))?;
    Ok(ExitCode::SUCCESS)
}

/// Reads a seed file. JSON is YAML, so one parser reads both.
pub(super) fn read(file: &Path) -> Result<Value, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let fix = match error.kind() {
            ErrorKind::NotFound => "\n  fix: `cordial-mock seed init FILE` writes one to start from",
            ErrorKind::InvalidData => "\n  fix: save it as UTF-8",
            _ => "",
        };
        CliError::Usage(format!("the seed file {} cannot be read: {error}{fix}", file.display()))
    })?;
    serde_saphyr::from_str(&text).map_err(|error| {
        // The parser says `error:` as well, and once is enough.
        let error = error.to_string();
        CliError::Usage(format!("{}: {}", file.display(), error.strip_prefix("error: ").unwrap_or(&error)))
    })
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
