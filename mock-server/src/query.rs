//! The query of a request: filters, ranges, paging (FACTS, "General form").

use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::contacts::decode;
use crate::dates;
use crate::message::Reply;
use crate::refusal::{FieldErrors, Refusal};

/// How many items a page has unless the request says otherwise (inferred).
const PER_PAGE: usize = 25;
/// The most items that a page has (inferred).
const MAX_PER_PAGE: usize = 10_000;

/// The query's pairs, decoded, in the order in which they were sent.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query as sent, without its question mark.
    ///
    /// # Errors
    /// 400 for a bad percent-encoding.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let text = |part: &str| decode(&part.replace('+', " "));
        let pairs = raw.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((text(key)?, text(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The value of a parameter; the last one, where it is there twice.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may be repeated as `key[]` or listed with commas.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(name, _)| name == key || name.strip_suffix("[]") == Some(key))
            .flat_map(|(_, value)| value.split(','))
            .filter(|value| !value.is_empty())
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// One page of a listing.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// Reads `page` (from 1) and `per_page`, and looks at what else a listing is asked for.
    ///
    /// # Errors
    /// 422 for what is not a whole number from 1, for a `sort_dir` that is neither `asc` nor `desc`, and for a
    /// `return_count` that is neither true nor false: a listing that ignored them would be another one than was meant.
    pub fn read(query: &Query) -> Result<Self, Refusal> {
        let mut errors = FieldErrors::default();
        let mut number = |key: &str, default: usize| match query.get(key) {
            None => default,
            Some(text) => text.parse().ok().filter(|number| *number > 0).unwrap_or_else(|| {
                errors.add(key, format!("The {key} must be an integer and at least 1."));
                default
            }),
        };
        let page = Self { number: number("page", 1), size: number("per_page", PER_PAGE).min(MAX_PER_PAGE) };
        if query.get("sort_dir").is_some_and(|wanted| !["asc", "desc"].contains(&wanted)) {
            errors.add("sort_dir", "The selected sort_dir is invalid.");
        }
        if query.get("return_count").is_some_and(|wanted| !["true", "false", "1", "0"].contains(&wanted)) {
            errors.add("return_count", "The return_count field must be true or false.");
        }
        errors.into_result()?;
        Ok(page)
    }

    /// The most items that this page has.
    #[must_use]
    pub fn size(self) -> usize {
        self.size
    }

    /// The items of this page; none past the end.
    #[must_use]
    pub fn of<T>(self, items: &[T]) -> &[T] {
        let start = (self.number - 1).saturating_mul(self.size).min(items.len());
        let end = start.saturating_add(self.size).min(items.len());
        &items[start..end]
    }
}

/// A range of time, from parameters such as `time[gt]`.
#[derive(Debug, Clone, Default)]
pub struct TimeRange(Vec<(Bound, Timestamp)>);

#[derive(Debug, Clone, Copy)]
enum Bound {
    After,
    From,
    Before,
    Until,
    At,
}

impl TimeRange {
    /// Reads the bounds of `field`.
    ///
    /// # Errors
    /// 422 `Time value is incorrect` (official, for orders) for an unknown bound or a value that is no date.
    pub fn read(query: &Query, field: &str, zone: &TimeZone) -> Result<Self, Refusal> {
        let mut bounds = Vec::new();
        for (key, value) in query.pairs() {
            let Some(suffix) = key.strip_prefix(field) else { continue };
            let bound = match suffix {
                "[gt]" => Bound::After,
                "[gte]" => Bound::From,
                "[lt]" => Bound::Before,
                "[lte]" => Bound::Until,
                "" | "[eq]" => Bound::At,
                other if other.starts_with('[') => {
                    return Err(incorrect(format!("`{key}`: write gt, gte, lt or lte in the brackets")));
                }
                _ => continue,
            };
            let at =
                dates::parse(value, zone).ok_or_else(|| incorrect(format!("`{value}` is not a date")))?;
            bounds.push((bound, at));
        }
        Ok(Self(bounds))
    }

    /// Whether there is no bound.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the time is within all bounds.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.0.iter().all(|(bound, at)| match bound {
            Bound::After => time > *at,
            Bound::From => time >= *at,
            Bound::Before => time < *at,
            Bound::Until => time <= *at,
            Bound::At => time == *at,
        })
    }
}

fn incorrect(why: String) -> Refusal {
    Refusal::message("Time value is incorrect").because(why)
}

/// The fields that `fields` asks for; all of them where it does not.
#[must_use]
pub fn select(mut item: Map<String, Value>, query: &Query) -> Map<String, Value> {
    if query.all("fields").next().is_some() {
        item.retain(|key, _| query.all("fields").any(|wanted| wanted == key));
    }
    item
}

/// Adds the number of all items, over all pages, where `return_count` asks for it. Where the real service puts it
/// is not known; the body's form is, so the mock takes a header (inferred).
#[must_use]
pub fn with_count(reply: Reply, query: &Query, count: usize) -> Reply {
    if matches!(query.get("return_count"), Some("true" | "1")) {
        return reply.with_header(HeaderName::from_static("x-total-count"), HeaderValue::from(count));
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(raw: &str) -> Query {
        Query::parse(raw).unwrap()
    }

    #[test]
    fn a_query_is_decoded_and_a_bad_one_refused() {
        assert_eq!(query("email=jane%2Bx%40example.com&a=b+c").get("email"), Some("jane+x@example.com"));
        assert_eq!(query("a=b+c").get("a"), Some("b c"));
        assert_eq!(Query::parse("a=%zz").unwrap_err().status(), 400);
        assert_eq!(Query::parse("a=%ff").unwrap_err().status(), 400);
    }

    #[test]
    fn a_page_past_the_end_is_empty_and_a_page_that_is_no_number_refused() {
        let items: Vec<u32> = (0..60).collect();
        assert_eq!(Page::read(&query("page=3")).unwrap().of(&items), &items[50..]);
        assert_eq!(Page::read(&query("page=9&per_page=10")).unwrap().of(&items), &[] as &[u32]);
        assert_eq!(
            Page::read(&query("page=18446744073709551615&per_page=2")).unwrap().of(&items),
            &[] as &[u32]
        );
        assert!(Page::read(&query("page=0")).is_err());
        assert!(Page::read(&query("per_page=many")).is_err());
    }

    #[test]
    fn an_order_or_a_count_that_nobody_knows_is_refused() {
        assert!(Page::read(&query("sort_dir=desc&return_count=true")).is_ok());
        assert!(Page::read(&query("sort_dir=down")).is_err());
        assert!(Page::read(&query("return_count=maybe")).is_err());
    }

    #[test]
    fn a_range_has_open_and_closed_ends() {
        let range = |raw: &str| TimeRange::read(&query(raw), "time", &TimeZone::UTC);
        let noon: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
        assert!(range("time[gte]=2026-01-02T12:00:00Z&time[lt]=2026-01-03").unwrap().contains(noon));
        assert!(!range("time[gt]=2026-01-02T12:00:00Z").unwrap().contains(noon));
        assert!(range("time[near]=2026-01-02").is_err());
        assert!(range("time[gt]=soon").is_err());
    }

    #[test]
    fn repeated_and_comma_separated_values_are_all_found() {
        assert_eq!(query("f[]=a&f[]=b&f=c,d").all("f").collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
