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
use crate::world::{Clock, IdStamp};

/// CORS headers are on every reply, errors too. The recorded origin is broken in just this way. A static, as a value
/// checks each of its bytes when it is made.
pub(crate) static CORS: [(HeaderName, HeaderValue); 5] = [
    (ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Cordial-AccountKey,x-requested-with, Content-Type, origin, authorization, accept, client-security-token, host, date, cookie, cookie2, cordial-accountid",
        ),
    ),
    (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, DELETE, OPTIONS")),
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("://")),
    (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("60")),
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
    pub fn answer(&self, request: &Request) -> (Reply, Delivery) {
        let surface = Surface::of(&request.path);
        match authentication::authenticate(request, surface, &self.accounts) {
            Ok(account) => self.answer_account(request, &account),
            Err(why) => (self.deny(request, why), Delivery::default()),
        }
    }

    /// Refuses a request whose body did not arrive. It is in the journal all the same, without its body: it was sent.
    #[must_use]
    pub fn refuse(&self, request: &Request, refusal: Refusal) -> Reply {
        let account = match authentication::authenticate(request, Surface::of(&request.path), &self.accounts)
        {
            Ok(account) => account,
            Err(why) => return self.deny(request, why),
        };
        let found = self.router.find(&request.method, &request.path);
        let reply = refusal.into_reply(found.as_ref().map_or(Version::V1, |found| found.version));
        let noted = account.journal.note(request);
        let state = account.state.lock();
        let (now, is_own_time) = account.clock.read();
        let evicted = account.journal.push(now, noted, &reply, found.map(|found| found.route));
        drop(state);
        drop(evicted);
        dated(reply, is_own_time.then_some(now))
    }

    /// Refuses a request that has no usable key.
    fn deny(&self, request: &Request, why: String) -> Reply {
        let Accounts { unattributed, .. } = &self.accounts;
        let (now, reply) = (self.accounts.clock().now(), denied(why));
        drop(unattributed.push(now, unattributed.note(request), &reply, None));
        dated(reply, (self.accounts.clock() != Clock::Real).then_some(now))
    }

    fn answer_account(&self, request: &Request, account: &Account) -> (Reply, Delivery) {
        let found = self.router.find(&request.method, &request.path);
        let mut route = found.as_ref().map(|found| found.route);
        let version = found.as_ref().map_or(Version::V1, |found| found.version);
        let prepared = self.prepare(request, found);
        let noted = account.journal.note(request);
        // The time is read and the journal written under the lock, so that their order is the order of the effects.
        let mut state = account.state.lock();
        let (now, is_own_time) = account.clock.read();
        state.run_due_jobs(account.ids, now);
        let (reply, delivery) = if state.key.revoked {
            route = None;
            (denied("the key is revoked (apiKey.revoked in the account's state)"), Delivery::default())
        } else {
            let subject = Subject::new(request, route);
            let turn = Turn { version, now, ids: account.ids };
            decide(prepared, &subject, turn, &mut state, &account.hangs)
        };
        let evicted = account.journal.push(now, noted, &reply, route);
        drop(state);
        drop(evicted);
        (dated(reply, is_own_time.then_some(now)), delivery)
    }

    /// Everything that can be refused without the state.
    fn prepare(&self, request: &Request, found: Option<Found>) -> Result<Prepared, Refusal> {
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
        Ok(Prepared { handler, found, query, body, changes_late })
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

/// An operation that is ready to be carried out, at whatever time its turn comes.
struct Prepared {
    handler: Handler,
    found: Found,
    query: Query,
    body: Input,
    /// Whether it may refuse after it has begun to change the state, which is then put back.
    changes_late: bool,
}

/// The operations that are called most. They change nothing before everything is checked, so that a refusal leaves
/// nothing to put back but ids.
const CHECKS_FIRST: [&str; 3] = ["addContact", "updateContacts", "addActivity"];

fn denied(why: impl Into<String>) -> Reply {
    Refusal::authentication().because(why).into_reply(Version::V1)
}

/// What a request learns when its turn comes.
#[derive(Debug, Clone, Copy)]
struct Turn {
    version: Version,
    now: Timestamp,
    ids: IdStamp,
}

/// The reply of a fault, of the account's limits, or of the operation.
fn decide(
    prepared: Result<Prepared, Refusal>,
    subject: &Subject<'_>,
    turn: Turn,
    state: &mut State,
    hangs: &Hangs,
) -> (Reply, Delivery) {
    match state.faults.strike(subject, turn.now) {
        None => (admitted(prepared, subject, turn, state), Delivery::default()),
        Some(Struck { fault, reply: Some(mut reply), mut delivery, why }) => {
            reply.why = Some(why);
            delivery.release = (delivery.form == Form::Hang).then(|| hangs.hold(&fault));
            (reply, delivery)
        }
        Some(Struck { reply: None, delivery, why, .. }) => {
            let mut reply = admitted(prepared, subject, turn, state);
            let also = reply.why.take().map(|why| format!("; {why}")).unwrap_or_default();
            reply.why = Some(format!("{why}{also}"));
            (reply, delivery)
        }
    }
}

/// The reply of the operation, where the key's permissions and limits let the request in.
fn admitted(
    prepared: Result<Prepared, Refusal>,
    subject: &Subject<'_>,
    turn: Turn,
    state: &mut State,
) -> Reply {
    let quota = match state.admit(subject, turn.now) {
        Ok(quota) => quota,
        Err(refusal) => return refusal.into_reply(turn.version),
    };
    let reply = carry_out(prepared, turn, state).unwrap_or_else(|refusal| refusal.into_reply(turn.version));
    match quota {
        Some(quota) => quota.mark(reply),
        None => reply,
    }
}

/// Carries an operation out. A refusal leaves the state as it was.
fn carry_out(prepared: Result<Prepared, Refusal>, turn: Turn, state: &mut State) -> Result<Reply, Refusal> {
    let Prepared { handler, found, query, body, changes_late } = prepared?;
    let call = Call::new(found, query, body, turn.now, turn.ids);
    // A copy shares the collections, but makes the next change of each copy what it touches.
    let before = changes_late.then(|| state.clone());
    let issued = state.ids_issued;
    handler(&call, state).inspect_err(|_| match before {
        Some(before) => *state = before,
        None => state.ids_issued = issued,
    })
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
