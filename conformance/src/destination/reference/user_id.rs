//! Whom an event is about.

use email_address::{EmailAddress, Options};
use serde_json::Value;

/// The primary key of most accounts.
pub(super) const EMAIL: &str = "channels.email.address";

/// The event's user id, where it can be a value of the primary key; else what is wrong with it.
pub(super) fn of<'a>(event: &'a Value, primary_key: &str) -> Result<&'a str, String> {
    let id = field(event, "userId", "user_id").ok_or("the event has no userId")?;
    let id = id.as_str().ok_or_else(|| format!("the userId has to be a text, not {id}"))?;
    if id.is_empty() {
        return Err("the userId is empty".to_owned());
    }
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    if primary_key == EMAIL && EmailAddress::parse_with_options(id, options).is_err() {
        return Err(format!("the userId `{id}` is no e-mail address, which the account's primary key is"));
    }
    Ok(id)
}

/// A field of an event under Segment's name, or under the drafts' one. Null counts as absent.
pub(super) fn field<'a>(event: &'a Value, camel: &str, snake: &str) -> Option<&'a Value> {
    event.get(camel).or_else(|| event.get(snake)).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_user_id_is_a_value_of_the_primary_key() {
        assert_eq!(of(&json!({ "userId": "a@example.com" }), EMAIL), Ok("a@example.com"));
        assert_eq!(of(&json!({ "user_id": "u-1" }), "custID"), Ok("u-1"));
        for event in [
            json!({}),
            json!({ "userId": null }),
            json!({ "userId": "" }),
            json!({ "userId": 1 }),
            json!({ "userId": ["a@example.com"] }),
        ] {
            assert!(of(&event, "custID").is_err(), "{event}");
        }
        assert!(of(&json!({ "userId": "u-1" }), EMAIL).is_err());
    }
}
