//! `cordial-conformance schema`.

use super::args::{ColorArg, SchemaArgs, SchemaOf};
use super::{CliError, exit_code, output};
use crate::{protocol, scenario};

/// Prints a JSON Schema.
pub(super) fn schema(arguments: &SchemaArgs) -> Result<u8, CliError> {
    let schema = match arguments.of {
        SchemaOf::Scenario => scenario::schema(),
        SchemaOf::Protocol => protocol::schema(),
    };
    output::print(&format!("{schema:#}\n"), ColorArg::Never)?;
    Ok(exit_code::CONFORMS)
}
