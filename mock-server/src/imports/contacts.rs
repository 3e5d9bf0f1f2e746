//! Contacts from the rows of a file.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::not_acceptable;
use crate::account::{EMAIL_ADDRESS, State};
use crate::contacts::{Change, Contact, identifier_text};
use crate::email;
use crate::input::Input;
use crate::jobs::Counts;
use crate::refusal::Refusal;
use crate::world::IdStamp;

/// What becomes of rows for known and for unknown contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Upsert,
    InsertOnly,
    UpdateOnly,
}

/// An import of contacts.
#[derive(Debug, Clone)]
pub(crate) struct ContactImport {
    /// The sender's name for it.
    pub(crate) name: Option<String>,
    text: Arc<str>,
    delimiter: u8,
    /// The names of the columns, where the file does not begin with them.
    columns: Option<Vec<String>>,
    strategy: Strategy,
    null_marker: Option<String>,
    add_to: Vec<String>,
    remove_from: Vec<String>,
}

enum Row {
    Inserted,
    Updated,
    Ignored,
    Rejected,
    /// An identifier that another contact has: the only rows that `error` counts (official).
    Taken,
}

impl ContactImport {
    /// Reads all but the file.
    pub(super) fn read(body: &Input) -> Result<Self, Refusal> {
        let texts = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(identifier_text).collect()
        };
        if let Some(address) = body.fields.get("confirmEmail").filter(|value| !value.is_null())
            && !address.as_str().is_some_and(email::is_valid)
        {
            return Err(not_acceptable("The confirm email must be a valid email address."));
        }
        let has_header = body.bool("hasHeader").unwrap_or(false);
        let columns = read_columns(body)?;
        if !has_header && columns.is_empty() {
            return Err(not_acceptable("The columns field is required."));
        }
        let strategy = match body.fields.get("strategy").map(|value| value.as_str().unwrap_or_default()) {
            None => Strategy::Upsert,
            Some("insertOnly") => Strategy::InsertOnly,
            Some("updateOnly") => Strategy::UpdateOnly,
            Some(_) => return Err(not_acceptable("The selected strategy is invalid.")),
        };
        let delimiter = match body.text("delimiter").as_deref().map(str::as_bytes) {
            None => b',',
            Some([delimiter]) => *delimiter,
            Some(_) => return Err(not_acceptable("The delimiter must be 1 characters.")),
        };
        let lists = |name: &str| texts(body.fields.get("lists").and_then(|lists| lists.get(name)));
        Ok(Self {
            name: body.text("importName"),
            text: Arc::from(""),
            delimiter,
            columns: (!has_header).then_some(columns),
            strategy,
            null_marker: body.text("nullMarker"),
            add_to: lists("addTo"),
            remove_from: lists("removeFrom"),
        })
    }

    /// The import of this file.
    pub(super) fn of(self, text: Arc<str>) -> Self {
        Self { text, ..self }
    }

    pub(crate) fn carry_out(&self, state: &mut State, ids: IdStamp, now: Timestamp) -> Counts {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(self.text.as_bytes());
        let mut records = reader.records();
        let columns = match &self.columns {
            Some(columns) => columns.clone(),
            None => match records.next() {
                Some(Ok(header)) => header.iter().map(|name| name.trim().to_owned()).collect(),
                _ => Vec::new(),
            },
        };
        let mut counts = Counts::default();
        for record in records {
            counts.total_records += 1;
            let fields = record.map(|record| self.fields(&columns, &record, state));
            match fields.map_or(Row::Rejected, |fields| self.apply(fields, state, ids, now)) {
                Row::Inserted => counts.inserted += 1,
                Row::Updated => counts.updated += 1,
                Row::Ignored => counts.ignored += 1,
                Row::Rejected => counts.rejected += 1,
                Row::Taken => counts.error += 1,
            }
        }
        counts
    }

    /// A row as the body of a contact. An empty cell says nothing, and neither does the null marker: "the attribute
    /// will be skipped" (official).
    fn fields(&self, columns: &[String], record: &csv::StringRecord, state: &State) -> Map<String, Value> {
        let mut fields = Map::new();
        for (column, cell) in columns.iter().zip(record) {
            let value = match cell.trim() {
                "" => continue,
                cell if Some(cell) == self.null_marker.as_deref() => continue,
                cell => json!(cell),
            };
            match column.as_str() {
                // A column without a name is left out (official).
                "" => {}
                "email" | EMAIL_ADDRESS => nest(&mut fields, "address", value),
                "subscribeStatus" | "channels.email.subscribeStatus" => {
                    nest(&mut fields, "subscribeStatus", value);
                }
                // A list may be named by its id as well (vendor docs).
                column => {
                    let name = state.list_with_id(column).map_or(column, |list| list.name.as_str());
                    fields.insert(name.to_owned(), value);
                }
            }
        }
        for (lists, member) in [(&self.add_to, true), (&self.remove_from, false)] {
            fields.extend(lists.iter().map(|list| (list.clone(), json!(member))));
        }
        fields
    }

    fn apply(&self, mut fields: Map<String, Value>, state: &mut State, ids: IdStamp, now: Timestamp) -> Row {
        let key = state.settings.primary_key.clone();
        let value = Input::from(fields.clone()).lookup(&key).and_then(identifier_text);
        let Some(value) = value else { return Row::Rejected };
        let known = state.contacts.find(&key, &value).cloned();
        let created = known.is_none();
        if (created && self.strategy == Strategy::UpdateOnly)
            || (!created && self.strategy == Strategy::InsertOnly)
        {
            return Row::Ignored;
        }
        // Other than the API, an import makes new contacts subscribed where the file does not say (vendor docs).
        if created && fields.get("channels").is_some_and(|it| it["email"].get("subscribeStatus").is_none()) {
            nest(&mut fields, "subscribeStatus", json!("subscribed"));
        }
        let body = Input::from_text(fields);
        let Ok(change) = Change::read(&body, known.as_deref(), state) else { return Row::Rejected };
        let contact = match known {
            Some(contact) => Contact::clone(&contact),
            None => Contact::new(state.fresh_id(ids, now), now),
        };
        let Ok(contact) = change.onto(contact, created, state, now) else { return Row::Rejected };
        match state.put_contact(contact) {
            Ok(()) if created => Row::Inserted,
            Ok(()) => Row::Updated,
            Err(_) => Row::Taken,
        }
    }
}

/// The names of the columns, in their places: one without a name still takes its place in a row.
fn read_columns(body: &Input) -> Result<Vec<String>, Refusal> {
    let not_texts = || not_acceptable("The columns must be an array of strings.");
    match body.fields.get("columns") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(columns)) => {
            columns.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(not_texts)).collect()
        }
        Some(_) => Err(not_texts()),
    }
}

fn nest(fields: &mut Map<String, Value>, field: &str, value: Value) {
    let channels = fields.entry("channels").or_insert_with(|| json!({ "email": {} }));
    channels["email"][field] = value;
}
