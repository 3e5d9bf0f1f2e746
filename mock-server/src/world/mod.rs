//! What the outside world supplies: the time and fresh ids. Nothing else in the crate reads a clock or
//! draws a random number, so that two runs with the same settings give the same bytes.

mod clock;
mod ids;

pub use clock::{Clock, ParseClockError};
pub use ids::{IdStamp, ObjectId, ParseObjectIdError};
