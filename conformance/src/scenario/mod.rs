//! The contract as data: scenarios, read from strict YAML, one per file.

mod check;
mod error;
mod file;
mod load;
mod model;
mod schema;

pub use error::{LoadErrors, Mistake};
pub use load::{embedded, load};
pub use model::{
    COLLECTIONS, Capability, Dialect, ExpectedResult, Given, Level, RequestPattern, Scenario, ScenarioSet,
    Then,
};
pub use schema::schema;
