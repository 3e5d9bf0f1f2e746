//! From a request to a reply: who asks, what for, and what comes of it. Nothing here knows about sockets.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, DATE,
};
use http::{HeaderName, HeaderValue, Method};
use jiff::Timestamp;

use crate::account::{Account, Accounts, State};
use crate::authentication;
use crate::dates;
use crate::faults::{Delivery, Form, Hangs, Struck, Subject};
use crate::hints;
use crate::input::Input;
use crate::message::{Reply, Request};
use crate::query::Query;
use crate::refusal::Refusal;
use crate::routes::{Call, Found, Handler, Route, Router, Surface, Version};
use crate::world::Clock;

/// CORS headers are on every reply, errors too. The recorded origin is broken in just this way.
const CORS: [(HeaderName, &str); 5] = [
    (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Cordial-AccountKey,x-requested-with, Content-Type, origin, authorization, accept, client-security-token, host, date, cookie, cookie2, cordial-accountid",
    ),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS"),
    (ACCESS_CONTROL_ALLOW_ORIGIN, "://"),
    (ACCESS_CONTROL_MAX_AGE, "60"),
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
        // The journal keeps it.
        let request = request.detached();
        let surface = Surface::of(&request.path);
        match authentication::authenticate(&request, surface, &self.accounts) {
            Ok(account) => self.answer_account(request, &account),
            Err(why) => (self.deny(request, why), Delivery::default()),
        }
    }

    /// Refuses a request whose body did not arrive. It is in the journal all the same, without its body: it was sent.
    #[must_use]
    pub fn refuse(&self, request: Request, refusal: Refusal) -> Reply {
        let request = request.detached();
        let account = match authentication::authenticate(&request, Surface::of(&request.path), &self.accounts)
        {
            Ok(account) => account,
            Err(why) => return self.deny(request, why),
        };
        let found = self.router.find(&request.method, &request.path);
        let reply = refusal.into_reply(found.as_ref().map_or(Version::V1, |found| found.version));
        let (now, is_own_time) = account.clock.read();
        let state = account.state.lock();
        let evicted = account.journal.push(now, request, reply.clone(), found.map(|found| found.route));
        drop(state);
        drop(evicted);
        dated(with_cors(reply), is_own_time.then_some(now))
    }

    /// Refuses a request that has no usable key.
    fn deny(&self, request: Request, why: String) -> Reply {
        let (now, reply) = (self.accounts.clock().now(), denied(why));
        drop(self.accounts.unattributed.push(now, request, reply.clone(), None));
        dated(with_cors(reply), (self.accounts.clock() != Clock::Real).then_some(now))
    }

    fn answer_account(&self, request: Request, account: &Account) -> (Reply, Delivery) {
        let (now, is_own_time) = account.clock.read();
        let found = self.router.find(&request.method, &request.path);
        let mut route = found.as_ref().map(|found| found.route);
        let version = found.as_ref().map_or(Version::V1, |found| found.version);
        let call = self.prepare(&request, found, account, now);
        // The journal is written under the lock, so that its order is the order of the effects.
        let mut state = account.state.lock();
        state.run_due_jobs(account.ids, now);
        let (reply, delivery) = if state.key.revoked {
            route = None;
            (denied("the key is revoked (apiKey.revoked in the account's state)"), Delivery::default())
        } else {
            decide(call, &Subject::new(&request, route), version, now, &mut state, &account.hangs)
        };
        let evicted = account.journal.push(now, request, reply.clone(), route);
        drop(state);
        drop(evicted);
        (dated(with_cors(reply), is_own_time.then_some(now)), delivery)
    }

    /// Everything that can be refused without the state.
    fn prepare(
        &self,
        request: &Request,
        found: Option<Found>,
        account: &Account,
        now: Timestamp,
    ) -> Result<Prepared, Refusal> {
        let found = found.ok_or_else(|| self.unknown_path(request))?;
        let Route { handler, operation, path, .. } = found.route;
        let handler =
            handler.ok_or_else(|| Refusal::not_served(operation).hint(hints::served_nearby(path)))?;
        let query = Query::parse(&request.query)?;
        let body = match request.method {
            Method::GET => Input::default(),
            _ => Input::read(&request.headers, &request.body)?,
        };
        let changes_late = request.method != Method::GET && !CHECKS_FIRST.contains(operation);
        Ok(Prepared { handler, call: Call::new(found, query, body, now, account.ids), changes_late })
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

/// An operation that is ready to be carried out.
struct Prepared {
    handler: Handler,
    call: Call,
    /// Whether it may refuse after it has begun to change the state, which is then put back.
    changes_late: bool,
}

/// The operations that are called most. They change nothing before everything is checked, so that a refusal leaves
/// nothing to put back but ids.
const CHECKS_FIRST: [&str; 3] = ["addContact", "updateContacts", "addActivity"];

fn denied(why: impl Into<String>) -> Reply {
    Refusal::authentication().because(why).into_reply(Version::V1)
}

/// The reply of a fault, of the account's limits, or of the operation.
fn decide(
    call: Result<Prepared, Refusal>,
    subject: &Subject<'_>,
    version: Version,
    now: Timestamp,
    state: &mut State,
    hangs: &Hangs,
) -> (Reply, Delivery) {
    match state.faults.strike(subject, now) {
        None => (admitted(call, subject, version, now, state), Delivery::default()),
        Some(Struck { fault, reply: Some(mut reply), mut delivery, why }) => {
            reply.why = Some(why);
            delivery.release = (delivery.form == Form::Hang).then(|| hangs.hold(&fault));
            (reply, delivery)
        }
        Some(Struck { reply: None, delivery, why, .. }) => {
            let mut reply = admitted(call, subject, version, now, state);
            let also = reply.why.take().map(|why| format!("; {why}")).unwrap_or_default();
            reply.why = Some(format!("{why}{also}"));
            (reply, delivery)
        }
    }
}

/// The reply of the operation, where the key's permissions and limits let the request in.
fn admitted(
    call: Result<Prepared, Refusal>,
    subject: &Subject<'_>,
    version: Version,
    now: Timestamp,
    state: &mut State,
) -> Reply {
    let quota = match state.admit(subject, now) {
        Ok(quota) => quota,
        Err(refusal) => return refusal.into_reply(version),
    };
    let reply = carry_out(call, state).unwrap_or_else(|refusal| refusal.into_reply(version));
    match quota {
        Some(quota) => quota.mark(reply),
        None => reply,
    }
}

/// Carries an operation out. A refusal leaves the state as it was.
fn carry_out(prepared: Result<Prepared, Refusal>, state: &mut State) -> Result<Reply, Refusal> {
    let Prepared { handler, call, changes_late } = prepared?;
    // A copy shares the collections, but makes the next change of each copy what it touches.
    let before = changes_late.then(|| state.clone());
    let issued = state.ids_issued;
    handler(&call, state).inspect_err(|_| match before {
        Some(before) => *state = before,
        None => state.ids_issued = issued,
    })
}

/// The reply with the headers that every reply of Cordial has.
pub(crate) fn with_cors(mut reply: Reply) -> Reply {
    for (name, value) in CORS {
        reply.headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}

/// The reply with a `Date` by a clock that is not the machine's; otherwise the server adds one.
fn dated(mut reply: Reply, own_time: Option<Timestamp>) -> Reply {
    let date = own_time.and_then(dates::http_date);
    // A fault may have set one of its own.
    if let (Some(date), false) = (date, reply.headers.contains_key(DATE)) {
        reply.headers.insert(DATE, date);
    }
    reply
}
