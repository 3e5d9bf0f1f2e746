//! `description-faults.yaml`: where the official description is known to be wrong.

use serde::Deserialize;

use crate::case;

/// Something in which a reply, or the routes table, differs from the description.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Method and path, the path's parts as the routes table names them.
    pub(crate) operation: String,
    /// The status of the reply; none where the operation as such differs.
    pub(crate) status: Option<u16>,
    pub(crate) problem: String,
    /// The exchange, for the reader.
    pub(crate) exchange: String,
}

/// A fault of the description.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// Method and path, or `*` for all.
    operation: String,
    #[serde(default)]
    status: Option<u16>,
    /// A part of the problem's text.
    problem: String,
    /// How it is known that the description is wrong.
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    faults: Vec<Fault>,
}

/// All known faults.
pub(crate) fn known() -> Result<Vec<Fault>, String> {
    let path = case::folder().join(case::FAULTS);
    let file: File = case::read(&path)?;
    match file.faults.iter().find(|fault| fault.reason.trim().is_empty()) {
        Some(fault) => Err(format!("{}: {} has no reason", path.display(), fault.describe())),
        None => Ok(file.faults),
    }
}

impl Fault {
    pub(crate) fn explains(&self, finding: &Finding) -> bool {
        (self.operation == "*" || self.operation == finding.operation)
            && (self.status.is_none() || self.status == finding.status)
            && finding.problem.contains(&self.problem)
    }

    pub(crate) fn operation(&self) -> &str {
        &self.operation
    }

    pub(crate) fn describe(&self) -> String {
        let status = self.status.map(|status| format!(" {status}")).unwrap_or_default();
        format!("{}{status}: {}", self.operation, self.problem)
    }
}
