//! Reading scenarios, from a folder or from what was built in.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::check::check;
use super::contract::{CONTRACT, RENAMES, Renames};
use super::error::{LoadErrors, Mistake};
use super::file::File;
use super::model::{Scenario, ScenarioSet};
use crate::yaml;

/// The scenarios that this program was built with.
pub(super) static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios");

/// The folders of stored exchanges and of what is said about scenarios: there are no scenarios in them.
const OTHER: [&str; 2] = ["snapshots", CONTRACT];

/// The scenarios that come built in.
///
/// # Errors
/// Never in a released build: a test reads them all.
pub fn embedded() -> Result<ScenarioSet, LoadErrors> {
    let mut files = Vec::new();
    collect_embedded(&EMBEDDED, &mut files);
    read(files, Renames::read(None))
}

fn collect_embedded(dir: &Dir<'static>, files: &mut Vec<(PathBuf, Result<String, String>)>) {
    for file in dir.files().filter(|file| is_scenario(file.path())) {
        let text = file.contents_utf8().map(str::to_owned).ok_or_else(|| "the file is not UTF-8".to_owned());
        files.push((file.path().to_owned(), text));
    }
    for dir in dir.dirs().filter(|dir| !OTHER.iter().any(|other| dir.path().starts_with(other))) {
        collect_embedded(dir, files);
    }
}

/// The scenarios of a folder and the folders in it: every `.yaml` file outside of `snapshots` and `contract`.
///
/// # Errors
/// All mistakes of all files, each with its place. A folder without a scenario is a mistake as well.
pub fn load(folder: &Path) -> Result<ScenarioSet, LoadErrors> {
    let mut paths = Vec::new();
    collect(folder, folder, &mut paths).map_err(|mistake| LoadErrors(vec![mistake]))?;
    let files = paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(folder.join(&path)).map_err(|error| error.to_string());
        (path, text)
    });
    read(files.collect(), Renames::read(Some(folder))).map_err(|LoadErrors(mut mistakes)| {
        for mistake in &mut mistakes {
            mistake.file = folder.join(&mistake.file).display().to_string();
        }
        LoadErrors(mistakes)
    })
}

fn collect(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Mistake> {
    let unreadable = |error: std::io::Error| whole(folder, format!("the folder cannot be read: {error}"));
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            if !path.strip_prefix(root).is_ok_and(|path| OTHER.iter().any(|other| path == Path::new(other))) {
                collect(root, &path, paths)?;
            }
        } else if is_scenario(&path) {
            paths.extend(path.strip_prefix(root).ok().map(Path::to_owned));
        }
    }
    Ok(())
}

fn is_scenario(path: &Path) -> bool {
    // In any case: one that is passed over in silence proves nothing.
    path.extension()
        .is_some_and(|found| ["yaml", "yml"].iter().any(|known| found.eq_ignore_ascii_case(known)))
}

fn whole(file: &Path, message: impl Into<String>) -> Mistake {
    Mistake { file: file.display().to_string(), line: 0, column: 0, message: message.into() }
}

fn read(
    mut files: Vec<(PathBuf, Result<String, String>)>,
    renames: Result<Renames, String>,
) -> Result<ScenarioSet, LoadErrors> {
    files.sort();
    let (mut scenarios, mut mistakes) = (Vec::new(), Vec::new());
    for (path, text) in files {
        match text.map_err(|error| vec![whole(&path, error)]).and_then(|text| parse(&path, &text)) {
            Ok(scenario) => scenarios.push(scenario),
            Err(found) => mistakes.extend(found),
        }
    }
    if scenarios.is_empty() && mistakes.is_empty() {
        mistakes.push(whole(Path::new(""), "there is no scenario here: a scenario is a .yaml file"));
    }
    if !mistakes.is_empty() {
        return Err(LoadErrors(mistakes));
    }
    let renames = renames.map_err(|error| LoadErrors(vec![whole(Path::new(RENAMES), error)]))?;
    let wrong = renames.mistakes(|id| scenarios.iter().any(|scenario: &Scenario| scenario.id == id));
    if !wrong.is_empty() {
        return Err(LoadErrors(wrong.into_iter().map(|why| whole(Path::new(RENAMES), why)).collect()));
    }
    scenarios.sort_by(|a: &Scenario, b| a.id.cmp(&b.id));
    Ok(ScenarioSet { scenarios, renames })
}

/// Reads one file; `path` is relative to the folder of scenarios, and gives the id.
fn parse(path: &Path, text: &str) -> Result<Scenario, Vec<Mistake>> {
    let file: File = yaml::read(text).map_err(|yaml::Mistake { line, column, message }| {
        vec![Mistake { file: path.display().to_string(), line, column, message }]
    })?;
    check(file, &id_of(path)).map_err(|found| {
        let place = |(location, message): (serde_saphyr::Location, String)| Mistake {
            file: path.display().to_string(),
            line: location.line(),
            column: location.column(),
            message,
        };
        found.into_iter().map(place).collect()
    })
}

/// `identify/known-user.yaml` has the id `identify.known-user`.
fn id_of(path: &Path) -> String {
    let parts: Vec<_> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
id: area.name
why: Because.
dialect: [classic]
needs: [track]
level: must
source: seed#track
given:
  attributes: [{ key: fname, type: string }]
  lists: [{ id: 1, name: news }]
  contacts: [{ channels: { email: { address: a@example.com } } }]
when:
  - { type: track, userId: a@example.com, event: Bought }
then:
  results: [{ outcome: delivered }]
  state:
    activities: [{ contact: a@example.com, action: Bought }]
";

    fn parse_text(text: &str) -> Result<Scenario, Vec<Mistake>> {
        parse(Path::new("area/name.yaml"), text)
    }

    #[test]
    fn the_built_in_scenarios_are_all_fine_and_many() {
        let set = embedded().unwrap_or_else(|errors| panic!("{errors}"));
        assert!(set.len() > 60, "{}", set.len());
    }

    #[test]
    fn a_good_file_is_read() {
        let scenario = parse_text(GOOD).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        assert_eq!(
            (scenario.id.as_str(), scenario.when.len(), scenario.source.as_slice()),
            ("area.name", 1, &["seed#track".to_owned()][..])
        );
    }

    #[test]
    fn a_folder_without_scenarios_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("snapshots")).unwrap();
        std::fs::write(folder.path().join("snapshots").join("not-one.yaml"), "x").unwrap();
        let errors = load(folder.path()).unwrap_err();
        assert!(errors.to_string().contains("there is no scenario here"), "{errors}");
        assert!(load(&folder.path().join("nowhere")).is_err());
    }

    #[test]
    fn all_mistakes_of_all_files_come_together() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.yaml", "b.yml"] {
            std::fs::write(folder.path().join(name), "id: x\n").unwrap();
        }
        std::fs::write(folder.path().join("c.yaml"), b"\xff\xfe").unwrap();
        assert_eq!(load(folder.path()).unwrap_err().0.len(), 3);
    }
}
