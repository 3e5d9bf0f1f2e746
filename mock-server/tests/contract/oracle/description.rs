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

    /// What is wrong with a reply of an operation, by the description, or with the description itself.
    pub(crate) fn problems(&self, operation: &str, status: u16, body: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        match self.schema(operation, status, &mut problems) {
            Ok(schema) => problems.extend(errors(&schema, body)),
            Err(problem) => problems.push(problem.to_owned()),
        }
        problems
    }

    /// The schema of a reply, with its references filled in: some of them do not lead to a schema but to a response
    /// that holds one, and a validator would take such a thing for "anything goes". What is broken is left out and
    /// told, so that the rest of the schema still counts.
    fn schema(&self, operation: &str, status: u16, broken: &mut Vec<String>) -> Result<Value, &'static str> {
        let responses = self.operations.get(operation).ok_or("the operation is not described")?;
        let response = responses.get(status.to_string()).ok_or("the status is not described")?;
        Ok(match response.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.referred(reference, 0, broken),
            None => self.filled(response.get("schema").unwrap_or(&Value::Bool(true)), 0, broken),
        })
    }

    fn filled(&self, schema: &Value, depth: usize, broken: &mut Vec<String>) -> Value {
        match schema {
            Value::Object(fields) => match fields.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.referred(reference, depth, broken),
                None => Value::Object(
                    fields
                        .iter()
                        .filter_map(|(key, value)| {
                            Some((key.clone(), self.field(key, value, depth, broken)?))
                        })
                        .collect(),
                ),
            },
            Value::Array(items) => items.iter().map(|item| self.filled(item, depth, broken)).collect(),
            value => value.clone(),
        }
    }

    /// A keyword of a schema, or a property by name; `None` for a type that is none.
    fn field(&self, key: &str, value: &Value, depth: usize, broken: &mut Vec<String>) -> Option<Value> {
        match key {
            // Any value can stand here: it is for the reader.
            "example" => Some(value.clone()),
            "type" if !is_type(value, broken) => None,
            _ => Some(self.filled(value, depth, broken)),
        }
    }

    fn referred(&self, reference: &str, depth: usize, broken: &mut Vec<String>) -> Value {
        let pointer = reference.trim_start_matches('#');
        let Some(target) = self.document.pointer(pointer).filter(|_| depth < 32) else {
            broken.push(format!("{reference} leads nowhere"));
            return Value::Bool(true);
        };
        let is_response = pointer.starts_with("/responses/");
        let schema = if is_response { target.get("schema").unwrap_or(&Value::Bool(true)) } else { target };
        self.filled(schema, depth + 1, broken)
    }
}

/// Whether this can stand after `type`. A property may be called `type`, too: then it is a schema.
fn is_type(value: &Value, broken: &mut Vec<String>) -> bool {
    let Some(name) = value.as_str() else { return true };
    let known = ["string", "number", "integer", "boolean", "array", "object", "null"].contains(&name);
    if !known {
        broken.push(format!("`{name}` is no type"));
    }
    known
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
