//! What the cases run against: a mock inside this process, or a service that the environment names.

use std::collections::BTreeSet;
use std::net::IpAddr;

use cordial_mock::routes::Surface;
use cordial_mock::{Clock, MockCordial};
use reqwest::Url;

use crate::case::Case;
use crate::{RUNTIME, cleanup};

const URL: &str = "CORDIAL_CONTRACT_URL";
const KEY: &str = "CORDIAL_CONTRACT_KEY";
const WRITES: &str = "CORDIAL_CONTRACT_WRITES";
/// What [`WRITES`] has to say for a service that is not on this machine.
const CONSENT: &str = "I-accept-that-this-writes-contacts-to-this-account";

/// A service to test.
#[derive(Debug)]
pub(crate) enum Target {
    /// A mock of this process; every case has an account of its own there.
    Mock(MockCordial),
    /// One that was there before, with one account.
    Foreign(Foreign),
}

/// A service that the environment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    url: Url,
    key: String,
    /// Differs from run to run, so that no run meets what another one left.
    stamp: String,
}

/// Where a host is, as far as it decides what may be done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine: a mock.
    Local,
    /// Somewhere else; it may lead to the real service.
    Remote,
    /// The real service.
    Production,
}

impl Target {
    /// A mock with a standing clock.
    pub(crate) fn mock() -> Result<Self, String> {
        let now = "2026-01-02T03:04:05Z".parse().map_err(|error| format!("{error}"))?;
        let start = MockCordial::builder().clock(Clock::fixed(now)).start();
        RUNTIME.block_on(start).map(Self::Mock).map_err(|error| error.to_string())
    }

    pub(crate) fn is_mock(&self) -> bool {
        matches!(self, Self::Mock(_))
    }

    /// Whether it is taken for a mock: what the mock is known to lack is no failure there. Whatever runs on this
    /// machine is one.
    pub(crate) fn answers_as_a_mock(&self) -> bool {
        match self {
            Self::Mock(_) => true,
            Self::Foreign(foreign) => foreign.reach() == Reach::Local,
        }
    }

    /// Whether the case makes sense there.
    pub(crate) fn takes(&self, case: &Case) -> bool {
        match self {
            Self::Mock(_) => true,
            Self::Foreign(foreign) => foreign.takes(case),
        }
    }

    /// Where a surface is, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        match self {
            Self::Mock(mock) => mock.url().to_owned(),
            Self::Foreign(foreign) => foreign.url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// The key for a case with this token.
    pub(crate) fn key(&self, run: &str) -> String {
        match self {
            Self::Mock(_) => format!("contract-{run}"),
            Self::Foreign(foreign) => foreign.key.clone(),
        }
    }

    /// The token `{run}` of the case with this number.
    pub(crate) fn run(&self, number: usize) -> String {
        match self {
            Self::Mock(_) => format!("r{number}"),
            Self::Foreign(foreign) => format!("{}n{number}", foreign.stamp),
        }
    }
}

impl Foreign {
    /// The service that the environment names; `None` when it names none.
    pub(crate) fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
        stamp: String,
    ) -> Result<Option<Self>, String> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let Some(url) = given(URL) else { return Ok(None) };
        let url = Url::parse(&url).map_err(|error| format!("{URL} is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
            return Err(format!("{URL}: write the address without a path, such as http://127.0.0.1:12673"));
        }
        let key = given(KEY).ok_or_else(|| format!("{URL} is set: {KEY} has to hold an API key"))?;
        Ok(Some(Self { url, key, stamp }))
    }

    /// Refuses a service that is not on this machine, unless the environment accepts what will be written.
    pub(crate) fn check_consent<'a>(
        &self,
        variable: impl Fn(&str) -> Option<String>,
        cases: impl Iterator<Item = &'a Case>,
    ) -> Result<(), String> {
        if self.reach() == Reach::Local || variable(WRITES).as_deref() == Some(CONSENT) {
            return Ok(());
        }
        let writes: BTreeSet<String> = cases
            .filter(|case| self.takes(case))
            .flat_map(|case| case.requests().flat_map(cleanup::writes))
            .collect();
        let writes: Vec<String> = writes.into_iter().map(|write| format!("  {write}")).collect();
        Err(format!(
            "{url} is not on this machine. The cases would write to the account behind this key, and remove what \
             they created as far as it can be removed:\n{writes}\n\
             Addresses, keys and names hold a token of the run, so that nothing that exists is touched.\n\
             To accept this, set {WRITES}={CONSENT}",
            url = self.url,
            writes = writes.join("\n"),
        ))
    }

    /// Cases of the control plane are the mock's alone. The surfaces besides REST have other hosts on the real service,
    /// and change what an account has only once, so that the cases would meet.
    pub(crate) fn takes(&self, case: &Case) -> bool {
        !case.is_mock_only() && case.is_rest()
    }

    pub(crate) fn reach(&self) -> Reach {
        let host = self.url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        if is_real(&host) {
            Reach::Production
        } else if is_local(&host) {
            Reach::Local
        } else {
            Reach::Remote
        }
    }
}

fn is_real(host: &str) -> bool {
    let is_below =
        |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    is_below("cordial.io") || is_below("cordial.com") || Surface::ALL.iter().any(|one| one.host() == host)
}

fn is_local(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_start_matches('[').trim_end_matches(']').parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
