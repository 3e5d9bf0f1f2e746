//! Whether a text gives an API key away.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What the header of Basic authentication says of a key, which is the user name of an empty password.
pub(crate) fn credentials(key: &str) -> String {
    STANDARD.encode(format!("{key}:"))
}

/// Whether `text` holds the key, as it is or as its header has it: anybody can read either.
pub(crate) fn gives_away(text: &str, key: &str) -> bool {
    text.contains(key) || text.contains(&credentials(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_away_as_it_is_and_as_its_header_has_it() {
        for text in ["key: k-1", "Authorization: Basic ay0xOg=="] {
            assert!(gives_away(text, "k-1"), "{text}");
        }
        assert!(!gives_away("Authorization: Basic <redacted>", "k-1"));
    }
}
