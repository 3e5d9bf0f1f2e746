//! What a key may do: permissions, an allow-list of addresses, rate limits (FACTS, "Authentication"; the bodies of
//! these refusals are inferred).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;

use http::HeaderName;
use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::State;
use crate::faults::{MethodName, PathGlob, Subject};
use crate::message::Reply;
use crate::refusal::Refusal;

/// What an API key may do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct KeySettings {
    /// Every call with a revoked key gets Cordial's 401. The control plane still answers for it.
    pub revoked: bool,
    /// The endpoints that the key may use; all of them when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<Permission>>,
    /// The addresses that the key may be used from, as CIDR; all of them when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_ips: Option<Vec<IpNet>>,
    /// How often endpoints may be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rate_limits: Vec<RateLimit>,
}

/// Endpoints that a key may use.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permission {
    /// The methods; all of them when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodName>,
    /// The path, with `*` for a part of it and `**` for several.
    pub path: PathGlob,
}

/// A rate limit. Cordial counts per method and endpoint, and publishes no default.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    /// The method; every one, each counted for itself, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodName>,
    /// The path, with `*` for a part of it and `**` for several; every endpoint, each counted for itself, when left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathGlob>,
    /// How many requests in one window.
    pub limit: u64,
    /// The length of a window, in seconds.
    #[serde(default = "minute")]
    pub seconds: NonZeroU32,
}

const fn minute() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(59)
}

/// How many requests came in which window, by limit, method and endpoint.
pub type Windows = BTreeMap<(usize, String), (Timestamp, u64)>;

/// What a counted request learns: the headers of its reply.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    limit: u64,
    remaining: u64,
    reset_seconds: i64,
}

impl Quota {
    /// Writes the headers that tell a client how much it has left.
    #[must_use]
    pub fn mark(self, reply: Reply) -> Reply {
        reply
            .with_header(HeaderName::from_static("x-rate-limit-limit"), self.limit.into())
            .with_header(HeaderName::from_static("x-rate-limit-remaining"), self.remaining.into())
            .with_header(HeaderName::from_static("x-rate-limit-reset"), self.reset_seconds.into())
    }
}

impl State {
    /// Lets a request in, and counts it.
    ///
    /// # Errors
    /// 403 for an address or endpoint that the key may not use, 429 over a limit.
    pub fn admit(&mut self, subject: &Subject<'_>, now: Timestamp) -> Result<Option<Quota>, Refusal> {
        self.check_address(subject.request.peer)?;
        self.check_permission(subject)?;
        self.count(subject, now)
    }

    fn check_address(&self, peer: Option<IpAddr>) -> Result<(), Refusal> {
        let (Some(allowed), Some(peer)) = (&self.key.allow_ips, peer) else { return Ok(()) };
        if allowed.iter().any(|net| net.contains(&peer)) {
            return Ok(());
        }
        Err(Refusal::forbidden("Access Denied: IP address not allowed")
            .because(format!("{peer} is not among the key's allowed addresses (apiKey.allowIps)")))
    }

    fn check_permission(&self, subject: &Subject<'_>) -> Result<(), Refusal> {
        let Some(permissions) = &self.key.permissions else { return Ok(()) };
        let (method, path) = (subject.request.method.as_str(), &subject.request.path);
        let permitted = permissions.iter().any(|permission| {
            let methods = &permission.methods;
            (methods.is_empty() || methods.iter().any(|known| known.is(method)))
                && permission.path.matches(path)
        });
        if permitted {
            return Ok(());
        }
        Err(Refusal::forbidden("Access Denied: Permission Failure")
            .because(format!("the key has no permission for {method} {path} (apiKey.permissions)")))
    }

    /// Counts the request at every limit that it fits, or at none: what one limit refuses, the others have not let in.
    fn count(&mut self, subject: &Subject<'_>, now: Timestamp) -> Result<Option<Quota>, Refusal> {
        let method = subject.request.method.as_str();
        let endpoint = subject.route.map_or(subject.request.path.as_str(), |route| route.path);
        let limits = &self.key.rate_limits;
        let fits = |limit: &RateLimit| {
            limit.method.as_ref().is_none_or(|wanted| wanted.is(method))
                && limit.path.as_ref().is_none_or(|path| path.matches(&subject.request.path))
        };
        let mut tightest: Option<Quota> = None;
        let mut over: Option<Quota> = None;
        let mut counted = Vec::new();
        for (at, limit) in limits.iter().enumerate().filter(|(_, limit)| fits(limit)) {
            let key = (at, format!("{method} {endpoint}"));
            let seconds = i64::from(limit.seconds.get());
            let (mut start, mut used) = self.windows.get(&key).copied().unwrap_or((now, 0));
            if !(0..seconds).contains(&now.duration_since(start).as_secs()) {
                (start, used) = (now, 0);
            }
            let reset_seconds = (seconds - now.duration_since(start).as_secs()).max(1);
            let quota = |used| Quota {
                limit: limit.limit,
                remaining: limit.limit.saturating_sub(used),
                reset_seconds,
            };
            if used >= limit.limit && over.is_none_or(|over| over.reset_seconds < reset_seconds) {
                over = Some(quota(used));
            }
            if tightest.is_none_or(|tightest| quota(used + 1).remaining < tightest.remaining) {
                tightest = Some(quota(used + 1));
            }
            counted.push((key, (start, used + 1)));
        }
        if let Some(quota) = over {
            return Err(Refusal::too_many_requests(quota, quota.reset_seconds));
        }
        self.windows.extend(counted);
        Ok(tightest)
    }
}
