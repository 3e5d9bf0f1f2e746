//! Where an import's file is.

use serde_json::{Map, Value};

use super::not_acceptable;
use crate::refusal::Refusal;

/// What a source of this kind has to say besides (official; the description names the bucket of GCS in a way that is
/// likely a slip, so that it is not asked for); the last one names the file.
fn required(transport: &str) -> Option<&'static [&'static str]> {
    Some(match transport {
        "HTTP" | "HTTPS" => &["url"],
        "FTP" | "SFTP" => &["server", "username", "path"],
        "S3" => &["aws_access_key_id", "aws_secret_access_key", "aws_region", "aws_bucket", "path"],
        "GCS" => &["path"],
        "AZUREBLOB" => &["account", "container", "path"],
        "SNOWFLAKE" => &["account", "database", "schema", "source"],
        _ => return None,
    })
}

/// The name of the file: its URL, its path or its table.
pub(super) fn read(body: &Map<String, Value>) -> Result<String, Refusal> {
    let source = match body.get("source") {
        Some(Value::Object(source)) => source,
        None | Some(Value::Null) => return Err(not_acceptable("The source field is required.")),
        Some(_) => return Err(not_acceptable("The source must be an array.")),
    };
    let transport = text(source, "transport")?;
    let fields =
        required(transport).ok_or_else(|| not_acceptable("The selected source.transport is invalid."))?;
    for field in fields {
        text(source, field)?;
    }
    let has = |field: &str| source.get(field).is_some_and(Value::is_string);
    if matches!(transport, "FTP" | "SFTP") && !has("password") && !has("savedKey") {
        return Err(not_acceptable("Parameter password is not set"));
    }
    text(source, fields.last().copied().unwrap_or("path")).map(str::to_owned)
}

fn text<'a>(source: &'a Map<String, Value>, field: &str) -> Result<&'a str, Refusal> {
    let found = source.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.ok_or_else(|| not_acceptable(format!("The source.{} field is required.", field.replace('_', " "))))
}
