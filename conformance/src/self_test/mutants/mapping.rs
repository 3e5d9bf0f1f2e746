//! What becomes of traits and of the integration config.

use serde_json::{Map, Value, json};

use super::changes::{
    body, camel, cut, drop_first, each, numeric, rename, stringify, swap, traits, trim, within,
};
use super::{CONTACTS, OUTCOME, config, mutant, once};
use crate::protocol::Settings;
use crate::self_test::Mutant;
use crate::self_test::behaviour::Behaviour;
use crate::self_test::destination::{Remembering, What};

/// All of this kind.
pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        event!("drops-all-traits", "mapping", CONTACTS, |event, _| traits(event, Map::clear)),
        event!("drops-one-trait", "mapping", CONTACTS, |event, _| traits(event, |traits| {
            drop_first(traits);
        })),
        event!("swaps-two-traits", "mapping", CONTACTS, |event, _| traits(event, swap)),
        event!("stringifies-traits", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, stringify
        ))),
        event!("truncates-traits", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, truncate
        ))),
        event!("lowercases-traits", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, lowercase
        ))),
        event!("rounds-numbers", "mapping", CONTACTS, |event, _| traits(event, |traits| each(traits, round))),
        event!("joins-lists", "mapping", &["state.contacts", "result.outcome"], |event, _| traits(
            event,
            |traits| each(traits, join)
        )),
        event!("camelises-keys", "mapping", &["state.contacts", "result.outcome"], |event, _| traits(
            event,
            |traits| rename(traits, camel)
        )),
        event!("trims-texts", "mapping", &["state.contacts", "state.activities"], |event, _| {
            for field in ["traits", "properties"] {
                within(event, field, |fields| each(fields, trim));
            }
        }),
        event!("mangles-unicode", "mapping", &["state.contacts", "state.activities"], |event, _| {
            for field in ["traits", "properties"] {
                within(event, field, |fields| each(fields, ascii));
            }
        }),
        event!(
            "nests-traits-under-attributes-of-their-own",
            "mapping",
            &["state.contacts", "result.outcome"],
            |event, _| {
                if let Some(traits) = event.get_mut("traits").filter(|traits| traits.is_object()) {
                    *traits = json!({ "traits": traits.take() });
                }
            }
        ),
        config("ignores-the-mapping", &["state.contacts", "result.outcome"], |config| {
            config["attributeMapping"] = json!([])
        }),
        config("maps-the-first-row-only", &["state.contacts", "result.outcome"], |config| {
            if let Some(rows) = config["attributeMapping"].as_array_mut() {
                rows.truncate(1);
            }
        }),
        config("mixes-up-two-rows", &["state.contacts", "result.outcome"], mix_up_rows),
        config("sends-what-is-to-be-ignored", &["state.contacts", "result.outcome"], |config| {
            config["ignoreFields"] = json!([]);
        }),
        config("never-leaves-a-trait-out", &["result.outcome", "state.contacts"], |config| {
            if let Some(config) = config.as_object_mut() {
                config.shift_remove("contactsErrorHandling");
            }
        }),
        config("leaves-unknown-traits-out-unasked", OUTCOME, |config| {
            config["contactsErrorHandling"] = json!("ignoreMissingAttributes");
        }),
        config("works-while-disabled", &["result.outcome", "state"], |config| {
            config["enabled"] = json!(true)
        }),
        event!("takes-texts-for-numbers", "mapping", &["state.contacts", "result.outcome"], |event, _| {
            traits(event, |traits| each(traits, numeric))
        }),
        event!("composes-characters", "mapping", &["state.contacts", "state.activities"], |event, _| {
            for field in ["traits", "properties"] {
                within(event, field, |fields| each(fields, compose));
            }
        }),
        event!("decodes-texts", "mapping", CONTACTS, |event, _| traits(event, |traits| each(traits, decode))),
        event!("cuts-texts-at-a-hundred", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits,
            |value| cut(value, 100)
        ))),
        event!("cuts-lists-at-ten", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits,
            |value| if let Some(items) = value.as_array_mut() {
                items.truncate(10);
            }
        ))),
        event!("makes-a-word-of-null", "mapping", CONTACTS, |event, _| traits(event, |traits| each(
            traits, null_word
        ))),
        event!("takes-traits-of-the-context", "mapping", CONTACTS, |event, _| {
            let stale = event["context"]["traits"].as_object().cloned().unwrap_or_default();
            traits(event, |traits| {
                for (key, value) in stale {
                    traits.entry(key).or_insert(value);
                }
            });
        }),
        event!("ignores-what-begins-the-same", "mapping", CONTACTS, |event, settings| {
            let ignored = ignored(settings);
            traits(event, |traits| {
                traits.retain(|key, _| !ignored.iter().any(|name| key.starts_with(name.as_str())));
            });
        }),
        event!("ignores-in-any-case", "mapping", CONTACTS, |event, settings| {
            let ignored = ignored(settings);
            traits(event, |traits| {
                traits.retain(|key, _| !ignored.iter().any(|name| key.eq_ignore_ascii_case(name)));
            });
        }),
        event!("maps-names-of-any-case", "mapping", CONTACTS, |event, settings| {
            let rows = settings.integration.as_ref().map(|config| config["attributeMapping"].clone());
            let rows = rows.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
            traits(event, |traits| {
                rename(traits, |key| {
                    let mut named = rows.iter().filter_map(|row| row["segmentField"].as_str());
                    named.find(|name| name.eq_ignore_ascii_case(key)).unwrap_or(key).to_owned()
                });
            });
        }),
        config("ignores-the-first-field-only", CONTACTS, |config| {
            if let Some(ignored) = config["ignoreFields"].as_array_mut() {
                ignored.truncate(1);
            }
        }),
        config("ignores-whole-objects", CONTACTS, |config| {
            for name in config["ignoreFields"].as_array_mut().into_iter().flatten() {
                *name = json!(name.as_str().and_then(|name| name.split('.').next()));
            }
        }),
        mutant("leaks-traits-of-the-one-before", "mapping", &["state.contacts", "result.outcome"], || {
            Remembering::driver(What::Traits)
        }),
        wire!("subscribes-everybody", "mapping", CONTACTS, |request| body(request, "/contacts", |body| {
            body["channels"]["email"]["subscribeStatus"] = json!("subscribed");
        })),
    ]
}

fn mix_up_rows(config: &mut Value) {
    let Some([first, second, ..]) = config["attributeMapping"].as_array_mut().map(Vec::as_mut_slice) else {
        return;
    };
    std::mem::swap(&mut first["cordialKey"], &mut second["cordialKey"]);
}

/// The fields that the account's config ignores.
fn ignored(settings: &Settings) -> Vec<String> {
    let names = settings.integration.as_ref().and_then(|config| config["ignoreFields"].as_array());
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn truncate(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.chars().take(4).collect::<String>());
    }
}

fn compose(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.replace("e\u{301}", "\u{e9}"));
    }
}

fn decode(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.replace('+', " "));
    }
}

fn null_word(value: &mut Value) {
    if value.is_null() {
        *value = json!("null");
    }
}

fn lowercase(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.to_lowercase());
    }
}

fn ascii(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = json!(text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect::<String>());
    }
}

fn round(value: &mut Value) {
    if let Some(number) = value.as_f64() {
        *value = json!(number.round());
    }
}

fn join(value: &mut Value) {
    if let Some(items) = value.as_array() {
        let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        *value = json!(texts.join(","));
    }
}
