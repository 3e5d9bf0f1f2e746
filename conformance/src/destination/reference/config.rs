//! The account's integration config, as far as this destination uses it.

use serde::Deserialize;
use serde_json::Value;

use super::Instance;
use crate::destination::client::Client;
use crate::protocol::{DeliveryResult, Outcome};

/// How events are translated.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    pub(super) enabled: bool,
    pub(super) attribute_mapping: Vec<Row>,
    pub(super) ignore_fields: Vec<String>,
    contacts_error_handling: Option<String>,
}

/// One row of the mapping.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) segment_field: String,
    pub(super) cordial_key: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            enabled: true,
            attribute_mapping: Vec::new(),
            ignore_fields: Vec::new(),
            contacts_error_handling: None,
        }
    }
}

impl Config {
    pub(super) fn ignores_missing_attributes(&self) -> bool {
        self.contacts_error_handling.as_deref() == Some("ignoreMissingAttributes")
    }
}

impl Instance {
    /// The config, read when it is first needed.
    pub(super) async fn config(&self) -> Result<&Config, DeliveryResult> {
        self.config.get_or_try_init(|| read(&self.client, self.tamper_config)).await
    }
}

async fn read(client: &Client, tamper: Option<fn(&mut Value)>) -> Result<Config, DeliveryResult> {
    let Value::Array(integrations) = client.get("/api/integrations").await?.body else {
        return Err(unreadable("it is no list"));
    };
    let Some(mut config) = integrations.into_iter().find(|integration| integration["name"] == "segment")
    else {
        return Ok(Config::default());
    };
    if let Some(tamper) = tamper {
        tamper(&mut config);
    }
    serde_json::from_value(config).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(why: &str) -> DeliveryResult {
    DeliveryResult::new(Outcome::Rejected)
        .with_message(format!("the account's integration config cannot be read: {why}"))
}
