//! The API key, and so the account, that one scenario gets.

/// Longest readable part of a key: with the digest the whole stays well under the mock's limit of 128.
const READABLE: usize = 96;

/// The API key of one play of a scenario: readable, because it stands in the journal, and derived from nothing
/// but its arguments, so that a second run sends the same bytes.
///
/// `attempt` tells repetitions apart: each one gets a fresh account.
#[must_use]
pub fn account_key(destination: &str, scenario: &str, attempt: &str, seed: u64) -> String {
    let readable: String = format!("{destination}.{scenario}.{attempt}")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .take(READABLE)
        .collect();
    // The digest keeps apart what the replacement and the cut above would make equal.
    let digest = fnv1a(&[destination, scenario, attempt, &seed.to_string()]);
    format!("{readable}-{digest:016x}")
}

/// The end of a key, which tells it from all others of its run and opens no account.
#[must_use]
pub(super) fn digest(key: &str) -> &str {
    key.rsplit('-').next().unwrap_or_default()
}

/// FNV-1a with a separator between the parts: the same on every platform and in every release, which the
/// hashers of the standard library do not promise.
pub(crate) fn fnv1a(parts: &[&str]) -> u64 {
    parts.iter().flat_map(|part| part.bytes().chain([0])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_arguments_give_the_same_key() {
        assert_eq!(account_key("d", "a.b", "1", 7), account_key("d", "a.b", "1", 7));
    }

    #[test]
    fn every_argument_makes_another_key() {
        let key = account_key("d", "a.b", "1", 7);
        for other in [
            account_key("e", "a.b", "1", 7),
            account_key("d", "a.c", "1", 7),
            account_key("d", "a.b", "2", 7),
            account_key("d", "a.b", "1", 8),
            account_key("d.a", "b", "1", 7),
        ] {
            assert_ne!(key, other);
        }
    }

    #[test]
    fn a_digest_is_a_part_of_its_key_and_of_no_other() {
        let (one, other) = (account_key("d", "a.b", "1", 7), account_key("d", "a.b", "2", 7));
        assert!(one.ends_with(digest(&one)) && digest(&one) != one, "{one}");
        assert!(!other.contains(digest(&one)), "{other}");
    }

    #[test]
    fn a_name_of_any_length_and_alphabet_gives_a_key_that_the_mock_takes() {
        let key = account_key(&"ü:".repeat(200), "a.b", "1", 7);
        assert!(key.len() <= 128, "{key}");
        assert!(key.bytes().all(|b| b.is_ascii_graphic() && b != b':'), "{key}");
    }
}
