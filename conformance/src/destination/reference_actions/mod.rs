//! The destination that Segment calls Actions, over Cordial's Segment ingest: what a careful team would write.
//!
//! Each event becomes one or two calls `POST /api/segment/<action>`, with the key in the header `x-api-key`:
//!
//! | Segment | actions |
//! |---|---|
//! | identify | `upsertContact` |
//! | group | `addContactToList` |
//! | track, page | `createContactactivity` |
//! | track `Product Added`, `Product Removed` | `addProductToCart`, `removeProductFromCart`, then the activity |
//! | track `Order Completed`, `Updated`, `Refunded`, `Cancelled` | `upsertOrder`, then the activity |
//! | alias | `mergeContacts` |
//!
//! Where nothing public says how, it does this:
//!
//! - A person is named by everything that is known: the user id as the primary key's value (`userIdentities`) and as
//!   Segment's id (`segmentId`, with the attribute that holds it), and the anonymous id. An event with neither of the
//!   two ids names nobody and is dropped unsent. What a user id looks like is for Cordial to judge: one that is no
//!   address may still be found as Segment's id.
//! - The mapping is that of the settings, as the vendor's customers make it on Segment's side. A trait without a row
//!   is not sent, nor one that the event has not. Unknown attributes are left out by Cordial.
//! - The ingest answers before it works, so that what no call can do without (the name of a track, the id of a group,
//!   of a product, of an order) is demanded here: an event without is rejected.
//! - Of two calls the second is made even where the first is refused for good, as it stands for itself; the refusal is
//!   what the event comes to. Where the first may be tried again, the second waits for that. The call that may be
//!   repeated without harm (an order's) comes first for the same reason; a cart would be filled twice if only the
//!   activity after it failed.
//! - Every reply is classified by the rules of Segment's platform, and nothing is retried here.

mod attributes;
mod calls;
mod commerce;
mod deliver;
mod identity;

use async_trait::async_trait;
use serde_json::Value;

use super::client::{self, Client, Tamper};
use crate::driver::Destination;
use crate::protocol::{DeliveryResult, DestinationInfo, HelloReply, Retry, Settings, VERSION};
use attributes::Row;

/// The reference destination of the Actions dialect.
#[derive(Debug)]
pub struct ReferenceActions {
    http: reqwest::Client,
    tamper: Option<Tamper>,
}

impl ReferenceActions {
    /// A destination with its own connections.
    ///
    /// # Errors
    /// When the system gives the HTTP client nothing to start with.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with(None, |http| http)
    }

    /// A destination that differs in how it sends: for the self-test.
    pub(crate) fn with(
        tamper: Option<Tamper>,
        http: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self { http: http(client::http()).build()?, tamper })
    }
}

/// One account's side of it.
#[derive(Debug)]
pub struct Instance {
    client: Client,
    primary_key: String,
    segment_id_key: Option<String>,
    rows: Vec<Row>,
}

#[async_trait]
impl Destination for ReferenceActions {
    type Instance = Instance;

    fn hello(&self) -> HelloReply {
        HelloReply {
            protocol: VERSION,
            destination: DestinationInfo {
                name: "reference-actions".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                language: "rust".to_owned(),
            },
            dialect: "actions".to_owned(),
            capabilities: ["identify", "group", "track", "page", "alias", "cart", "orders"]
                .map(str::to_owned)
                .to_vec(),
            retry: Retry::Classify,
        }
    }

    fn open(&self, settings: Settings) -> Instance {
        Instance {
            client: Client::of_ingest(self.http.clone(), &settings, self.tamper),
            primary_key: settings.primary_key,
            segment_id_key: settings.segment_id_key,
            rows: settings.integration.as_ref().map(attributes::rows).unwrap_or_default(),
        }
    }

    async fn deliver(&self, instance: &Instance, event: &Value) -> DeliveryResult {
        deliver::deliver(instance, event).await
    }
}
