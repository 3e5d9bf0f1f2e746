//! Paths of the REST API that name something.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a part of a URL as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The path of a contact that is named by a key's value: both are encoded, the colon stays.
pub(super) fn contact(key: &str, value: &str) -> String {
    format!("/v2/contacts/{}:{}", part(key), part(value))
}

/// The path of a list.
pub(super) fn list(id: &str) -> String {
    format!("/v2/accountlists/{}", part(id))
}

/// A text as one part of a URL.
fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_value_are_encoded_and_the_colon_is_not() {
        assert_eq!(
            contact("channels.email.address", "a+b/c@example.com"),
            "/v2/contacts/channels.email.address:a%2Bb%2Fc%40example.com"
        );
        assert_eq!(contact("cust:ID", "é"), "/v2/contacts/cust%3AID:%C3%A9");
    }
}
