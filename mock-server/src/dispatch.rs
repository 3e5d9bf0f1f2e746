//! From a request to a reply: who asks, what for, and what comes of it. Nothing here knows about sockets.

use http::{HeaderName, HeaderValue, Method};
use jiff::Timestamp;

use crate::account::{Account, Accounts, State};
use crate::authentication::{self, Denied};
use crate::faults::{Delivery, Struck, Subject};
use crate::hints;
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

    /// Answers a request to one of Cordial's surfaces, and says how the reply is to reach the client.
    #[must_use]
    pub fn answer(&self, request: Request) -> (Reply, Delivery) {
        let surface = Surface::of(&request.path);
        match authentication::authenticate(&request, surface, &self.accounts) {
            Ok(account) => self.answer_account(request, &account),
            Err(Denied { account, why }) => {
                let reply = with_cors(Refusal::authentication().because(why).into_reply(Version::V1));
                let (journal, now) = match &account {
                    Some(account) => (&account.journal, account.clock.now()),
                    None => (&self.accounts.unattributed, self.accounts.clock().now()),
                };
                journal.push(now, request, reply.clone(), None);
                (reply, Delivery::default())
            }
        }
    }

    fn answer_account(&self, request: Request, account: &Account) -> (Reply, Delivery) {
        let now = account.clock.now();
        let found = self.router.find(&request.method, &request.path);
        let route = found.as_ref().map(|found| found.route);
        let version = found.as_ref().map_or(Version::V1, |found| found.version);
        let call = self.prepare(&request, found, account, now);
        // The journal is written under the lock, so that its order is the order of the effects.
        let mut state = account.state.lock();
        state.run_due_jobs(account.ids, now);
        let subject = Subject::new(&request, route);
        let struck = state.faults.strike(&subject, now);
        let (reply, delivery) = match struck {
            Some(Struck { reply: Some(mut reply), delivery, why }) => {
                reply.why = Some(why);
                (reply, delivery)
            }
            struck => {
                let quota = state.admit(&subject, now);
                let outcome = quota.map(|quota| {
                    let reply = carry_out(call, &request.method, &mut state);
                    let reply = reply.unwrap_or_else(|refusal| refusal.into_reply(version));
                    match quota {
                        Some(quota) => quota.mark(reply),
                        None => reply,
                    }
                });
                let mut reply = outcome.unwrap_or_else(|refusal| refusal.into_reply(version));
                let delivery = struck.map(|struck| {
                    let also = reply.why.take().map(|why| format!("; {why}")).unwrap_or_default();
                    reply.why = Some(format!("{}{also}", struck.why));
                    struck.delivery
                });
                (reply, delivery.unwrap_or_default())
            }
        };
        let reply = with_cors(reply);
        account.journal.push(now, request, reply.clone(), route);
        (reply, delivery)
    }

    /// Everything that can be refused without the state.
    fn prepare(
        &self,
        request: &Request,
        found: Option<Found>,
        account: &Account,
        now: Timestamp,
    ) -> Result<(Handler, Call), Refusal> {
        let found = found.ok_or_else(|| self.unknown_path(request))?;
        let Route { handler, operation, path, .. } = found.route;
        let handler =
            handler.ok_or_else(|| Refusal::not_served(operation).hint(hints::served_nearby(path)))?;
        let query = Query::parse(&request.query)?;
        let body = match request.method {
            Method::GET => Input::default(),
            _ => Input::read(&request.headers, &request.body)?,
        };
        Ok((handler, Call::new(&found, query, body, now, account.ids)))
    }

    fn unknown_path(&self, request: &Request) -> Refusal {
        let refusal = Refusal::unknown_path(&request.path);
        let methods = self.router.methods_of(&request.path);
        if methods.is_empty() {
            return refusal
                .because("Cordial has no such path: GET /__admin/routes lists those it has")
                .hint(hints::path(&request.path, &self.router));
        }
        refusal.because(format!(
            "the path exists, but not for {}: it takes {}",
            request.method,
            methods.join(", ")
        ))
    }
}

/// Carries an operation out. A refusal leaves the state as it was.
fn carry_out(
    call: Result<(Handler, Call), Refusal>,
    method: &Method,
    state: &mut State,
) -> Result<Reply, Refusal> {
    let (handler, call) = call?;
    // A clone shares the collections: a refusal is undone for next to nothing.
    let before = (*method != Method::GET).then(|| state.clone());
    handler(&call, state).inspect_err(|_| {
        if let Some(before) = before {
            *state = before;
        }
    })
}

/// The reply with the headers that every reply of Cordial has.
pub(crate) fn with_cors(mut reply: Reply) -> Reply {
    for (name, value) in CORS {
        reply.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    reply
}
