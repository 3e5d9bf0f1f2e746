//! A file of `contract/` as YAML has it. Unknown and duplicate keys are refused while this is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cordial_mock::routes::Surface;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The file beside the cases that lists the faults of the official description.
pub(crate) const FAULTS: &str = "description-faults.yaml";

/// The cases of one resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// Why the cases are not run yet; they are shown as ignored.
    #[serde(default)]
    pub(crate) pending: Option<String>,
    /// What is done before each case.
    #[serde(default)]
    pub(crate) given: Vec<Step>,
    pub(crate) cases: Vec<Case>,
}

/// One request and what the real service answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) evidence: Evidence,
    #[serde(default)]
    pub(crate) given: Vec<Step>,
    pub(crate) request: Request,
    pub(crate) expect: Expect,
    /// Where the mock falls short of it.
    #[serde(default)]
    pub(crate) mock: Option<Shortfall>,
}

/// What a case stands on; the kinds of `cordial_mock::routes::Evidence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Evidence {
    Recorded,
    Official,
    VendorDocs,
    Client,
    Seed,
    Inferred,
}

impl Evidence {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Official => "official",
            Self::VendorDocs => "vendor-docs",
            Self::Client => "client",
            Self::Seed => "seed",
            Self::Inferred => "inferred",
        }
    }
}

/// A request that prepares the case. It has to succeed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) request: Request,
    /// Parts of the reply by JSON pointer, under the name of the placeholder that stands for them from here on.
    #[serde(default)]
    pub(crate) save: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Whether the target's key goes along, in the way that the surface wants it.
    #[serde(default)]
    pub(crate) auth: Auth,
    #[serde(default)]
    pub(crate) body: Option<Value>,
    #[serde(default)]
    pub(crate) form: Option<BTreeMap<String, String>>,
    /// A body as it is, for what is no JSON.
    #[serde(default)]
    pub(crate) raw: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Auth {
    #[default]
    Key,
    None,
}

/// What has to come back. Strings such as `<id>` stand for what differs from run to run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The whole body.
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// A part of the body: further fields and items may be there.
    #[serde(default)]
    pub(crate) contains: Option<Value>,
    /// The body byte by byte.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

/// Where the mock is known not to do what the real service does.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Shortfall {
    /// It refuses this operation by name.
    NotServed(String),
    /// It answers otherwise, for this reason.
    Differs(String),
}

impl Case {
    /// Everything that is sent, in order.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        self.given.iter().map(|step| &step.request).chain([&self.request])
    }

    /// Whether it needs the mock's own control plane.
    pub(crate) fn is_mock_only(&self) -> bool {
        self.requests().any(|request| request.path.starts_with("/__admin/"))
    }

    /// Whether all of it happens on REST.
    pub(crate) fn is_rest(&self) -> bool {
        self.requests().all(|request| request.surface() == Surface::Rest)
    }
}

impl Request {
    pub(crate) fn surface(&self) -> Surface {
        Surface::of(self.path_only())
    }

    /// The path without its query.
    pub(crate) fn path_only(&self) -> &str {
        self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path)
    }
}

/// Where the files are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contract")
}

/// All files of cases by resource, each with the steps of the file put before those of the case.
pub(crate) fn load() -> Result<BTreeMap<String, File>, String> {
    let mut files = BTreeMap::new();
    let entries = std::fs::read_dir(folder()).map_err(|error| error.to_string())?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let is_cases = path.extension().is_some_and(|extension| extension == "yaml")
            && path.file_name().is_none_or(|name| name != FAULTS);
        if let (true, Some(resource)) = (is_cases, path.file_stem().and_then(|stem| stem.to_str())) {
            files.insert(resource.to_owned(), prepared(read(&path)?, &path)?);
        }
    }
    Ok(files)
}

/// Reads a YAML file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn prepared(mut file: File, path: &Path) -> Result<File, String> {
    let mut names = BTreeSet::new();
    for case in &mut file.cases {
        if !names.insert(case.name.clone()) {
            return Err(format!("{}: two cases are called `{}`", path.display(), case.name));
        }
        case.given.splice(0..0, file.given.iter().cloned());
        check(case).map_err(|problem| format!("{}: `{}`: {problem}", path.display(), case.name))?;
    }
    Ok(file)
}

fn check(case: &Case) -> Result<(), &'static str> {
    let bodies = |request: &Request| {
        usize::from(request.body.is_some())
            + usize::from(request.form.is_some())
            + usize::from(request.raw.is_some())
    };
    if case.requests().any(|request| bodies(request) > 1) {
        return Err("a request has one of body, form and raw");
    }
    let Expect { body, contains, text, .. } = &case.expect;
    if usize::from(body.is_some()) + usize::from(contains.is_some()) + usize::from(text.is_some()) != 1 {
        return Err("an expectation has one of body, contains and text");
    }
    Ok(())
}
