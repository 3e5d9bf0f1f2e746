//! A scenario, as the rest of the crate sees it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::protocol::Outcome;

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
    /// What is there before.
    pub given: Given,
    /// Segment's events, in order.
    pub when: Vec<Value>,
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

/// Scenarios by id.
#[derive(Debug, Clone, Default)]
pub struct ScenarioSet(pub(super) Vec<Scenario>);

impl ScenarioSet {
    /// All of them, in the order of their ids.
    pub fn iter(&self) -> std::slice::Iter<'_, Scenario> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none. A set that was loaded has at least one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scenario with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Scenario> {
        self.0.iter().find(|scenario| scenario.id == id)
    }
}

impl<'a> IntoIterator for &'a ScenarioSet {
    type Item = &'a Scenario;
    type IntoIter = std::slice::Iter<'a, Scenario>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
