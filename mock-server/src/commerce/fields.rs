//! Reads the fields of a commerce object: each one has a name and a kind, what has another kind is refused, and what
//! is no field is left out.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::dates;
use crate::input::Input;
use crate::refusal::FieldErrors;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier: a number is taken and comes back as its digits (recorded).
    Id,
    Text,
    Number,
    Bool,
    /// Anything by key.
    Object,
    /// A list of texts.
    Texts,
    /// A date, stored as Cordial writes it.
    Date,
}

/// The names of an object's fields with their kinds.
pub(super) type Schema = &'static [(&'static str, Kind)];

/// Where the fields come from and where what is wrong with them goes.
pub(super) struct Reader<'a> {
    pub(super) body: &'a Input,
    pub(super) zone: &'a TimeZone,
    pub(super) errors: &'a mut FieldErrors,
}

impl Reader<'_> {
    /// The known fields of `from`, which stands at `place` of the body (empty at its top). Null counts as absent.
    pub(super) fn read(
        &mut self,
        from: &Map<String, Value>,
        schema: Schema,
        place: &str,
    ) -> Map<String, Value> {
        let mut fields = Map::new();
        for (name, kind) in schema {
            let Some(value) = from.get(*name).filter(|value| !value.is_null()) else { continue };
            match self.convert(*kind, value) {
                Some(value) => {
                    fields.insert((*name).to_owned(), value);
                }
                None => self.wrong(name, place, *kind),
            }
        }
        fields
    }

    /// Complains about each of `names` that `fields` has no value for.
    pub(super) fn require(&mut self, fields: &Map<String, Value>, names: &[&str], place: &str) {
        for name in names {
            if fields.get(*name).is_none_or(|value| value == "") {
                let text = format!("The {} field is required.", title(name, place));
                self.errors.add(&format!("{place}{name}"), text);
            }
        }
    }

    fn convert(&self, kind: Kind, value: &Value) -> Option<Value> {
        match (kind, value) {
            (Kind::Id, Value::Number(number)) => Some(Value::String(number.to_string())),
            (Kind::Id | Kind::Text, Value::String(_)) | (Kind::Object, Value::Object(_)) => {
                Some(value.clone())
            }
            // PHP does not tell an empty list from an empty map.
            (Kind::Object, Value::Array(items)) if items.is_empty() => Some(Value::Object(Map::new())),
            (Kind::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => Some(value.clone()),
            (Kind::Number, _) => Some(self.body.as_number(value)).filter(Value::is_number),
            (Kind::Bool, _) => self.body.as_flag(value).map(Value::Bool),
            (Kind::Date, Value::String(text)) => {
                dates::parse(text, self.zone).map(|at| Value::String(dates::format(at)))
            }
            _ => None,
        }
    }

    fn wrong(&mut self, name: &str, place: &str, kind: Kind) {
        let title = title(name, place);
        let text = match kind {
            Kind::Id | Kind::Text => format!("The {title} must be a string."),
            Kind::Number => format!("The {title} must be a number."),
            Kind::Bool => format!("The {title} field must be true or false."),
            Kind::Object | Kind::Texts => format!("The {title} must be an array."),
            Kind::Date => format!("The {title} is not a valid date."),
        };
        self.errors.add(&format!("{place}{name}"), text);
    }
}

/// A field's name as error texts have it: `The product id field is required.` (official); inside of a list, as it is.
fn title(name: &str, place: &str) -> String {
    if !place.is_empty() {
        return format!("{place}{name}");
    }
    let mut title = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            title.push(' ');
        }
        after_small = c.is_ascii_lowercase();
        title.push(c.to_ascii_lowercase());
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_words() {
        assert_eq!(title("productID", ""), "product id");
        assert_eq!(title("productName", ""), "product name");
        assert_eq!(title("sku", ""), "sku");
        assert_eq!(title("sku", "items.0."), "items.0.sku");
    }
}
