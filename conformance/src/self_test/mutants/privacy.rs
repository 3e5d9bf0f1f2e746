//! Keys.

use serde_json::json;

use super::changes::body;
use super::{OUTCOME, misreads, mutant, once};
use crate::self_test::behaviour::Behaviour;
use crate::self_test::destination::{Remembering, What};
use crate::self_test::lifecycle::Quirk;
use crate::self_test::{Make, Mutant};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        wire!("puts-the-key-into-the-query", "privacy", &["key-stays-in-its-header"], |request| {
            if let Some(key) = &request.key {
                request.url.push_str(&format!("?apiKey={key}"));
            }
        }),
        wire!("puts-the-key-into-the-body", "privacy", &["key-stays-in-its-header"], |request| {
            let key = request.key.clone().unwrap_or_default();
            body(request, "/contactactivities", |body| body["UID"] = json!(key));
        }),
        wire!("puts-the-key-into-another-header", "privacy", &["key-stays-in-its-header"], |request| {
            let key = request.key.clone().unwrap_or_default();
            request.headers.push(("user-agent", format!("destination/1.0 ({key})")));
        }),
        misreads("puts-the-key-into-a-message", "privacy", &["key-stays-in-its-header"], |asked, reply| {
            reply.map_err(|refusal| refusal.with_message(format!("refused with the key {}", asked.key)))
        }),
        mutant("follows-redirects-with-the-key", "privacy", &["key-stays-at-this-host"], || {
            once(Behaviour {
                http: Some(|http| http.redirect(reqwest::redirect::Policy::limited(3))),
                // A header of its own, which the client does not know to be a secret.
                tamper: Some(|request| {
                    let key = request.key.clone().unwrap_or_default();
                    request.headers.push(("x-api-key", key));
                }),
                ..Behaviour::default()
            })
        }),
        wire!("sends-no-key", "privacy", OUTCOME, |request| request.key = None),
        mutant(
            "keeps-the-first-account-s-key",
            "privacy",
            &["result.outcome", "state", "honest-delivery"],
            || Remembering::driver(What::FirstSettings),
        ),
        Mutant {
            name: "logs-the-header",
            area: "privacy",
            intended: &["key-stays-out-of-the-log"],
            breaks_down: false,
            make: Make::Process(Quirk::LogsTheHeader),
        },
        Mutant {
            name: "logs-the-key",
            area: "privacy",
            intended: &["key-stays-out-of-the-log"],
            breaks_down: false,
            make: Make::Process(Quirk::LogsTheKey),
        },
    ]
}
