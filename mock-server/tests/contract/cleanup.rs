//! What a request creates, and how it is removed again: a foreign account is left as it was found.

use serde_json::Value;

use crate::case::Request;

/// What a successful request created, as paths to delete.
pub(crate) fn removals(method: &str, path: &str, sent: &Value, reply: &Value) -> Vec<String> {
    if method != "POST" {
        return Vec::new();
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let remove = |resource: &str, id: &Value| text(id).map(|id| format!("/v2/{resource}/{id}"));
    let removals = match resource(path) {
        // An upsert may have met a contact that was there before: that one stays.
        Some("contacts") if reply["message"] == "contact created" => vec![remove("contacts", &reply["cID"])],
        Some("accountlists") => vec![remove("accountlists", &reply["id"])],
        Some(name @ ("accountcontactattributes" | "automationtemplates" | "supplements")) => {
            vec![remove(name, &sent["key"])]
        }
        Some("products") => vec![remove("products", &sent["productID"])],
        // An order creates the products that it names, too.
        Some("orders") => {
            let items = sent["items"].as_array().into_iter().flatten();
            let products = items.map(|item| remove("products", &item["productID"]));
            [remove("orders", &sent["orderID"])].into_iter().chain(products).collect()
        }
        // Sending to an unknown address makes a contact of it.
        _ if sends_a_template(path) => {
            let address = text(&sent["to"]["contact"]["email"]);
            vec![address.map(|address| format!("/v2/contacts/email:{address}"))]
        }
        _ => Vec::new(),
    };
    removals.into_iter().flatten().collect()
}

/// The methods and paths with which a request and its cleaning up change the account.
pub(crate) fn writes(request: &Request) -> Vec<String> {
    if request.method == "GET" {
        return Vec::new();
    }
    let mut writes = vec![format!("{} {}", request.method, request.path_only())];
    let created = match resource(request.path_only()).filter(|_| request.method == "POST") {
        Some("orders") => vec!["orders", "products"],
        Some(
            name @ ("contacts"
            | "accountlists"
            | "accountcontactattributes"
            | "automationtemplates"
            | "supplements"
            | "products"),
        ) => vec![name],
        _ if request.method == "POST" && sends_a_template(request.path_only()) => vec!["contacts"],
        _ => Vec::new(),
    };
    writes.extend(created.iter().map(|name| format!("DELETE /v2/{name}/<what was created>")));
    writes
}

/// Whether a refused deletion says that there was nothing to delete: the case did that itself. The statuses differ
/// from resource to resource, the texts hardly.
pub(crate) fn is_gone(reply: &str) -> bool {
    ["not found", "no record found", "not exist"].iter().any(|text| reply.contains(text))
}

/// The collection that a path is, if it is one.
fn resource(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/v1/").or_else(|| path.strip_prefix("/v2/"))?;
    (!rest.contains('/')).then_some(rest)
}

fn sends_a_template(path: &str) -> bool {
    path.contains("/automationtemplates/") && path.ends_with("/send")
}
