//! A Cordial destination. Put your own code into `deliver`.

use std::time::{Duration, SystemTime};

use serde_json::{json, Map, Value};

/// What became of an event: `delivered` (Cordial took it), `rejected` (final), `retryable`, or `dropped` (not sent on
/// purpose).
pub fn deliver(event: &Value, settings: &Value) -> Value {
    let (path, body) = request_of(event, settings);
    match post(path, &body, settings) {
        Ok((status, message, retry_after)) => {
            let later = matches!(status, 408 | 423 | 429) || (status >= 500 && status != 501);
            let outcome = match status {
                200..=299 => "delivered",
                _ if later => "retryable",
                _ => "rejected",
            };
            let mut result = json!({ "outcome": outcome, "status": status, "message": message });
            if let Some(wait) = milliseconds(&retry_after).filter(|_| later) {
                result["retryAfterMs"] = wait.into();
            }
            result
        }
        Err(failure) => json!({ "outcome": "retryable", "message": failure.to_string() }),
    }
}

/// What a Segment event becomes: a path of Cordial's Segment ingest, and a body.
fn request_of(event: &Value, settings: &Value) -> (&'static str, Value) {
    let (user, traits) = (&event["userId"], &event["traits"]);
    let primary_key = settings["primaryKey"].as_str().unwrap_or_default();
    let mut body = json!({
        "userIdentities": { primary_key: user },
        "segmentId": user,
        "segmentIdKey": settings["segmentIdKey"],
        "anonymousId": event["anonymousId"],
    });
    let path = match event["type"].as_str() {
        Some("identify") => {
            body["attributes"] = attributes(user, traits, settings);
            "upsertContact"
        }
        Some("group") => {
            body["groupId"] = event["groupId"].clone();
            body["listName"] = traits["name"].clone();
            "addContactToList"
        }
        kind => {
            body["action"] = if kind == Some("page") {
                json!("pageView")
            } else {
                event["event"].clone()
            };
            body["time"] = event["timestamp"].clone();
            body["properties"] = event["properties"].clone();
            "createContactactivity"
        }
    };
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    (path, body)
}

/// The traits that the account maps, by Cordial's key.
fn attributes(user: &Value, traits: &Value, settings: &Value) -> Value {
    let rows = settings["integration"]["attributeMapping"].as_array();
    let mut attributes = Map::new();
    for row in rows.into_iter().flatten() {
        let (Some(key), Some(path)) = (row["cordialKey"].as_str(), row["segmentField"].as_str())
        else {
            continue;
        };
        let trait_value = path.split('.').fold(traits, |value, name| &value[name]);
        let value = if path == "user_id" && trait_value.is_null() {
            user
        } else {
            trait_value
        };
        if !value.is_null() {
            attributes.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(attributes)
}

/// One attempt: status, body and `Retry-After`. A redirect is the answer, since the key must not follow it.
fn post(path: &str, body: &Value, settings: &Value) -> Result<(u16, String, String), ureq::Error> {
    let url = format!(
        "{}/api/segment/{path}",
        settings["endpoint"].as_str().unwrap_or_default()
    );
    let mut reply = ureq::post(url)
        .config()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_millis(
            settings["timeoutMs"].as_u64().unwrap_or(9000),
        )))
        .build()
        .header("x-api-key", settings["apiKey"].as_str().unwrap_or_default())
        .header("content-type", "application/json")
        .send(body.to_string())?;
    let retry_after = reply
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok());
    let retry_after = retry_after.unwrap_or_default().to_owned();
    let message = reply
        .body_mut()
        .with_config()
        .lossy_utf8(true)
        .read_to_string()?;
    Ok((reply.status().as_u16(), message, retry_after))
}

/// `Retry-After` is a number of seconds or a date.
fn milliseconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(u64::from(seconds) * 1000);
    }
    let wait = httpdate::parse_http_date(text)
        .ok()?
        .duration_since(SystemTime::now())
        .ok()?;
    u64::try_from(wait.as_millis()).ok()
}
