//! The classic destination of the vendor's page, over Cordial's REST API: what a careful team would write.
//!
//! Where the page is silent, it does this:
//!
//! - The integration config is read from the account (`GET /api/integrations`) when an instance delivers its first
//!   event, and kept. No config means an empty mapping; `enabled: false` means that events are dropped unsent.
//! - A user id that is missing, empty, no text, or no e-mail address where the primary key is one, is rejected without
//!   a request.
//! - identify looks the contact up first: a known one is changed with PUT, an unknown one made with POST.
//! - A trait goes where its mapping row says, else to the attribute of the same key. `ignoreFields` win over rows.
//!   What a row leaves of an object goes on under the object's own name. A mapped value of the primary key wins over
//!   the user id.
//! - Traits are held against the account's attributes: one without is left out with `ignoreMissingAttributes`, and
//!   rejects the event without. So a trait never becomes a list or an option of the request.
//! - group resolves the list's name by its id, and the contact has to be known.
//! - track and page send the event's timestamp as the activity's time. A page is the activity `pageView`.
//! - Every reply is classified by the rules of Segment's platform, and nothing is retried here.

mod config;
mod contact;
mod deliver;
mod path;
mod user_id;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::client::{self, Client};
pub(crate) use super::client::{Misread, Outgoing, Taken, Tamper};
use crate::driver::Destination;
use crate::protocol::{DeliveryResult, DestinationInfo, HelloReply, Retry, Settings, VERSION};
use config::Config;

/// The reference destination.
#[derive(Debug)]
pub struct Reference {
    http: reqwest::Client,
    tampers: Tampers,
}

/// What the self-test changes to make other destinations.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tampers {
    pub(crate) request: Option<Tamper>,
    pub(crate) reply: Option<Misread>,
    pub(crate) config: Option<fn(&mut Value)>,
}

impl Reference {
    /// A destination with its own connections.
    ///
    /// # Errors
    /// When the system gives the HTTP client nothing to start with.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with(Tampers::default(), |http| http)
    }

    /// A destination that differs in how it sends: for the self-test.
    pub(crate) fn with(
        tampers: Tampers,
        http: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self { http: http(client::http()).build()?, tampers })
    }
}

/// One account's side of it.
#[derive(Debug)]
pub struct Instance {
    client: Client,
    primary_key: String,
    config: OnceCell<Config>,
    tamper_config: Option<fn(&mut Value)>,
}

#[async_trait]
impl Destination for Reference {
    type Instance = Instance;

    fn hello(&self) -> HelloReply {
        HelloReply {
            protocol: VERSION,
            destination: DestinationInfo {
                name: "reference".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                language: "rust".to_owned(),
            },
            dialect: "classic".to_owned(),
            capabilities: ["identify", "group", "track", "page"].map(str::to_owned).to_vec(),
            retry: Retry::Classify,
        }
    }

    fn open(&self, settings: Settings) -> Instance {
        let client = Client::of_rest(self.http.clone(), &settings, self.tampers.request);
        let client = client.misreading(self.tampers.reply);
        Instance {
            client,
            primary_key: settings.primary_key,
            config: OnceCell::new(),
            tamper_config: self.tampers.config,
        }
    }

    async fn deliver(&self, instance: &Instance, event: &Value) -> DeliveryResult {
        deliver::deliver(instance, event).await
    }
}
