//! Where a user sits: a folder of their own, so that no checkout's snapshots are found.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The scenario of this id; it passes where `url` is the one that was sent, `https://shop.example/1`.
pub(crate) fn page_call(id: &str, url: &str) -> String {
    format!(
        "id: {id}
why: A page call is recorded.
dialect: [classic]
needs: [page]
level: must
source: seed#page
given: {{ contacts: [{{ channels: {{ email: {{ address: jane@example.com }} }} }}] }}
when: [{{ type: page, userId: jane@example.com, properties: {{ url: 'https://shop.example/1' }} }}]
then:
  results: [{{ outcome: delivered }}]
  state:
    activities: [{{ contact: jane@example.com, action: pageView, properties: {{ url: '{url}' }} }}]
"
    )
}

pub(crate) struct Desk(tempfile::TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command(self.folder(), arguments)
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str], code: i32) -> String {
        run(self.folder(), arguments, code)
    }
}

/// The program in a folder, as it is outside of cargo and of CI.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cordial-conformance"));
    command.current_dir(folder).args(arguments).env_remove("CI").env_remove("CARGO");
    command
}

/// What it says in a folder until it ends, which has to be with this code.
#[track_caller]
pub(crate) fn run(folder: &Path, arguments: &[&str], code: i32) -> String {
    let Output { status, stdout, stderr } = command(folder, arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{text}");
    text
}

#[track_caller]
pub(crate) fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}
