//! `cordial-conformance matrix`: shards put together again, and destinations side by side.

use super::args::{ColorArg, MatrixArgs};
use super::{CliError, exit_code, output};
use crate::report::matrix::{Matrix, MatrixError, Report};

/// Reads the reports, and says what all of them come to.
pub(super) fn matrix(arguments: &MatrixArgs) -> Result<u8, CliError> {
    let mut reports = Vec::new();
    for file in &arguments.reports {
        let name = file.display().to_string();
        let text =
            std::fs::read_to_string(file).map_err(|error| CliError::Usage(format!("{name}: {error}")))?;
        let report = Report::parse(&text).map_err(|why| CliError::Usage(format!("{name} {why}")))?;
        reports.push((name, report));
    }
    let matrix = Matrix::new(&reports).map_err(|error| match error {
        MatrixError::Incompatible(why) => CliError::Usage(why),
        MatrixError::Incomplete(why) => CliError::Incomplete(why),
    })?;
    output::print(&matrix.text(arguments.all), ColorArg::Never)?;
    Ok(exit_code::of(matrix.conclusion()))
}
