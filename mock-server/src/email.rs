//! Which text is an e-mail address.

use email_address::{EmailAddress, Options};

/// Whether `text` can be the address of the e-mail channel. Stricter than the RFC: a domain with a dot is
/// asked for, and neither a display name nor an address literal is taken (FACTS: inferred).
#[must_use]
pub(crate) fn is_valid(text: &str) -> bool {
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    EmailAddress::parse_with_options(text, options).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_valid_and_other_texts_are_not() {
        for good in ["jane@example.com", "jane+tag@mail.example.co.uk", "o'neil@example.com"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            "jane",
            "jane@",
            "@example.com",
            "jane@example",
            "a b@example.com",
            "Jane <jane@example.com>",
            "jane@@example.com",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
