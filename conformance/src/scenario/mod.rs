//! The contract as data: scenarios, read from strict YAML, one per file.

mod check;
mod contract;
mod error;
mod file;
mod load;
mod model;
mod schema;

pub use contract::{Requirements, Statement, statements, versions};
pub use error::{LoadErrors, Mistake};
pub use load::{embedded, load};
pub use model::{
    Attempts, COLLECTIONS, Capability, Dialect, ExpectedResult, Given, Level, Range, RequestPattern,
    Scenario, ScenarioSet, Then,
};
pub use schema::schema;
