//! "Did you mean": what the journal adds where a request names something that is not there. Nothing of it is sent.

use crate::account::{EMAIL_ADDRESS, State};
use crate::contacts::{channel_of, decode};
use crate::routes::{self, Router};

/// How many names are looked at: a hint is no reason to walk through a large account.
const LOOK_AT: usize = 1_000;
/// The longest name, in bytes, that is compared letter by letter.
const LONGEST: usize = 128;

/// The known name that is nearest to a wanted one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Near<T> {
    /// The same letters, in another case.
    Case(T),
    /// Other letters, but few.
    Like(T),
}

/// The nearest of the known names, if one is near: another letter case goes before another letter.
pub(crate) fn nearest<T: AsRef<str>>(wanted: &str, known: impl IntoIterator<Item = T>) -> Option<Near<T>> {
    if wanted.is_empty() || wanted.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, T)> = None;
    for name in known.into_iter().take(LOOK_AT) {
        if name.as_ref() != wanted && lower_case(name.as_ref()).eq(lower_case(wanted)) {
            return Some(Near::Case(name));
        }
        let bound = best.as_ref().map_or_else(|| may_differ(wanted) + 1, |(distance, _)| *distance);
        match distance(wanted, name.as_ref()) {
            Some(distance) if distance < bound => best = Some((distance, name)),
            _ => {}
        }
    }
    best.map(|(_, name)| Near::Like(name))
}

fn lower_case(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// How many letters may differ. Addresses of one domain are long and much the same, hence the upper end.
fn may_differ(wanted: &str) -> usize {
    (wanted.chars().count() / 4).clamp(1, 3)
}

/// The number of letters that differ; `None` for the same name, and where the lengths alone say that it is too far.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    let is_far = wanted.len().abs_diff(name.len()) > LONGEST.min(4 * may_differ(wanted));
    (!is_far && wanted != name).then(|| strsim::osa_distance(wanted, name))
}

/// What to say of the nearest name: `list news exists, News does not`, or `did you mean list news?`.
pub(crate) fn name<T: AsRef<str>>(
    kind: &str,
    wanted: &str,
    known: impl IntoIterator<Item = T>,
) -> Option<String> {
    Some(match nearest(wanted, known)? {
        Near::Case(known) => {
            format!("{kind} {} exists, {wanted} does not: letter case matters", known.as_ref())
        }
        Near::Like(known) => format!("did you mean {kind} {}?", known.as_ref()),
    })
}

/// The same for a name in a path, still percent-encoded.
pub(crate) fn encoded_name<T: AsRef<str>>(
    kind: &str,
    wanted: &str,
    known: impl IntoIterator<Item = T>,
) -> Option<String> {
    name(kind, &decode(wanted).ok()?, known)
}

/// What to say of a list that is wanted by its number: whose name it is, or which name is near.
pub(crate) fn list_id(wanted: &str, state: &State) -> Option<String> {
    let wanted = decode(wanted).ok()?;
    if let Some(list) = state.list_named(&wanted) {
        return Some(format!("{wanted} is the name of list {}", list.id));
    }
    let near = nearest(&wanted, state.lists.values().map(|list| &list.name));
    if let Some(Near::Case(name) | Near::Like(name)) = near {
        return state.list_named(name).map(|list| format!("did you mean list {name}, which is {}?", list.id));
    }
    let known: Vec<String> = state.lists.keys().take(5).map(u64::to_string).collect();
    (!known.is_empty()).then(|| format!("there are {}", known.join(", ")))
}

/// What to say of a list that is wanted by its name.
pub(crate) fn list_name(wanted: &str, state: &State) -> Option<String> {
    name("list", wanted, state.lists.values().map(|list| &list.name))
}

/// What to say of a contact's field that is neither attribute nor list.
pub(crate) fn field(wanted: &str, state: &State) -> Option<String> {
    if let Some(key) = state.identifier_key(wanted).filter(|key| *key != wanted) {
        return Some(format!("did you mean {key}?"));
    }
    let wanted = wanted.split('.').next().unwrap_or_default();
    let lists = state.lists.values().map(|list| &list.name);
    let near = nearest(wanted, state.attributes.keys().chain(lists))?;
    let (Near::Case(known) | Near::Like(known)) = &near;
    let kind = if state.attributes.contains_key(*known) { "attribute" } else { "list" };
    name(kind, wanted, [known])
}

/// What to say of a key that is no identifier of the account.
pub(crate) fn identifier(wanted: &str, state: &State) -> Option<String> {
    name("identifier", wanted, state.identifier_names())
}

/// What to say of a contact that a path names in vain.
pub(crate) fn contact_in_path(segment: &str, state: &State) -> Option<String> {
    let Some((key, value)) = segment.split_once(':') else {
        return contact(&state.settings.primary_key, &decode(segment).ok()?, state);
    };
    let (key, value) = (decode(key).ok()?, decode(value).ok()?);
    match state.identifier_key(&key) {
        Some(key) => contact(key, &value, state),
        None => {
            let wrong_key = format!("{key} is no identifier of this account");
            let hint = contact("", &value, state).or_else(|| identifier(&key, state));
            Some(hint.map_or(wrong_key.clone(), |hint| format!("{wrong_key}: {hint}")))
        }
    }
}

/// What to say of a contact that no value of `key` names: the same value under another identifier, in another letter
/// case, or one that is near.
pub(crate) fn contact(key: &str, value: &str, state: &State) -> Option<String> {
    let keys = state.identifier_keys();
    let elsewhere = keys.iter().find(|other| *other != key && state.contacts.find(other, value).is_some());
    if let Some(other) = elsewhere {
        return Some(format!("did you mean {}:{value}?", short(other)));
    }
    let known = || state.contacts.iter().flat_map(|contact| state.identities(contact)).take(LOOK_AT);
    Some(match nearest(value, known().map(Identified))? {
        Near::Case(Identified((key, value))) => {
            format!("a contact with the {} {value} exists: letter case matters", noun(&key))
        }
        Near::Like(Identified((key, value))) => format!("did you mean {}:{value}?", short(&key)),
    })
}

/// An identifier's key and value, compared by its value.
struct Identified((String, String));

impl AsRef<str> for Identified {
    fn as_ref(&self) -> &str {
        &self.0.1
    }
}

fn short(key: &str) -> &str {
    if key == EMAIL_ADDRESS { "email" } else { key }
}

fn noun(key: &str) -> &str {
    if channel_of(key).is_some() { "address" } else { key }
}

/// What to say of a path that Cordial does not have.
pub(crate) fn path(wanted: &str, router: &Router) -> Option<String> {
    let known = |path: &String| !router.methods_of(path).is_empty();
    let trimmed = wanted.trim_end_matches('/');
    let mended = [trimmed.to_owned(), format!("/v2{trimmed}")].into_iter().find(known);
    let mended = mended.or_else(|| {
        let paths =
            routes::all().flat_map(|route| route.paths()).filter_map(|(_, path)| filled(&path, trimmed));
        match nearest(trimmed, paths)? {
            Near::Case(path) | Near::Like(path) => Some(path),
        }
    })?;
    Some(format!("did you mean {mended}?"))
}

/// A known path with the wanted one's own parts where it has a parameter; `None` where it is shorter or longer.
fn filled(known: &str, wanted: &str) -> Option<String> {
    if known.matches('/').count() != wanted.matches('/').count() {
        return None;
    }
    let part = |(known, wanted): (&str, &str)| match known.starts_with('{') {
        true => wanted.to_owned(),
        false => known.to_owned(),
    };
    Some(known.split('/').zip(wanted.split('/')).map(part).collect::<Vec<_>>().join("/"))
}

/// What to say of an operation that the mock does not have: what it serves of the same resource.
pub(crate) fn served_nearby(path: &str) -> Option<String> {
    let resource = |path: &'static str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let wanted = path.split('/').nth(1).unwrap_or_default();
    let near: Vec<String> = routes::all()
        .filter(|route| route.handler.is_some() && resource(route.path) == wanted)
        .take(5)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    (!near.is_empty()).then(|| format!("nearest that is served: {}", near.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_letter_case_goes_before_another_letter() {
        assert_eq!(nearest("news", ["new", "NEWS"]), Some(Near::Case("NEWS")));
        assert_eq!(nearest("news", ["mews", "other"]), Some(Near::Like("mews")));
        assert_eq!(nearest("news", ["something", "n"]), None);
        assert_eq!(nearest("", ["n"]), None);
    }

    #[test]
    fn the_nearest_is_the_first_of_those_that_differ_least() {
        assert_eq!(nearest("orders-1", ["orders-23", "orders-2", "orders-3"]), Some(Near::Like("orders-2")));
    }

    #[test]
    fn a_large_account_is_not_walked_through() {
        let mut looked_at = 0;
        let names = std::iter::repeat_with(|| {
            looked_at += 1;
            "unlike"
        });
        assert_eq!(nearest("news", names), None);
        assert_eq!(looked_at, LOOK_AT);
    }

    #[test]
    fn a_path_is_mended_by_slash_version_case_and_letters() {
        let router = Router::new().unwrap();
        let hint = |wanted: &str| path(wanted, &router).unwrap_or_default();
        assert_eq!(hint("/v2/contact"), "did you mean /v2/contacts?");
        assert_eq!(hint("/v2/contacts/"), "did you mean /v2/contacts?");
        assert_eq!(hint("/contacts/a@example.com"), "did you mean /v2/contacts/a@example.com?");
        assert_eq!(hint("/v2/Contacts"), "did you mean /v2/contacts?");
        assert_eq!(hint("/v2/contact/a@example.com"), "did you mean /v2/contacts/a@example.com?");
        assert_eq!(hint("/segment/identity"), "did you mean /segment/identify?");
        assert_eq!(hint("/nothing/like/it"), "");
    }
}
