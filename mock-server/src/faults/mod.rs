//! What goes wrong, on demand and the same in every run. Cordial has none of this: the faults are the mock's own, to
//! try what a client does when the real service fails it.
//!
//! A fault matches requests by method, path, operation and fields of the body, waits for the nth of them if it has
//! to, and ends by count or by time.

mod delivery;
mod hangs;
mod matching;
mod model;

pub use delivery::{Delivery, Form};
pub use hangs::Hangs;
pub(crate) use hangs::Release;
pub use matching::{Matching, MethodName, PathGlob};
pub use model::{Effect, Fault, Faults, ResetWhen};

use serde_json::Value;

use crate::message::{Reply, Request};
use crate::routes::Route;

/// A request as faults see it.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The request.
    pub request: &'a Request,
    /// The operation that it is for, if Cordial has it.
    pub route: Option<&'static Route>,
    body: std::cell::OnceCell<Value>,
}

impl<'a> Subject<'a> {
    /// The subject of a request.
    #[must_use]
    pub fn new(request: &'a Request, route: Option<&'static Route>) -> Self {
        Self { request, route, body: std::cell::OnceCell::new() }
    }

    /// The body as JSON, read when the first fault asks for it; null where it is none.
    pub(crate) fn body(&self) -> &Value {
        self.body.get_or_init(|| serde_json::from_slice(&self.request.body).unwrap_or_default())
    }
}

/// What a fault makes of a request.
#[derive(Debug)]
pub struct Struck {
    /// The fault.
    pub fault: String,
    /// The reply that takes the place of the operation; `None` where the operation is carried out all the same.
    pub reply: Option<Reply>,
    /// How the reply reaches the client.
    pub delivery: Delivery,
    /// For the journal.
    pub why: String,
}
