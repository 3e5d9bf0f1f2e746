//! The official description of v2, as far as replies are concerned.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Names the file.
pub(crate) const VARIABLE: &str = "CORDIAL_OPENAPI";

/// The description (Swagger 2.0).
#[derive(Debug)]
pub(crate) struct Description {
    document: Value,
    /// Responses by operation, as [`shape`] writes it.
    operations: BTreeMap<String, Value>,
}

/// An operation without the names of its path's parts, which differ between the description and the routes table.
pub(crate) fn shape(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    format!("{} {}", method.to_ascii_uppercase(), parts.collect::<Vec<_>>().join("/"))
}

impl Description {
    /// The file that the environment names, or the one beside the checkout; `None` where neither is there.
    pub(crate) fn find() -> Result<Option<Self>, String> {
        let named = std::env::var(VARIABLE).ok().filter(|path| !path.is_empty()).map(PathBuf::from);
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cordial/openapi-v2.json");
        let Some(path) = named.or_else(|| Some(beside).filter(|path| path.exists())) else {
            return Ok(None);
        };
        let told = |error: &dyn std::fmt::Display| format!("{VARIABLE}: {}: {error}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| told(&error))?;
        let document: Value = serde_json::from_str(&text).map_err(|error| told(&error))?;
        Self::new(document).map(Some).map_err(|problem| told(&problem))
    }

    fn new(document: Value) -> Result<Self, &'static str> {
        let paths = document["paths"].as_object().ok_or("it has no paths")?;
        let mut operations = BTreeMap::new();
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if let Some(responses) = operation.get("responses") {
                    operations.insert(shape(method, path), responses.clone());
                }
            }
        }
        Ok(Self { document, operations })
    }

    /// All operations, as [`shape`] writes them.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// What is wrong with a reply of an operation, by the description.
    pub(crate) fn problems(&self, operation: &str, status: u16, body: &Value) -> Vec<String> {
        match self.schema(operation, status) {
            Ok(schema) => errors(&schema, body),
            Err(problem) => vec![problem],
        }
    }

    /// The schema of a reply, with its references filled in: some of them do not lead to a schema but to a response
    /// that holds one, and a validator would take such a thing for "anything goes".
    fn schema(&self, operation: &str, status: u16) -> Result<Value, String> {
        let responses = self.operations.get(operation).ok_or("the operation is not described")?;
        let response = responses.get(status.to_string()).ok_or("the status is not described")?;
        match response.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.referred(reference, 0),
            None => self.filled(response.get("schema").unwrap_or(&Value::Bool(true)), 0),
        }
    }

    fn filled(&self, schema: &Value, depth: usize) -> Result<Value, String> {
        match schema {
            Value::Object(fields) => match fields.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.referred(reference, depth),
                None => fields
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.filled(value, depth)?)))
                    .collect::<Result<_, String>>()
                    .map(Value::Object),
            },
            Value::Array(items) => items.iter().map(|item| self.filled(item, depth)).collect(),
            value => Ok(value.clone()),
        }
    }

    fn referred(&self, reference: &str, depth: usize) -> Result<Value, String> {
        if depth > 32 {
            return Err(format!("{reference} refers to itself"));
        }
        let pointer = reference.trim_start_matches('#');
        let target = self.document.pointer(pointer).ok_or_else(|| format!("{reference} leads nowhere"))?;
        let is_response = pointer.starts_with("/responses/");
        let schema = if is_response { target.get("schema").unwrap_or(&Value::Bool(true)) } else { target };
        self.filled(schema, depth + 1)
    }
}

/// Formats are not checked: `date-time` there does not mean what JSON Schema means, as the recorded dates show.
/// Draft 7 takes the empty `required` lists that the description has.
fn errors(schema: &Value, body: &Value) -> Vec<String> {
    let options = jsonschema::draft7::options().should_validate_formats(false);
    match options.build(schema) {
        Ok(validator) => {
            let told = validator.iter_errors(body);
            told.map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
        Err(error) => vec![format!("the schema is no schema: {error}")],
    }
}
