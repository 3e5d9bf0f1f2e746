//! The OpenAPI description of what the mock serves: `GET /__admin/openapi.json` and `cordial-mock routes --openapi`.
//! Generated from the routes table and the descriptions beside it, so that it cannot fall behind.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::description::{self, Description};
use super::{Route, Surface, Version, all};

/// The schemas by name, as JSON.
const SCHEMAS: &str = include_str!("schemas.json");

const ABOUT: &str = "The operations of Cordial that this mock carries out, on all of its surfaces at one address. \
Every operation can be refused for its key (401), its permissions or address (403), its rate limit (429), an \
unreadable request (400, 408, 413, 415); faults can answer with anything. What Cordial has and the mock has not \
answers 501 and stands here under the tag `not-served`. The control plane under /__admin/ is not described.";

/// What every operation can answer: the key, the limits and the transport come before it.
const ALWAYS: [u16; 7] = [400, 401, 403, 408, 413, 415, 429];

/// The description, as OpenAPI 3.0.3.
#[must_use]
pub fn openapi() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Cordial mock", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": "/" }],
        "tags": tags(),
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "basic": { "type": "http", "scheme": "basic", "description": "The API key as user name, no password." },
                "x-api-key": { "type": "apiKey", "in": "header", "name": "x-api-key" },
            },
            "responses": responses(),
            "schemas": schemas(),
        },
    })
}

fn tags() -> Value {
    let surfaces = Surface::ALL.map(|surface| {
        json!({ "name": surface.as_str(), "description": format!("What {} serves.", surface.host()) })
    });
    let not_served = json!({ "name": "not-served", "description": "Answered with 501." });
    surfaces.into_iter().chain([not_served]).collect()
}

/// The schemas are part of the program; a test sees to it that they can be read.
fn schemas() -> Value {
    serde_json::from_str(SCHEMAS).unwrap_or_default()
}

fn paths() -> Map<String, Value> {
    let mut paths: Map<String, Value> = Map::new();
    for route in all() {
        for (version, path) in route.paths() {
            let operation = match description::of(route.operation).filter(|_| route.handler.is_some()) {
                Some(description) => served(route, description, version, &path),
                None => not_served(route, &path),
            };
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[route.method.to_ascii_lowercase()] = operation;
        }
    }
    paths
}

fn served(route: &Route, description: &Description, version: Version, path: &str) -> Value {
    let mut operation = json!({
        "tags": [route.surface.as_str()],
        "operationId": operation_id(route, version),
        "summary": description.summary,
        "parameters": parameters(path, description.query),
        "security": security(route.surface),
    });
    if let Some(schema) = description.body {
        operation["requestBody"] = body(route.surface, schema);
    }
    operation["responses"] = answers(route, description, version).into();
    if !route.differences.is_empty() {
        operation["x-may-differ"] = json!(route.differences);
    }
    operation
}

fn not_served(route: &Route, path: &str) -> Value {
    json!({
        "tags": ["not-served"],
        "summary": format!("{}: the mock does not serve it", route.operation),
        "parameters": parameters(path, &[]),
        "security": security(route.surface),
        "responses": { "default": reference("responses", "NotServed") },
    })
}

/// The operation's name, which has to be another one for each version.
fn operation_id(route: &Route, version: Version) -> String {
    match (route.surface, version) {
        (Surface::Rest, Version::V1) => format!("{}.v1", route.operation),
        _ => route.operation.to_owned(),
    }
}

fn security(surface: Surface) -> Value {
    match surface {
        Surface::SegmentIngest => json!([{ "x-api-key": [] }]),
        _ => json!([{ "basic": [] }]),
    }
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// `[]` before a name stands for an array.
fn schema(name: &str) -> Value {
    match name.strip_prefix("[]") {
        Some(name) => json!({ "type": "array", "items": reference("schemas", name) }),
        None => reference("schemas", name),
    }
}

fn body(surface: Surface, name: &str) -> Value {
    let mut content = json!({ "application/json": { "schema": schema(name) } });
    if surface == Surface::Rest {
        content["application/x-www-form-urlencoded"] = json!({ "schema": schema(name) });
    }
    json!({ "required": true, "content": content })
}

fn parameters(path: &str, query: &[&str]) -> Vec<Value> {
    let in_path = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(in_path);
    let names = query.iter().flat_map(|name| match name.strip_suffix("[]") {
        Some(range) => ["gt", "gte", "lt", "lte"].map(|bound| format!("{range}[{bound}]")).to_vec(),
        None => vec![(*name).to_owned()],
    });
    in_path
        .chain(names.map(|name| json!({ "name": name, "in": "query", "schema": in_query(&name) })))
        .collect()
}

fn in_path(name: &str) -> Value {
    let (schema, example) = match name {
        "key" => (json!({ "type": "string", "minLength": 1 }), json!("jane@example.com")),
        "channel" => (json!({ "type": "string", "minLength": 1 }), json!("email")),
        "qty" => (json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true }), json!(1)),
        "productID" => (json!({ "type": "string", "minLength": 1 }), json!("shoe-1")),
        "supplement" => (json!({ "type": "string", "minLength": 1 }), json!("stores")),
        _ => (json!({ "type": "string", "minLength": 1 }), json!("101")),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "example": example })
}

fn in_query(name: &str) -> Value {
    match name {
        "page" | "per_page" => json!({ "type": "integer", "minimum": 1 }),
        "sort_dir" => json!({ "type": "string", "enum": ["asc", "desc"] }),
        "return_count" => json!({ "type": "boolean" }),
        "include" => json!({ "type": "string", "enum": ["statistic"] }),
        name if name.ends_with(']') || name == "purchaseDate" => {
            json!({ "type": "string", "format": "date-time" })
        }
        _ => json!({ "type": "string" }),
    }
}

fn answers(route: &Route, description: &Description, version: Version) -> Map<String, Value> {
    let mut answers = Map::new();
    for (status, name) in description.replies(version) {
        let content = json!({ "application/json": { "schema": schema(name) } });
        answers.insert(status.to_string(), json!({ "description": reason(*status), "content": content }));
    }
    let mut refused: Vec<u16> = ALWAYS.iter().chain(description.errors(version)).copied().collect();
    refused.sort_unstable();
    for status in refused {
        answers.insert(
            status.to_string(),
            reference("responses", &response_name(route.surface, status, version)),
        );
    }
    answers
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}

/// The name of a refusal among the components: v1 and v2 have forms of their own, and so has the classic endpoint.
fn response_name(surface: Surface, status: u16, version: Version) -> String {
    match (surface, status, version) {
        (Surface::SegmentClassic, 400, _) => "Classic400".to_owned(),
        (_, status, Version::V1) => format!("V1-{status}"),
        (_, status, Version::V2) => format!("V2-{status}"),
    }
}

fn responses() -> Map<String, Value> {
    let mut responses = Map::new();
    for status in ALWAYS.into_iter().chain([404, 406, 422, 501]) {
        responses.insert(format!("V1-{status}"), refusal(status, forms(status, Version::V1)));
        responses.insert(format!("V2-{status}"), refusal(status, forms(status, Version::V2)));
    }
    responses.insert("Classic400".to_owned(), refusal(400, &["Incompatible", "ErrorV1"]));
    responses.insert("NotServed".to_owned(), refusal(501, &["ErrorV1", "ErrorV2", "ErrorText"]));
    responses
}

/// The forms of an error: what is refused before a version is known speaks as v1 does.
fn forms(status: u16, version: Version) -> &'static [&'static str] {
    match (status, version) {
        (401, _) => &["ErrorText"],
        (404, Version::V1) => &["ErrorV1", "ErrorText"],
        (404, Version::V2) => &["ErrorV2", "ErrorText"],
        (400 | 408 | 413, Version::V2) => &["ErrorV2", "ErrorV1"],
        (_, Version::V1) => &["ErrorV1"],
        (_, Version::V2) => &["ErrorV2"],
    }
}

fn refusal(status: u16, forms: &[&str]) -> Value {
    let forms: Vec<Value> = forms.iter().map(|form| reference("schemas", form)).collect();
    let schema = if let [form] = forms.as_slice() { form.clone() } else { json!({ "anyOf": forms }) };
    let mut refusal = json!({
        "description": reason(status),
        "content": { "application/json": { "schema": schema } },
    });
    if status == 429 {
        let whole = json!({ "schema": { "type": "integer" } });
        for name in ["X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset", "Retry-After"] {
            refusal["headers"][name] = whole.clone();
        }
    }
    refusal
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every `$ref` below a value.
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    match value.as_str().filter(|_| key == "$ref") {
                        Some(name) => drop(found.insert(name.to_owned())),
                        None => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_served_operation_is_described_and_nothing_else() {
        let described: Vec<&str> =
            description::DESCRIPTIONS.iter().map(|description| description.operation).collect();
        let served: Vec<&str> =
            all().filter(|route| route.handler.is_some()).map(|route| route.operation).collect();
        let sorted = |names: &[&str]| {
            let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(&described), sorted(&served));
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_component_is_used() {
        let document = openapi();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for reference in &found {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(found.contains(&format!("#/components/schemas/{name}")), "{name} is not used");
        }
    }

    #[test]
    fn operation_ids_are_told_apart() {
        let document = openapi();
        let mut seen = BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                if let Some(id) = operation["operationId"].as_str() {
                    assert!(seen.insert(id.to_owned()), "{id} stands twice");
                }
            }
        }
    }
}
