//! Account lists (FACTS, "Account lists").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::State;
use crate::contacts::Contact;
use crate::hints;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};
use crate::routes::Call;

/// A list of the account. Contacts are added and removed through the contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountList {
    /// An integer. In a seed, 0 or none means the next free one.
    #[serde(default)]
    pub id: u64,
    /// Unique, and no attribute's key.
    pub name: String,
    /// Whether the date of joining is kept.
    #[serde(default)]
    pub enhanced: bool,
    /// Segment's id of the group; kept and returned (client).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_group_id: Option<String>,
}

impl AccountList {
    fn render(&self) -> Value {
        let mut body = json!({ "id": self.id, "name": self.name, "enhanced": self.enhanced });
        if let Some(group) = &self.segment_group_id {
            body["segment_group_id"] = json!(group);
        }
        body
    }
}

/// `GET /accountlists`.
///
/// # Errors
/// 404 when none matches.
pub fn list(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let matching: Vec<Value> = state
        .lists
        .values()
        .filter(|list| call.query.get("name").is_none_or(|name| list.name == name))
        .map(AccountList::render)
        .collect();
    if matching.is_empty() {
        return Err(Refusal::record_not_found()
            .because("the account has no such list")
            .hint(call.query.get("name").and_then(|name| hints::list_name(name, state))));
    }
    Ok(Reply::ok(&Value::Array(matching)))
}

/// `POST /accountlists`.
///
/// # Errors
/// 422 with the official texts.
pub fn create(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let name = read_name(call)?.ok_or_else(|| {
        let mut errors = FieldErrors::default();
        errors.required("name");
        Refusal::from(errors)
    })?;
    check_name(&name, None, state)?;
    let id = state.next_list_id();
    let list = AccountList {
        id,
        name,
        enhanced: read_enhanced(call)?.unwrap_or(false),
        segment_group_id: call.body.text("segment_group_id"),
    };
    state.lists.insert(id, list);
    Ok(Reply::ok(&json!({ "success": true, "id": id })))
}

/// `GET /accountlists/{id}`.
///
/// # Errors
/// 404 `List does not exist` (official).
pub fn get(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&find(call, state)?.render()))
}

/// `GET /accountlists/{id}/count`.
///
/// # Errors
/// 404 `List does not exist` (official).
pub fn count(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let list = find(call, state)?;
    let mut body = list.render();
    body["count"] =
        json!(state.contacts.iter().filter(|contact| contact.lists.contains_key(&list.id)).count());
    Ok(Reply::ok(&body))
}

/// `PUT /accountlists/{id}`. The reply is an array of one (official).
///
/// # Errors
/// 404 `List is not found` (official: another text than GET's), 422 as for a creation.
pub fn update(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let mut list = find(call, state)
        .map_err(|_| unknown(Refusal::not_found(crate::refusal::GENERIC, "List is not found"), call, state))?
        .clone();
    if let Some(name) = read_name(call)? {
        check_name(&name, Some(list.id), state)?;
        list.name = name;
    }
    list.enhanced = read_enhanced(call)?.unwrap_or(list.enhanced);
    list.segment_group_id = call.body.text("segment_group_id").or(list.segment_group_id);
    let body = json!([list.render()]);
    state.lists.insert(list.id, list);
    Ok(Reply::ok(&body))
}

/// `PUT /accountlists/{id}/clear`: the members leave, the contacts stay.
///
/// # Errors
/// 404 `List does not exist` (official).
pub fn clear(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let id = find(call, state)?.id;
    remove_members(id, state)?;
    Ok(Reply::ok(&json!({ "success": true, "id": id })))
}

/// `DELETE /accountlists/{id}`.
///
/// # Errors
/// 404 `record not found` (official).
pub fn delete(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let id = find(call, state).map_err(|_| unknown(Refusal::record_not_found(), call, state))?.id;
    remove_members(id, state)?;
    state.lists.remove(&id);
    state.deleted_list_id = state.deleted_list_id.max(id);
    Ok(Reply::success())
}

fn remove_members(id: u64, state: &mut State) -> Result<(), Refusal> {
    let members: Vec<_> =
        state.contacts.iter().filter(|contact| contact.lists.contains_key(&id)).cloned().collect();
    for member in members {
        let mut contact = Contact::clone(&member);
        contact.lists.remove(&id);
        state.put_contact(contact).map_err(Refusal::message)?;
    }
    Ok(())
}

fn find<'a>(call: &Call, state: &'a State) -> Result<&'a AccountList, Refusal> {
    state.list_with_id(call.param("id")).ok_or_else(|| {
        unknown(Refusal::not_found("ACCOUNT_LISTS_NOT_FOUND", "List does not exist"), call, state)
    })
}

/// The refusal with what the journal says of the list that is not there.
fn unknown(refusal: Refusal, call: &Call, state: &State) -> Refusal {
    let id = call.param("id");
    refusal
        .because(format!("no list has the id `{id}`: a list is named by its number here, not by its name"))
        .hint(hints::list_id(id, state))
}

fn read_name(call: &Call) -> Result<Option<String>, Refusal> {
    match call.body.fields.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.is_empty() => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => {
            let mut errors = FieldErrors::default();
            errors.add("name", "The name must be a string.");
            Err(errors.into())
        }
    }
}

fn read_enhanced(call: &Call) -> Result<Option<bool>, Refusal> {
    let sent = call.body.fields.get("enhanced").filter(|value| !value.is_null());
    let read = sent.map(|value| {
        call.body.as_bool(value).ok_or_else(|| {
            let mut errors = FieldErrors::default();
            errors.add("enhanced", "The enhanced field must be true or false.");
            Refusal::from(errors)
        })
    });
    read.transpose()
}

/// Whether a new or renamed list may have this name. Underscores are taken, against the official text (vendor docs,
/// client).
pub(crate) fn check_name(name: &str, own: Option<u64>, state: &State) -> Result<(), Refusal> {
    if name.eq_ignore_ascii_case("cid") {
        return Err(Refusal::message("cid is not allowed for list names."));
    }
    if name.len() > 128 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(Refusal::message(
            "Name must contain only letters, numbers, and dashes. Should not exceed 128 characters",
        ));
    }
    let taken = state.list_named(name).is_some_and(|list| Some(list.id) != own);
    if taken || state.attributes.contains_key(name) {
        return Err(
            Refusal::message("Name must be unique").because("lists and attributes share one namespace")
        );
    }
    Ok(())
}
