//! Which operations Cordial has, which of them the mock serves, and on what evidence. One table feeds the
//! dispatcher, `cordial-mock routes` and `GET /__admin/routes`; with the descriptions beside it, the OpenAPI document.

mod coverage;
mod description;
mod not_served;
mod openapi;
mod served;

use http::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::account::State;
use crate::input::Input;
use crate::message::Reply;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::world::IdStamp;

pub use coverage::coverage_page;
pub use openapi::openapi;

/// The version of the REST API that a path belongs to. Surfaces without one speak as v1 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `/v1`, and everything outside of REST.
    V1,
    /// `/v2`.
    V2,
}

/// The parts of the real service that one mock serves (FACTS, "Hosts and surfaces").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// `api.cordial.io`, Basic authentication.
    Rest,
    /// `admin.cordial.io`, Basic authentication.
    Integrations,
    /// `integrations.cordial.io`, Basic authentication.
    SegmentClassic,
    /// `integrations-ingest-svc.usw1.cordial.com`, header `x-api-key`.
    SegmentIngest,
}

impl Surface {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rest, Self::Integrations, Self::SegmentClassic, Self::SegmentIngest];

    /// Where the real one is.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Rest => "api.cordial.io",
            Self::Integrations => "admin.cordial.io",
            Self::SegmentClassic => "integrations.cordial.io",
            Self::SegmentIngest => "integrations-ingest-svc.usw1.cordial.com",
        }
    }

    /// The surface that a path belongs to, whether it exists there or not.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let below = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if below("/api/segment") || below("/api/checkAuth") {
            Self::SegmentIngest
        } else if below("/api") {
            Self::Integrations
        } else if below("/segment") {
            Self::SegmentClassic
        } else {
            Self::Rest
        }
    }

    /// The surface's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Integrations => "integrations",
            Self::SegmentClassic => "segment-classic",
            Self::SegmentIngest => "segment-ingest",
        }
    }
}

/// What a behaviour stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Replies recorded from the live service.
    Recorded,
    /// The official description of v2.
    Official,
    /// The vendor's documentation.
    VendorDocs,
    /// Code of a public client that runs against the live service.
    Client,
    /// The vendor's page on the Segment destination.
    Seed,
    /// Nothing public says: a decision of this project.
    Inferred,
}

impl Evidence {
    /// All of them, the strongest first.
    pub const ALL: [Self; 6] =
        [Self::Recorded, Self::Official, Self::VendorDocs, Self::Client, Self::Seed, Self::Inferred];

    /// What it stands for, in a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Recorded => "replies that were recorded from the live service",
            Self::Official => "the official description of v2",
            Self::VendorDocs => "the vendor's documentation",
            Self::Client => "code of a public client that runs against the live service",
            Self::Seed => "the vendor's page on the Segment destination",
            Self::Inferred => "nothing public says: a decision of this project",
        }
    }

    /// The evidence's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Official => "official",
            Self::VendorDocs => "vendor-docs",
            Self::Client => "client",
            Self::Seed => "seed",
            Self::Inferred => "inferred",
        }
    }
}

/// One request to one operation, understood.
#[derive(Debug, Clone)]
pub struct Call {
    /// Which version of the API was called.
    pub version: Version,
    /// The query.
    pub query: Query,
    /// The body.
    pub body: Input,
    /// The account's time.
    pub now: Timestamp,
    /// What new ids of the account have in common.
    pub ids: IdStamp,
    params: Vec<(String, String)>,
}

impl Call {
    /// The part of the path that stands for `{name}`, still percent-encoded; empty where the path has no such part.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn new(found: Found, query: Query, body: Input, now: Timestamp, ids: IdStamp) -> Self {
        Self { version: found.version, query, body, now, ids, params: found.params }
    }
}

/// What carries an operation out. It changes the state or refuses, and checks everything before it changes anything:
/// a copy to return to would cost more than most operations do. Ids that a refused operation took are taken back by
/// whoever calls it.
pub type Handler = fn(&Call, &mut State) -> Result<Reply, Refusal>;

/// An operation of Cordial.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; REST paths without their version, which may be either.
    pub path: &'static str,
    /// The surface that it belongs to.
    pub surface: Surface,
    /// The operation's name: that of the official description where it has one.
    pub operation: &'static str,
    /// What carries it out; `None` where the mock answers 501.
    pub handler: Option<Handler>,
    /// What its behaviour stands on.
    pub evidence: &'static [Evidence],
    /// Where the mock may differ from the real service: each a decision that nothing public settles.
    pub differences: &'static [&'static str],
}

impl Route {
    /// The paths under which it answers.
    #[must_use]
    pub fn paths(&self) -> Vec<(Version, String)> {
        match self.surface {
            Surface::Rest => {
                vec![(Version::V2, format!("/v2{}", self.path)), (Version::V1, format!("/v1{}", self.path))]
            }
            _ => vec![(Version::V1, self.path.to_owned())],
        }
    }

    /// The route as `GET /__admin/routes` shows it.
    #[must_use]
    pub fn describe(&self) -> Value {
        let paths: Vec<String> = self.paths().into_iter().map(|(_, path)| path).collect();
        json!({
            "method": self.method,
            "paths": paths,
            "surface": self.surface,
            "operation": self.operation,
            "served": self.handler.is_some(),
            "evidence": self.evidence,
            "differences": self.differences,
        })
    }
}

/// Where the mock may differ from the real service in every operation.
#[must_use]
pub const fn differences_everywhere() -> &'static [&'static str] {
    served::EVERYWHERE
}

/// All operations, those that are served first.
pub fn all() -> impl Iterator<Item = &'static Route> {
    served::ROUTES.iter().chain(not_served::ROUTES)
}

/// An operation found for a request.
#[derive(Debug)]
pub struct Found {
    /// The operation.
    pub route: &'static Route,
    /// The version that the path names.
    pub version: Version,
    params: Vec<(String, String)>,
}

type Tree = matchit::Router<(&'static Route, Version)>;

/// Finds the operation for a method and a path.
#[derive(Debug)]
pub struct Router {
    /// One tree per method, so that `GET /contacts/merge` is a contact and `POST /contacts/merge` is not.
    by_method: Vec<(&'static str, Tree)>,
}

impl Router {
    /// The router over [`all`] operations.
    ///
    /// # Errors
    /// When two operations claim one path: a fault of the table.
    pub fn new() -> Result<Self, matchit::InsertError> {
        let mut by_method: Vec<(_, Tree)> = Vec::new();
        for route in all() {
            let at = by_method.iter().position(|(method, _)| *method == route.method);
            let at = at.unwrap_or_else(|| {
                by_method.push((route.method, Tree::new()));
                by_method.len() - 1
            });
            for (version, path) in route.paths() {
                by_method[at].1.insert(path, (route, version))?;
            }
        }
        Ok(Self { by_method })
    }

    /// The operation, if Cordial has it.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Option<Found> {
        let (_, tree) = self.by_method.iter().find(|(known, _)| *known == method.as_str())?;
        let found = tree.at(path).ok()?;
        let (route, version) = *found.value;
        let params = found.params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Some(Found { route, version, params })
    }

    /// The methods that this path has.
    #[must_use]
    pub fn methods_of(&self, path: &str) -> Vec<&'static str> {
        let mut methods: Vec<_> = self
            .by_method
            .iter()
            .filter(|(_, router)| router.at(path).is_ok())
            .map(|(method, _)| *method)
            .collect();
        methods.sort_unstable();
        methods
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_holds_together() {
        Router::new().unwrap();
        let mut seen = BTreeSet::new();
        for route in all() {
            assert!(seen.insert((route.method, route.path)), "{} {} stands twice", route.method, route.path);
            assert!(!route.evidence.is_empty(), "{} has no evidence", route.operation);
            let infers = route.evidence.contains(&Evidence::Inferred);
            assert_eq!(
                infers,
                !route.differences.is_empty(),
                "{}: what is inferred is listed, and nothing else",
                route.operation
            );
        }
    }

    #[test]
    fn a_contact_may_be_called_like_an_operation() {
        let router = Router::new().unwrap();
        let operation =
            |method: Method| router.find(&method, "/v2/contacts/merge").map(|found| found.route.operation);
        assert_eq!(operation(Method::POST), Some("mergecontacts"));
        assert_eq!(operation(Method::GET), Some("getsinglecontact"));
    }

    #[test]
    fn an_empty_part_of_a_path_is_no_key() {
        let router = Router::new().unwrap();
        assert!(router.find(&Method::GET, "/v1/contacts//cart").is_none());
        assert!(router.find(&Method::POST, "/v1/automationtemplates//send").is_none());
    }
}
