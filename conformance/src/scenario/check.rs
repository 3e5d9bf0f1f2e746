//! What a scenario file has to be beyond its form: it must not contradict itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

use super::file::{Attempts as FileAttempts, File, RequestPattern as FilePattern};
use super::model::{
    Attempts, COLLECTIONS, Capability, ExpectedResult, Given, RequestPattern, Scenario, Then,
};
use crate::protocol::Retry;

/// What an expected item may name, by collection.
const CONTACT: [&str; 11] = [
    "cID",
    "cart",
    "channels",
    "attributes",
    "lists",
    "listJoinDate",
    "createdAt",
    "lastModified",
    "lastUpdateSource",
    "anonymousIds",
    "open",
];
const CHANNEL: [&str; 5] = ["address", "subscribeStatus", "invalid", "subscribedAt", "unsubscribedAt"];
const ACTIVITY: [&str; 8] = ["_id", "cID", "contact", "action", "time", "properties", "UID", "open"];

type Mistakes = Vec<(Location, String)>;

/// Turns a file into a scenario, or says everything that is wrong with it.
pub(super) fn check(file: File, id: &str) -> Result<Scenario, Mistakes> {
    let mut mistakes = Mistakes::new();
    if file.id.value != id {
        mistakes.push((
            file.id.referenced,
            format!("the id is the file's path with dots: write `{id}`, or move the file"),
        ));
    }
    if file.why.value.trim().is_empty() {
        mistakes.push((
            file.why.referenced,
            "`why` is empty: say what breaks for people if this is violated".to_owned(),
        ));
    }
    if file.dialect.value.is_empty() {
        mistakes.push((
            file.dialect.referenced,
            "no dialect is judged: write `classic`, `actions` or both".to_owned(),
        ));
    }
    let given = given(file.given, &mut mistakes);
    let when = events(&file.when.value, id, &mut mistakes);
    if when.is_empty() {
        mistakes.push((file.when.referenced, "nothing happens: add an event".to_owned()));
    }
    if file.together {
        check_together(&file.when, &mut mistakes);
    }
    let needs: BTreeSet<Capability> = file.needs.value.iter().copied().collect();
    for event in file.when.value.iter().filter(|event| !event.value.contains_key(REDELIVER)) {
        check_event(event, &needs, file.needs.referenced, &mut mistakes);
    }
    if file.then.results.value.len() != when.len() {
        let plural = |count: usize, what: &str| {
            if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
        };
        let (events, results) =
            (plural(when.len(), "event"), plural(file.then.results.value.len(), "result"));
        mistakes.push((
            file.then.results.referenced,
            format!("{events} and {results}: write one result per event"),
        ));
    }
    let (mut state, place) = match file.then.state {
        Some(state) => (state.value, state.referenced),
        None => (Map::new(), Location::UNKNOWN),
    };
    let open = open_collections(&mut state, place, &mut mistakes);
    check_state(&state, &given, &open, place, &mut mistakes);
    let attempts: Vec<Attempts> =
        file.then.attempts.into_iter().map(|attempts| attempts_of(attempts, &mut mistakes)).collect();
    let never = file.then.never.map(|never| never.requests).unwrap_or_default();
    let never = never.into_iter().map(|pattern| pattern_of(pattern, &mut mistakes)).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let expected = |result: super::file::ExpectedResult| ExpectedResult {
        outcome: result.outcome.0,
        status: result.status.0,
        retry_after_ms: result.retry_after_ms,
    };
    let results = file.then.results.value.into_iter().map(expected).collect();
    Ok(Scenario {
        id: file.id.value,
        why: file.why.value,
        dialect: file.dialect.value.into_iter().collect(),
        needs,
        level: file.level,
        source: file.source.0,
        retry: if file.retry.0.is_empty() { Retry::ALL.into() } else { file.retry.0.into_iter().collect() },
        given,
        when,
        together: file.together,
        then: Then { results, state, open, attempts, never },
    })
}

/// The account has to be one that the mock can hold.
fn given(given: Option<Spanned<Map<String, Value>>>, mistakes: &mut Mistakes) -> Given {
    let (mut state, place) =
        given.map_or_else(|| (Map::new(), Location::UNKNOWN), |given| (given.value, given.referenced));
    let segment_id_key = match state.shift_remove("segmentIdKey") {
        None => None,
        Some(Value::String(key)) => Some(key),
        Some(_) => {
            mistakes.push((place, "given.segmentIdKey has to be an attribute's key".to_owned()));
            None
        }
    };
    let refused = match state.shift_remove("endpoint") {
        None => false,
        Some(Value::String(endpoint)) if endpoint == "refused" => true,
        Some(_) => {
            mistakes
                .push((place, "given.endpoint: write `refused`, or leave it out for the mock".to_owned()));
            false
        }
    };
    let timeout_ms = match state.shift_remove("timeoutMs") {
        None => None,
        Some(value) => value.as_u64().filter(|ms| *ms > 0).or_else(|| {
            mistakes.push((place, "given.timeoutMs has to be a number of milliseconds".to_owned()));
            None
        }),
    };
    let state = Value::Object(state);
    if let Err(error) = cordial_mock::account::normalize(&state) {
        mistakes.push((place, format!("given: {error}")));
    }
    Given { state, segment_id_key, refused, timeout_ms }
}

/// What stands in the place of an event that comes again.
const REDELIVER: &str = "redeliver";

/// The events, with those that come again written out: the same to the last field, as Segment redelivers.
fn events(steps: &[Spanned<Map<String, Value>>], id: &str, mistakes: &mut Mistakes) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::with_capacity(steps.len());
    for step in steps {
        let Some(number) = step.value.get(REDELIVER) else {
            events.push(Value::Object(step.value.clone()));
            continue;
        };
        let at = number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        match at.checked_sub(1).and_then(|at| events.get(at)).cloned() {
            Some(mut event) if step.value.len() == 1 => {
                if event.get("messageId").is_none() {
                    event["messageId"] = Value::String(format!("{id}-{at}"));
                }
                events.push(event);
            }
            _ => mistakes.push((
                step.referenced,
                format!(
                    "{REDELIVER}: {number}: write the number of an event above, from 1, and nothing beside it"
                ),
            )),
        }
    }
    events
}

/// One delivery has several events, and holds none of them twice: whoever delivers again has seen what came of it.
fn check_together(when: &Spanned<Vec<Spanned<Map<String, Value>>>>, mistakes: &mut Mistakes) {
    if when.value.len() < 2 {
        mistakes.push((
            when.referenced,
            "`together: true` and one event: add another one, or leave `together` out".to_owned(),
        ));
    }
    for step in when.value.iter().filter(|step| step.value.contains_key(REDELIVER)) {
        mistakes.push((
            step.referenced,
            format!("`together: true` and `{REDELIVER}`: an event comes again in a delivery of its own, so leave one of them out"),
        ));
    }
}

fn attempts_of(attempts: Spanned<FileAttempts>, mistakes: &mut Mistakes) -> Attempts {
    let FileAttempts { request, count, waits_ms, waits_grow } = attempts.value;
    let request = Spanned { value: request, referenced: attempts.referenced, defined: attempts.defined };
    Attempts { request: pattern_of(request, mistakes), count, waits_ms, waits_grow }
}

fn check_event(
    event: &Spanned<Map<String, Value>>,
    needs: &BTreeSet<Capability>,
    needs_place: Location,
    mistakes: &mut Mistakes,
) {
    let place = event.referenced;
    match event.value.get("type").and_then(Value::as_str) {
        None => mistakes
            .push((place, "the event has no `type`: write identify, group, track, page or alias".to_owned())),
        Some(name) => match Capability::EVENTS.into_iter().find(|event| event.to_string() == name) {
            Some(capability) if needs.contains(&capability) => {}
            Some(capability) => mistakes.push((
                needs_place,
                format!("an event is of the type {capability}: add `{capability}` to `needs`"),
            )),
            None => {
                let known = Capability::EVENTS.map(|capability| capability.to_string());
                let nearest = known
                    .iter()
                    .max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
                mistakes.push((
                    place,
                    format!(
                        "`{name}` is no type of event: did you mean `{}`?",
                        nearest.map_or("track", String::as_str)
                    ),
                ));
            }
        },
    }
    let mut leaves = BTreeSet::new();
    if let Some(twice) = repeated_leaf(&Value::Object(event.value.clone()), &mut leaves) {
        mistakes.push((place, format!("{twice} stands twice in one event: give each value its own, so that a swapped or dropped field shows")));
    }
}

/// The first text or number that two leaves share.
fn repeated_leaf(value: &Value, seen: &mut BTreeSet<String>) -> Option<String> {
    match value {
        Value::Object(fields) => fields.values().find_map(|value| repeated_leaf(value, seen)),
        Value::Array(items) => items.iter().find_map(|value| repeated_leaf(value, seen)),
        Value::String(_) | Value::Number(_) => (!seen.insert(value.to_string())).then(|| value.to_string()),
        Value::Null | Value::Bool(_) => None,
    }
}

fn open_collections(
    state: &mut Map<String, Value>,
    place: Location,
    mistakes: &mut Mistakes,
) -> BTreeSet<String> {
    let open = match state.shift_remove("open") {
        None => return BTreeSet::new(),
        Some(open) => serde_json::from_value::<BTreeSet<String>>(open),
    };
    let open = open.unwrap_or_else(|_| {
        mistakes
            .push((place, "then.state.open has to be a list of collections, as in [activities]".to_owned()));
        BTreeSet::new()
    });
    for name in open.iter().filter(|name| !COLLECTIONS.contains(&name.as_str())) {
        mistakes.push((
            place,
            format!("then.state.open: `{name}` is no collection: write {}", COLLECTIONS.join(", ")),
        ));
    }
    open
}

fn check_state(
    state: &Map<String, Value>,
    given: &Given,
    open: &BTreeSet<String>,
    place: Location,
    mistakes: &mut Mistakes,
) {
    let mut wrong = |text: String| mistakes.push((place, format!("then.state.{text}")));
    for (name, items) in state {
        if !COLLECTIONS.contains(&name.as_str()) {
            wrong(format!("{name}: no such collection: write {}", COLLECTIONS.join(", ")));
        } else if name != "integration" && !items.is_array() {
            wrong(format!("{name}: has to be a list"));
        }
    }
    let keys = named(&given.state, "attributes", "key");
    let mut lists = named(&given.state, "lists", "name");
    lists.extend(named(&Value::Object(state.clone()), "lists", "name"));
    for (at, contact) in items(state, "contacts") {
        let text = |what: &str| format!("contacts[{at}]: {what}");
        for field in fields(contact).filter(|field| !CONTACT.contains(field)) {
            wrong(text(&format!("`{field}` is unknown: write {}", CONTACT.join(", "))));
        }
        for (name, channel) in contact.get("channels").and_then(Value::as_object).into_iter().flatten() {
            for field in fields(channel).filter(|field| !CHANNEL.contains(field)) {
                wrong(text(&format!("channels.{name}: `{field}` is unknown: write {}", CHANNEL.join(", "))));
            }
        }
        for key in contact.get("attributes").into_iter().flat_map(fields).filter(|key| !keys.contains(*key)) {
            wrong(text(&format!("the account has no attribute `{key}`: define it in given.attributes")));
        }
        for name in
            contact.get("lists").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !lists.contains(name) && !open.contains("lists") {
                wrong(text(&format!(
                    "the account has no list `{name}`: define it in given.lists, or expect it in then.state.lists"
                )));
            }
        }
    }
    let people = identities(state, given);
    for (at, activity) in items(state, "activities") {
        for field in fields(activity).filter(|field| !ACTIVITY.contains(field)) {
            wrong(format!("activities[{at}]: `{field}` is unknown: write {}", ACTIVITY.join(", ")));
        }
        if let Some(contact) = activity.get("contact").and_then(Value::as_str)
            && !people.contains(contact)
            && !open.contains("contacts")
        {
            wrong(format!("activities[{at}]: there is no contact `{contact}`, neither given nor expected"));
        }
    }
}

/// Every text by which a given or expected contact may be named.
fn identities(state: &Map<String, Value>, given: &Given) -> BTreeSet<String> {
    let given = given.state.get("contacts").and_then(Value::as_array).into_iter().flatten();
    let expected = state.get("contacts").and_then(Value::as_array).into_iter().flatten();
    let mut identities = BTreeSet::new();
    for contact in given.chain(expected) {
        let addresses = contact.get("channels").and_then(Value::as_object).into_iter().flatten();
        identities
            .extend(addresses.filter_map(|(_, channel)| channel["address"].as_str().map(str::to_owned)));
        let attributes = contact.get("attributes").and_then(Value::as_object).into_iter().flatten();
        identities.extend(attributes.filter_map(|(_, value)| value.as_str().map(str::to_owned)));
    }
    identities
}

fn items<'a>(state: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    state.get(name).and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn fields(value: &Value) -> impl Iterator<Item = &str> {
    value.as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str))
}

fn named(document: &Value, collection: &str, key: &str) -> BTreeSet<String> {
    let items = document.get(collection).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item[key].as_str().map(str::to_owned)).collect()
}

fn pattern_of(pattern: Spanned<FilePattern>, mistakes: &mut Mistakes) -> RequestPattern {
    let FilePattern { method, path, body } = pattern.value;
    if method.is_none() && path.is_none() && body.is_empty() {
        mistakes.push((
            pattern.referenced,
            "this would fit every request: name a method, a path or fields of the body".to_owned(),
        ));
    }
    if let Some(error) = path.as_ref().and_then(|path| globset::Glob::new(path).err()) {
        mistakes.push((pattern.referenced, format!("{error}")));
    }
    RequestPattern { method, path, body }
}
