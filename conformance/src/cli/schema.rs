//! `cordial-conformance schema`.

use super::args::ColorArg;
use super::{CliError, exit_code, output};

/// Prints the JSON Schema of scenario files.
pub(super) fn schema() -> Result<u8, CliError> {
    output::print(&format!("{:#}\n", crate::scenario::schema()), ColorArg::Never);
    Ok(exit_code::CONFORMS)
}
