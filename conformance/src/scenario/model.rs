//! A scenario, as the rest of the crate sees it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contract::Renames;
use crate::protocol::{Outcome, Retry};

/// One statement of the contract: what is given, what happens, what must come of it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name: the path of its file, with dots. Frozen once released.
    pub id: String,
    /// What it stands for, in plain words.
    pub why: String,
    /// The contracts that it judges.
    pub dialect: BTreeSet<Dialect>,
    /// The calls that a destination has to take.
    pub needs: BTreeSet<Capability>,
    /// Whether the contract demands it.
    pub level: Level,
    /// The statements that it stands on.
    pub source: Vec<String>,
    /// Who has to retry for it to apply.
    pub retry: BTreeSet<Retry>,
    /// What is there before.
    pub given: Given,
    /// Segment's events, in order.
    pub when: Vec<Value>,
    /// Whether they come in one delivery, and not each in its own.
    pub together: bool,
    /// What must come of it.
    pub then: Then,
}

/// What is there before the first event.
#[derive(Debug, Clone)]
pub struct Given {
    /// The account, as a state document of the mock.
    pub state: Value,
    /// The attribute that stores Segment's user id.
    pub segment_id_key: Option<String>,
    /// Whether nobody listens where Cordial should be.
    pub refused: bool,
    /// How long the destination is told to wait for a reply, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// What must come of the events.
#[derive(Debug, Clone)]
pub struct Then {
    /// What the destination has to say about each event.
    pub results: Vec<ExpectedResult>,
    /// The account at the end, by collection. A collection that is not named has to be as it was given.
    pub state: Map<String, Value>,
    /// Collections that may be in any state.
    pub open: BTreeSet<String>,
    /// How often requests have to be made, and how far apart.
    pub attempts: Vec<Attempts>,
    /// Requests that must not reach Cordial.
    pub never: Vec<RequestPattern>,
}

/// What a destination has to say about one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedResult {
    /// Any of these.
    pub outcome: Vec<Outcome>,
    /// Any of these; every one when empty.
    pub status: Vec<u16>,
    /// How long it has to say that Cordial asked to wait, in milliseconds; not looked at when left out.
    pub retry_after_ms: Option<Range>,
}

/// One request that may be made several times.
#[derive(Debug, Clone)]
pub struct Attempts {
    /// Which requests count.
    pub request: RequestPattern,
    /// How many there have to be.
    pub count: Range,
    /// How long the waits between them have to be, in milliseconds, from the first one on.
    pub waits_ms: Vec<Range>,
    /// Whether the last wait has to be clearly longer than the first.
    pub waits_grow: bool,
}

/// A range of whole numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "super::file::Bounds")]
pub struct Range {
    /// The least.
    pub min: u64,
    /// The most.
    pub max: u64,
}

impl Range {
    /// One number alone.
    #[must_use]
    pub const fn exactly(number: u64) -> Self {
        Self { min: number, max: number }
    }

    /// Whether the number is within.
    #[must_use]
    pub const fn contains(self, number: u64) -> bool {
        self.min <= number && number <= self.max
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, max) if min == max => write!(f, "{min}"),
            (0, u64::MAX) => write!(f, "any"),
            (0, max) => write!(f, "at most {max}"),
            (min, u64::MAX) => write!(f, "at least {min}"),
            (min, max) => write!(f, "{min} to {max}"),
        }
    }
}

/// Requests, by what they have in common.
#[derive(Debug, Clone)]
pub struct RequestPattern {
    /// The method; any when left out.
    pub method: Option<String>,
    /// The path: `*` stands for a part of it, `**` for several; any when left out.
    pub path: Option<String>,
    /// Fields that the body has, by dotted path.
    pub body: Map<String, Value>,
}

/// Segment's two contracts for Cordial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Events are translated by the account's integration config; an unknown user on track is an error.
    Classic,
    /// Events are mapped on Segment's side; an unknown user on track becomes a contact.
    Actions,
}

impl Dialect {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Classic, Self::Actions];
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classic => "classic",
            Self::Actions => "actions",
        })
    }
}

/// What `then.state` may name.
pub const COLLECTIONS: [&str; 7] =
    ["contacts", "activities", "orders", "products", "lists", "attributes", "integration"];

/// What a destination may take: Segment's calls, and what some track calls are to a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Who somebody is.
    Identify,
    /// Which group somebody belongs to.
    Group,
    /// What somebody did.
    Track,
    /// What somebody looked at.
    Page,
    /// That two people are one.
    Alias,
    /// Product Added and Product Removed fill and empty the cart.
    Cart,
    /// Order Completed, Updated, Refunded and Cancelled become an order.
    Orders,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Identify, Self::Group, Self::Track, Self::Page, Self::Alias, Self::Cart, Self::Orders];

    /// Those that are a type of event.
    pub const EVENTS: [Self; 5] = [Self::Identify, Self::Group, Self::Track, Self::Page, Self::Alias];

    /// The capability with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.to_string() == name)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identify => "identify",
            Self::Group => "group",
            Self::Track => "track",
            Self::Page => "page",
            Self::Alias => "alias",
            Self::Cart => "cart",
            Self::Orders => "orders",
        })
    }
}

/// How much the contract wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Demanded: failing it makes a destination nonconforming.
    Must,
    /// Recommended: failing it is shown.
    Should,
}

/// Scenarios by id, and the ids that they had before.
#[derive(Debug, Clone, Default)]
pub struct ScenarioSet {
    pub(super) scenarios: Vec<Scenario>,
    pub(super) renames: Renames,
}

impl ScenarioSet {
    /// All of them, in the order of their ids.
    pub fn iter(&self) -> std::slice::Iter<'_, Scenario> {
        self.scenarios.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scenarios.len()
    }

    /// Whether there is none. A set that was loaded has at least one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scenarios.is_empty()
    }

    /// The scenario with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.id == id)
    }

    /// The id of today of a scenario that may have been renamed; any other text is returned as it is.
    #[must_use]
    pub fn current<'a>(&'a self, id: &'a str) -> &'a str {
        self.renames.get(id).unwrap_or(id)
    }
}

impl<'a> IntoIterator for &'a ScenarioSet {
    type Item = &'a Scenario;
    type IntoIter = std::slice::Iter<'a, Scenario>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
