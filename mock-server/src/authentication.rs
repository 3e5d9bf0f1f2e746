//! Who asks (FACTS, "Authentication"): Basic with the key as user name and no password, or, for the ingest, the
//! header `x-api-key`.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;

use crate::account::{Account, Accounts};
use crate::message::Request;
use crate::routes::Surface;

const API_KEY: &str = "x-api-key";

/// The account that the request is for. Whether its key is revoked shows in the account's state.
///
/// # Errors
/// When there is no key where the surface wants it, or when it opens no account: says why, for the journal. On the
/// wire all of these look alike.
pub fn authenticate(
    request: &Request,
    surface: Surface,
    accounts: &Accounts,
) -> Result<Arc<Account>, String> {
    let key = match surface {
        Surface::SegmentIngest => header_key(request),
        Surface::Rest | Surface::Integrations | Surface::SegmentClassic => basic_key(request),
    };
    let key = key.map_err(|why| hint(request, surface, why))?;
    accounts.open(&key).map_err(|error| error.to_string())
}

/// The key of a request to the control plane, which takes it in either way.
///
/// # Errors
/// Says what is missing.
pub(crate) fn any_key(request: &Request) -> Result<String, &'static str> {
    header_key(request).or_else(|_| basic_key(request))
}

/// Whether there is anything that is meant as a key, readable or not.
pub(crate) fn brings_a_key(request: &Request) -> bool {
    request.headers.contains_key(API_KEY) || request.headers.contains_key(AUTHORIZATION)
}

fn header_key(request: &Request) -> Result<String, &'static str> {
    request.header(API_KEY).map(str::to_owned).ok_or("there is no readable header x-api-key")
}

fn basic_key(request: &Request) -> Result<String, &'static str> {
    let header = request.header(AUTHORIZATION.as_str()).ok_or("there is no readable Authorization header")?;
    let (scheme, credentials) =
        header.split_once(' ').ok_or("the Authorization header has no credentials")?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err("the Authorization header is not Basic");
    }
    let bytes = STANDARD.decode(credentials.trim()).map_err(|_| "the Basic credentials are not base64")?;
    let mut text = String::from_utf8(bytes).map_err(|_| "the Basic credentials are not UTF-8")?;
    match text.find(':') {
        Some(colon) if colon + 1 == text.len() => {
            text.truncate(colon);
            Ok(text)
        }
        Some(_) => Err("the password has to be empty: the key is the user name"),
        None => Err("the Basic credentials have no colon: write `<key>:` before encoding"),
    }
}

/// A key that is in the wrong place is the most common mistake: say where it belongs.
fn hint(request: &Request, surface: Surface, why: &'static str) -> String {
    match surface {
        Surface::SegmentIngest if basic_key(request).is_ok() => {
            format!("{why}: the ingest takes the key there, not in Authorization")
        }
        Surface::Rest | Surface::Integrations | Surface::SegmentClassic if header_key(request).is_ok() => {
            format!("{why}: this surface takes the key as Basic user name, not in x-api-key")
        }
        _ => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    fn request(authorization: &str) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
        Request {
            method: Method::GET,
            path: "/v2/contacts".to_owned(),
            query: String::new(),
            headers,
            body: "".into(),
            peer: None,
        }
    }

    #[test]
    fn the_key_is_the_user_name_and_the_password_empty() {
        assert_eq!(basic_key(&request(&format!("basic {}", STANDARD.encode("key:")))), Ok("key".to_owned()));
        for bad in [
            STANDARD.encode("key:password"),
            STANDARD.encode("key"),
            "%%%".to_owned(),
            STANDARD.encode(b"\xff:"),
        ] {
            assert!(basic_key(&request(&format!("Basic {bad}"))).is_err(), "{bad}");
        }
        assert!(basic_key(&request("Bearer key")).is_err());
    }
}
