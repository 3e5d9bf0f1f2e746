//! Dates as Cordial reads and writes them (FACTS, "General form").

use http::HeaderValue;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::TimeZone;

/// Writes a time as `2018-08-07T18:47:35+0000`.
#[must_use]
pub(crate) fn format(at: Timestamp) -> String {
    let mut text = at.to_string();
    if text.starts_with('-') {
        return at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string();
    }
    // RFC 3339 up to the seconds, for a year of four digits. `strftime` says the same but reads its format each time,
    // which shows, as every contact that is read has three dates.
    text.truncate("2018-08-07T18:47:35".len());
    text.push_str("+0000");
    text
}

/// The header `Date`; `None` for a year that it cannot hold.
#[must_use]
pub(crate) fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::from_str(&text).ok()
}

/// Reads a date: RFC 3339, the written form with a bare `+0000` offset, or a naive date with or without a
/// time, which is meant in the account's time `zone` (recorded: an order's date came back shifted).
#[must_use]
pub(crate) fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    const WITH_OFFSET: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"];
    if let Some(at) = WITH_OFFSET.iter().find_map(|form| Timestamp::strptime(form, text).ok()) {
        return Some(at);
    }
    // `DateTime` would take a bare `Z` or an offset and drop it; those were read above.
    let naive: DateTime = text.parse().ok()?;
    zone.to_timestamp(naive).ok()
}

/// A date in a document, in Cordial's form.
pub(crate) mod serde_form {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text, &TimeZone::UTC).ok_or_else(|| {
            de::Error::custom(format!("`{text}` is not a date: write it as 2026-01-02T03:04:05+0000"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        parse(text, &zone).map(format)
    }

    #[test]
    fn a_date_without_an_offset_is_in_the_account_s_time_zone() {
        assert_eq!(read("2018-07-02 13:19:00").unwrap(), "2018-07-02T20:19:00+0000");
        assert_eq!(read("1980-05-22").unwrap(), "1980-05-22T07:00:00+0000");
    }

    #[test]
    fn every_written_form_of_one_moment_reads_the_same() {
        for text in [
            "2018-08-07T18:47:35Z",
            "2018-08-07T18:47:35+0000",
            "2018-08-07T20:47:35+02:00",
            "2018-08-07 18:47:35+0000",
            "2018-08-07T18:47:35.000Z",
        ] {
            assert_eq!(read(text).as_deref(), Some("2018-08-07T18:47:35+0000"), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in ["", "soon", "2018-13-01", "12"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
