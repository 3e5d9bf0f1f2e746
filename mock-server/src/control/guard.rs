//! What keeps a web page from using the control plane: it can make a browser send requests to this machine.

use std::net::IpAddr;

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{Method, StatusCode};

use super::Refused;
use crate::input::media_type;
use crate::message::Request;

/// Refuses a foreign host or origin, a cross-site fetch, and a write that a plain HTML form could have made.
pub(super) fn check(request: &Request) -> Result<(), Refused> {
    let forbidden = |message: String| Err(Refused::new(StatusCode::FORBIDDEN, message));
    for host in request.headers.get_all(HOST) {
        let host = host.to_str().unwrap_or_default();
        if !host_name(host).is_some_and(|name| is_local_name(name) || name.parse::<IpAddr>().is_ok()) {
            return forbidden(format!("The control plane answers to a local Host only, not to `{host}`."));
        }
    }
    for origin in request.headers.get_all(ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let name = origin.split_once("://").and_then(|(_, rest)| host_name(rest));
        if !name.is_some_and(is_this_machine) {
            return forbidden(format!("The control plane takes no requests from the Origin `{origin}`."));
        }
    }
    if request.header("sec-fetch-site").is_some_and(|site| site.eq_ignore_ascii_case("cross-site")) {
        return forbidden("The control plane takes no cross-site requests (Sec-Fetch-Site).".to_owned());
    }
    check_content_type(request)
}

fn check_content_type(request: &Request) -> Result<(), Refused> {
    if request.method == Method::GET {
        return Ok(());
    }
    let found = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let fits = match &*media_type(found) {
        "application/json" => true,
        "" => request.body.is_empty() && !request.headers.contains_key(CONTENT_TYPE),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Refused::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "The control plane takes JSON: send Content-Type: application/json.",
    ))
}

/// A host without its port; an IPv6 address without its brackets. `None` for what is no host and port.
fn host_name(host: &str) -> Option<&str> {
    let (name, rest) = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port)).then_some(name)
}

/// Whether the name means this machine whatever a name server says.
fn is_local_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a page from there comes from this machine. For a `Host`, any address will do: a foreign page reaches a local
/// server under a name of its own (DNS rebinding), never under an address. But a foreign page's *origin* may well be
/// the address of a foreign machine.
fn is_this_machine(name: &str) -> bool {
    is_local_name(name) || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn status(method: Method, headers: &[(&'static str, &str)], body: &'static str) -> Option<u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let request = Request {
            method,
            path: "/__admin/state".to_owned(),
            query: String::new(),
            headers: map,
            body: body.into(),
            peer: None,
        };
        check(&request).err().map(|refused| refused.status.as_u16())
    }

    #[test]
    fn this_machine_may_ask() {
        for host in ["127.0.0.1:12673", "localhost", "localhost:1", "[::1]:12673", "mock.localhost:1"] {
            assert_eq!(
                status(Method::GET, &[("host", host), ("origin", &format!("http://{host}"))], ""),
                None,
                "{host}"
            );
        }
    }

    #[test]
    fn a_foreign_host_an_origin_and_a_cross_site_fetch_are_refused() {
        assert_eq!(status(Method::GET, &[("host", "evil.example:12673")], ""), Some(403));
        for host in
            ["localhost.evil.example", "[::1].evil.example", "localhost:evil.example", "127.0.0.1.evil", ""]
        {
            assert_eq!(status(Method::GET, &[("host", host)], ""), Some(403), "{host}");
        }
        for origin in [
            "https://evil.example",
            "http://203.0.113.5",
            "http://192.168.0.7:12673",
            "http://[2001:db8::1]",
            "http://localhost@evil.example",
            "null",
            "",
        ] {
            assert_eq!(
                status(Method::POST, &[("host", "localhost"), ("origin", origin)], ""),
                Some(403),
                "{origin}"
            );
        }
        assert_eq!(status(Method::GET, &[("sec-fetch-site", "cross-site")], ""), Some(403));
    }

    #[test]
    fn an_address_may_be_asked_by_any_program_that_is_no_foreign_page() {
        assert_eq!(status(Method::GET, &[("host", "192.168.0.7:12673")], ""), None);
        assert_eq!(
            status(Method::GET, &[("host", "192.168.0.7:12673"), ("origin", "http://127.0.0.1:3000")], ""),
            None
        );
    }

    #[test]
    fn what_a_form_can_send_is_refused() {
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
        {
            assert_eq!(
                status(Method::POST, &[("content-type", content_type)], "{}"),
                Some(415),
                "{content_type}"
            );
            assert_eq!(
                status(Method::POST, &[("content-type", content_type)], ""),
                Some(415),
                "{content_type}"
            );
        }
        assert_eq!(status(Method::PUT, &[], "{}"), Some(415));
        assert_eq!(status(Method::PUT, &[("content-type", "application/json")], "{}"), None);
        assert_eq!(status(Method::POST, &[], ""), None);
    }
}
