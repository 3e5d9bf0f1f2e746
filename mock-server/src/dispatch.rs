//! From a request to a reply: who asks, what for, and what comes of it. Nothing here knows about sockets.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};

use crate::account::{Account, Accounts};
use crate::authentication::{self, Denied};
use crate::control;
use crate::input::Input;
use crate::message::{Reply, Request};
use crate::query::Query;
use crate::refusal::Refusal;
use crate::routes::{Call, Found, Handler, Route, Router, Surface, Version};

/// CORS headers are on every reply, errors too. The recorded origin is broken in just this way.
const CORS: [(&str, &str); 5] = [
    ("access-control-allow-credentials", "true"),
    (
        "access-control-allow-headers",
        "Cordial-AccountKey,x-requested-with, Content-Type, origin, authorization, accept, client-security-token, host, date, cookie, cookie2, cordial-accountid",
    ),
    ("access-control-allow-methods", "GET, POST, PUT, DELETE, OPTIONS"),
    ("access-control-allow-origin", "://"),
    ("access-control-max-age", "60"),
];

/// Everything that answers requests.
#[derive(Debug)]
pub struct Service {
    /// The accounts.
    pub accounts: Accounts,
    router: Router,
}

impl Service {
    /// A service over these accounts.
    ///
    /// # Errors
    /// When the routes table contradicts itself.
    pub fn new(accounts: Accounts) -> Result<Self, matchit::InsertError> {
        Ok(Self { accounts, router: Router::new()? })
    }

    /// Answers a request.
    #[must_use]
    pub fn answer(&self, request: Request) -> Reply {
        if control::owns(&request.path) {
            return control::answer(&request, &self.accounts);
        }
        let surface = Surface::of(&request.path);
        match authentication::authenticate(&request, surface, &self.accounts) {
            Ok(account) => self.answer_account(request, &account),
            Err(Denied { account, why }) => {
                let reply = with_cors(Refusal::authentication().because(why).into_reply(Version::V1));
                let (journal, clock) = match &account {
                    Some(account) => (&account.journal, account.clock),
                    None => (&self.accounts.unattributed, self.accounts.clock()),
                };
                journal.push(clock.now(), request, reply.clone(), None);
                reply
            }
        }
    }

    fn answer_account(&self, request: Request, account: &Arc<Account>) -> Reply {
        let now = account.clock.now();
        let found = self.router.find(&request.method, &request.path);
        let route = found.as_ref().map(|found| found.route);
        let version = found.as_ref().map_or(Version::V1, |found| found.version);
        let call = self.prepare(&request, found, account);
        // The journal is written under the lock, so that its order is the order of the effects.
        let mut state = account.state.lock();
        let outcome = call.and_then(|(handler, call)| {
            // A clone shares the collections: a refusal is undone for next to nothing.
            let before = (request.method != Method::GET).then(|| state.clone());
            handler(&call, &mut state).inspect_err(|_| {
                if let Some(before) = before {
                    *state = before;
                }
            })
        });
        let reply = with_cors(outcome.unwrap_or_else(|refusal| refusal.into_reply(version)));
        account.journal.push(now, request, reply.clone(), route);
        reply
    }

    /// Everything that can be refused without the state.
    fn prepare(
        &self,
        request: &Request,
        found: Option<Found>,
        account: &Account,
    ) -> Result<(Handler, Call), Refusal> {
        let found = found.ok_or_else(|| self.unknown_path(request))?;
        let Route { handler, operation, .. } = found.route;
        let handler = handler.ok_or_else(|| Refusal::not_served(operation))?;
        let query = Query::parse(&request.query)?;
        let body = match request.method {
            Method::GET => Input::default(),
            _ => Input::read(&request.headers, &request.body)?,
        };
        Ok((handler, Call::new(&found, query, body, account.clock.now(), account.ids)))
    }

    fn unknown_path(&self, request: &Request) -> Refusal {
        let refusal = Refusal::unknown_path(&request.path);
        let methods = self.router.methods_of(&request.path);
        if methods.is_empty() {
            return refusal.because("Cordial has no such path: GET /__admin/routes lists those it has");
        }
        refusal.because(format!(
            "the path exists, but not for {}: it takes {}",
            request.method,
            methods.join(", ")
        ))
    }
}

/// The reply with the headers that every reply of Cordial has.
pub(crate) fn with_cors(mut reply: Reply) -> Reply {
    for (name, value) in CORS {
        reply.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    reply
}
