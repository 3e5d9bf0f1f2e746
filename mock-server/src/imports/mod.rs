//! `POST /contactimports`: contacts from a file. The mock fetches nothing: the files are part of the account's state
//! (`files`, by their URL or path).

mod contacts;
mod source;

use http::StatusCode;
use serde_json::{Value, json};

pub(crate) use contacts::ContactImport;

use crate::account::State;
use crate::jobs::{self, Work};
use crate::message::Reply;
use crate::refusal::{GENERIC, Refusal};
use crate::routes::Call;

/// `POST /contactimports`.
///
/// # Errors
/// 406 with the official texts; 501 for what the mock does not do. A file that is not there is no refusal: the `jobId`
/// of the reply says it (official).
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let file = source::read(&call.body.fields)?;
    // Taken in silence, these would promise a call and contacts that never come.
    if call.body.fields.get("jobStatusWebhookUrl").is_some_and(|url| !url.is_null()) {
        return Err(Refusal::not_served("jobStatusWebhookUrl of POST /contactimports"));
    }
    if file.to_ascii_lowercase().ends_with(".jsonl") {
        return Err(Refusal::not_served("JSONL files of POST /contactimports"));
    }
    let import = ContactImport::read(&call.body)?;
    let Some(text) = state.files.get(&file).cloned() else {
        let message = format!("Couldn't get the size of the file ({file})");
        let error = json!({ "error": true, "errorKey": GENERIC, "message": message });
        return Ok(Reply {
            why: Some(format!(
                "the mock fetches nothing: put the text of the file into the account's state, as files: {{ \"{file}\": ... }}"
            )),
            ..accepted(&error)
        });
    };
    let job = jobs::start("ImportContacts", Work::Import(Box::new(import.of(text))), call, state);
    Ok(accepted(&json!(job.to_string())))
}

fn accepted(job: &Value) -> Reply {
    Reply::json(StatusCode::CREATED, &json!({ "jobId": job }))
}

/// 406, which only imports use.
fn not_acceptable(text: impl Into<String>) -> Refusal {
    Refusal::message(text).with_status(StatusCode::NOT_ACCEPTABLE)
}
