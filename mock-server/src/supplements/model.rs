//! A supplement and its records.

use imbl::OrdMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::dates;

/// A table of the account's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supplement {
    /// Its name in paths.
    pub key: String,
    /// Its name for people.
    #[serde(default)]
    pub name: String,
    /// The fields that a record has to have.
    #[serde(default)]
    pub indexes: Vec<Index>,
    /// Whether its records belong to contacts; kept and shown.
    #[serde(default)]
    pub contact_object: bool,
    /// Whether a record without an id gets one.
    #[serde(default, rename = "autogenerateIDs")]
    pub autogenerate_ids: bool,
    /// When it was created.
    #[serde(default, with = "dates::serde_form")]
    pub created_at: Timestamp,
    /// When its records were last changed.
    #[serde(default, with = "dates::serde_form")]
    pub last_data_update: Timestamp,
    /// The records by id.
    #[serde(default)]
    pub records: OrdMap<String, Record>,
}

impl Supplement {
    /// One without records.
    #[must_use]
    pub fn new(key: String, indexes: Vec<Index>, now: Timestamp) -> Self {
        Self {
            key,
            name: String::new(),
            indexes,
            contact_object: false,
            autogenerate_ids: false,
            created_at: now,
            last_data_update: now,
            records: OrdMap::new(),
        }
    }
}

/// A field that records have to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Its name.
    pub field: String,
    /// What it holds.
    pub r#type: IndexType,
}

/// What an indexed field holds (official): the types of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexType {
    /// Text.
    String,
    /// A number.
    Number,
    /// A date, as sent.
    Date,
    /// Parts of an address, as sent.
    Geo,
    /// Several values, as sent.
    Array,
}

impl IndexType {
    /// The type of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::String),
            "number" => Some(Self::Number),
            "date" => Some(Self::Date),
            "geo" => Some(Self::Geo),
            "array" => Some(Self::Array),
            _ => None,
        }
    }
}

/// A record: what was sent, with its stamps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// What was sent, without its id.
    #[serde(default)]
    pub attributes: Map<String, Value>,
    /// When it was created.
    #[serde(default, with = "dates::serde_form")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, with = "dates::serde_form")]
    pub last_modified: Timestamp,
}

impl Record {
    /// The record as the API shows it.
    pub(super) fn render(&self, id: &str) -> Map<String, Value> {
        let mut attributes = self.attributes.clone();
        attributes.insert("ct".to_owned(), json!(dates::format(self.created_at)));
        attributes.insert("lm".to_owned(), json!(dates::format(self.last_modified)));
        Map::from_iter([("id".to_owned(), json!(id)), ("attributes".to_owned(), Value::Object(attributes))])
    }
}
