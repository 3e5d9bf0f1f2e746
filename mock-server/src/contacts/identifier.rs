//! How a request names a contact (FACTS, "Contact identifiers").

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::model::{Contact, channel_of, identifier_text};
use crate::account::{EMAIL_ADDRESS, State};
use crate::hints;
use crate::refusal::Refusal;

/// Decodes a part of a URL.
///
/// # Errors
/// 400 when a percent sign is not followed by two hex digits, or when the result is not UTF-8.
pub fn decode(part: &str) -> Result<String, Refusal> {
    let bytes = part.as_bytes();
    let broken = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'%' && !bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    match percent_decode_str(part).decode_utf8() {
        Ok(text) if !broken => Ok(text.into_owned()),
        _ => Err(Refusal::bad_request("The URL is not valid percent-encoded UTF-8.")
            .because(format!("`{part}`: write % followed by two hex digits, and encode a literal % as %25"))),
    }
}

impl State {
    /// The full name of an identifier of this account, or `None` where `key` is not one. `email` stands for the
    /// address of the e-mail channel (recorded).
    #[must_use]
    pub fn identifier_key<'a>(&self, key: &'a str) -> Option<&'a str> {
        match key {
            "email" => Some(EMAIL_ADDRESS),
            "cID" => Some("cID"),
            key if channel_of(key)
                .is_some_and(|channel| self.settings.channels.iter().any(|known| known == channel)) =>
            {
                Some(key)
            }
            key => self.is_identifier(key).then_some(key),
        }
    }

    /// The contact that a path segment names, `<cID>`, `<primary key value>` or `<key>:<value>`.
    ///
    /// # Errors
    /// 400 for a bad percent-encoding. An unknown contact is `Ok(None)`.
    pub fn contact_in_path(&self, segment: &str) -> Result<Option<Arc<Contact>>, Refusal> {
        // Clients encode key and value each for itself and leave the colon between them bare.
        if let Some((key, value)) = segment.split_once(':') {
            let (key, value) = (decode(key)?, decode(value)?);
            if let Some(key) = self.identifier_key(&key) {
                return Ok(self.contacts.find(key, &value).cloned());
            }
        }
        let whole = decode(segment)?;
        let by_id = self.contacts.find("cID", &whole);
        Ok(by_id.or_else(|| self.contacts.find(&self.settings.primary_key, &whole)).cloned())
    }

    /// The contact that a text names as a path segment would, without percent-encoding.
    #[must_use]
    pub fn contact_named(&self, name: &str) -> Option<Arc<Contact>> {
        // Only a percent sign would be read as something else.
        self.contact_in_path(&name.replace('%', "%25")).ok().flatten()
    }

    /// The identifiers that a body names at its top level, for example `email`, `cID` or `custID`.
    pub fn identifiers_in_body<'a>(&self, body: &'a Map<String, Value>) -> Vec<(&'a str, &'a Value)> {
        body.iter().filter_map(|(key, value)| Some((self.identifier_key(key)?, value))).collect()
    }

    /// The one contact that an activity or an order names.
    ///
    /// # Errors
    /// 422 `Contact doesn't exist` for none or an unknown one, `too many parameters` for two (official).
    pub fn contact_in_body(&self, body: &Map<String, Value>) -> Result<Arc<Contact>, Refusal> {
        let named = self.identifiers_in_body(body);
        match named.as_slice() {
            [] => Err(Refusal::messages("Contact doesn't exist")
                .because(format!(
                    "no contact is named: put one of {} at the top level of the body",
                    self.identifier_names().join(", ")
                ))
                .hint(body.keys().find_map(|key| hints::identifier(key, self)))),
            [(key, value)] => {
                let text = identifier_text(value);
                text.as_ref().and_then(|text| self.contacts.find(key, text).cloned()).ok_or_else(|| {
                    Refusal::messages("Contact doesn't exist")
                        .because(format!("no contact has {value} as its {key}"))
                        .hint(text.and_then(|text| hints::contact(key, &text, self)))
                })
            }
            several => {
                let keys: Vec<_> = several.iter().map(|(key, _)| *key).collect();
                Err(Refusal::messages("too many parameters")
                    .because(format!("{} name a contact: send one", keys.join(" and "))))
            }
        }
    }

    /// The identifiers of this account, as a body names them.
    pub(crate) fn identifier_names(&self) -> Vec<String> {
        let mut names = vec!["cID".to_owned(), "email".to_owned()];
        names.extend(self.settings.secondary_keys.iter().cloned());
        if self.settings.primary_key != EMAIL_ADDRESS {
            names.push(self.settings.primary_key.clone());
        }
        names
    }

    /// The full names of everything that tells contacts of this account apart.
    pub(crate) fn identifier_keys(&self) -> Vec<String> {
        let channels = self.settings.channels.iter().map(|channel| format!("channels.{channel}.address"));
        let unique = self.attributes.values().filter(|attribute| attribute.unique);
        let mut keys: Vec<String> =
            channels.chain(["cID".to_owned(), self.settings.primary_key.clone()]).collect();
        keys.extend(self.settings.secondary_keys.iter().cloned());
        keys.extend(unique.map(|attribute| attribute.key.clone()));
        keys
    }
}
