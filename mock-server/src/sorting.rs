//! `sort_by` and `sort_dir` of a listing.

use std::cmp::Ordering;

use serde_json::Value;

use crate::query::Query;

/// A value as a listing orders it: what is not there, then numbers by their size, then texts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Missing,
    Number(Number),
    Text(String),
}

/// A number of JSON, which is never one that cannot be compared.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl From<Option<Value>> for Rank {
    fn from(value: Option<Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Missing,
            Some(Value::Number(number)) => Self::Number(Number(number.as_f64().unwrap_or_default())),
            Some(Value::String(text)) => Self::Text(text),
            Some(other) => Self::Text(other.to_string()),
        }
    }
}

/// Puts the items into the order that the query asks for, by the value that each has for a key. Without `sort_by`
/// their order stays; `sort_dir=desc` turns it round.
pub(crate) fn sort<T>(items: &mut [T], query: &Query, value: impl Fn(&T, &str) -> Option<Value>) {
    if let Some(key) = query.get("sort_by") {
        items.sort_by_cached_key(|item| Rank::from(value(item, key)));
    }
    if query.get("sort_dir") == Some("desc") {
        items.reverse();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_ordered_by_their_size_and_what_is_missing_comes_first() {
        let mut items = [json!(100), json!("a"), json!(20), Value::Null, json!(3.5)];
        sort(&mut items, &Query::parse("sort_by=self").unwrap(), |item, _| Some(item.clone()));
        assert_eq!(items, [Value::Null, json!(3.5), json!(20), json!(100), json!("a")]);
        sort(&mut items, &Query::parse("sort_by=self&sort_dir=desc").unwrap(), |item, _| Some(item.clone()));
        assert_eq!(items[0], "a");
    }
}
