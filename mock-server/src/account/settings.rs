//! What Cordial's user interface configures on an account and no API shows.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::jobs::Timing;

/// The name of the e-mail address as an identifier.
pub const EMAIL_ADDRESS: &str = "channels.email.address";

/// Settings of an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// The identifier that an upsert looks a contact up by: `channels.email.address` or an attribute's key
    /// (FACTS, "Contact identifiers").
    pub primary_key: String,
    /// Further identifiers: attribute keys or `channels.<channel>.address`.
    pub secondary_keys: Vec<String>,
    /// The time zone that a date without an offset is read in (FACTS, "General form").
    pub timezone: ZoneName,
    /// Whether the account can merge contacts; otherwise it is refused with 403.
    pub contact_merge: bool,
    /// When jobs (imports, merges) are done: `immediate`, `{ afterReads: N }` or `{ afterSeconds: N }`.
    pub jobs: Timing,
    /// The channels that the account has; a contact can have an address in each.
    pub channels: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            primary_key: EMAIL_ADDRESS.to_owned(),
            secondary_keys: Vec::new(),
            timezone: ZoneName::default(),
            contact_merge: true,
            jobs: Timing::default(),
            channels: vec!["email".to_owned()],
        }
    }
}

/// A time zone of the IANA database, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(TimeZone);

impl ZoneName {
    /// The zone itself.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.0
    }
}

impl Default for ZoneName {
    /// Recorded: the account that the replies were recorded on is in US Pacific time.
    fn default() -> Self {
        Self(TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC))
    }
}

impl TryFrom<String> for ZoneName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        TimeZone::get(&name).map(Self).map_err(|_| {
            format!("`{name}` is not a time zone: write an IANA name such as America/Los_Angeles or UTC")
        })
    }
}

impl From<ZoneName> for String {
    fn from(zone: ZoneName) -> Self {
        zone.0.iana_name().unwrap_or("UTC").to_owned()
    }
}
