//! Ways to be another destination than the reference: what is done to the settings, to an event on its way in and to
//! a result on its way out.

use async_trait::async_trait;
use serde_json::Value;

use crate::destination::inline::{Inline, Patience};
use crate::destination::reference::{Misread, Reference, Tamper, Tampers};
use crate::destination::reference_actions::ReferenceActions;
use crate::driver::Destination;
use crate::protocol::{DeliveryResult, HelloReply, Retry, Settings};

/// How long a request of its own is waited for: a fault may have it hang.
const BRIEFLY: std::time::Duration = std::time::Duration::from_millis(300);

pub(super) type Extra = fn(&Value) -> Option<(reqwest::Method, &'static str, Value)>;

/// What differs. Whatever is left out is as with the reference.
#[derive(Clone, Copy, Default)]
pub(super) struct Behaviour {
    pub(super) settings: Option<fn(&mut Settings)>,
    /// Changes an event; the settings are there to look at.
    pub(super) event: Option<fn(&mut Value, &Settings)>,
    /// Says what comes of an event without delivering it.
    pub(super) instead: Option<fn(&Value, &Settings) -> Option<DeliveryResult>>,
    /// Changes a result, given the event.
    pub(super) result: Option<fn(&mut DeliveryResult, &Value)>,
    /// Events that are delivered before this one.
    pub(super) before: Option<fn(&Value) -> Option<Value>>,
    /// A request of its own before an event is delivered: method, path and body, which `null` leaves out.
    pub(super) extra: Option<Extra>,
    pub(super) tamper: Option<Tamper>,
    /// Takes a reply for something else than it says.
    pub(super) misread: Option<Misread>,
    /// Changes the integration config that the account has.
    pub(super) config: Option<fn(&mut Value)>,
    /// Changes a result, whatever the event.
    pub(super) says: Option<fn(&mut DeliveryResult)>,
    pub(super) http: Option<fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder>,
    /// Delivers every event so often.
    pub(super) times: Option<u32>,
}

impl Behaviour {
    fn reference(&self) -> Result<Reference, reqwest::Error> {
        Reference::with(
            Tampers { request: self.tamper, reply: self.misread, config: self.config },
            self.http.unwrap_or(|http| http),
        )
    }

    /// A destination that delivers once.
    pub(super) fn once(self) -> Result<Behaving<Reference>, reqwest::Error> {
        Ok(Behaving { inner: self.reference()?, behaviour: self })
    }

    /// A destination of the Actions dialect, which reads no config from the account.
    pub(super) fn actions(self) -> Result<Behaving<ReferenceActions>, reqwest::Error> {
        Ok(Behaving {
            inner: ReferenceActions::with(self.tamper, self.http.unwrap_or(|http| http))?,
            behaviour: self,
        })
    }

    /// A destination that retries by itself.
    pub(super) fn inline(self, patience: Patience) -> Result<Behaving<Inline>, reqwest::Error> {
        Ok(Behaving { inner: Inline::with(self.reference()?, patience)?, behaviour: self })
    }
}

/// A destination that behaves otherwise.
pub(super) struct Behaving<D> {
    inner: D,
    behaviour: Behaviour,
}

#[async_trait]
impl<D: Destination> Destination for Behaving<D> {
    type Instance = (D::Instance, Settings);

    fn hello(&self) -> HelloReply {
        self.inner.hello()
    }

    fn open(&self, mut settings: Settings) -> Self::Instance {
        if let Some(change) = self.behaviour.settings {
            change(&mut settings);
        }
        (self.inner.open(settings.clone()), settings)
    }

    async fn deliver(&self, (instance, settings): &Self::Instance, event: &Value) -> DeliveryResult {
        if let Some((method, path, body)) = self.behaviour.extra.and_then(|extra| extra(event)) {
            let request = reqwest::Client::new().request(method, format!("{}{path}", settings.endpoint));
            // Whether it is taken does not matter: nothing here depends on it.
            let request = request.basic_auth(&settings.api_key, Some("")).timeout(BRIEFLY);
            let _ = if body.is_null() { request } else { request.json(&body) }.send().await;
        }
        let Behaviour { before, event: change, instead, result: say, times, .. } = self.behaviour;
        if let Some(before) = before.and_then(|before| before(event)) {
            self.inner.deliver(instance, &before).await;
        }
        if let Some(result) = instead.and_then(|instead| instead(event, settings)) {
            return result;
        }
        let mut changed = event.clone();
        if let Some(change) = change {
            change(&mut changed, settings);
        }
        for _ in 1..times.unwrap_or(1) {
            self.inner.deliver(instance, &changed).await;
        }
        let mut result = self.inner.deliver(instance, &changed).await;
        if let Some(say) = say {
            say(&mut result, event);
        }
        if let Some(say) = self.behaviour.says {
            say(&mut result);
        }
        result
    }
}

/// Says that it leaves retrying to the platform, and does it all the same.
pub(super) struct AsClassify<D>(pub(super) D);

#[async_trait]
impl<D: Destination> Destination for AsClassify<D> {
    type Instance = D::Instance;

    fn hello(&self) -> HelloReply {
        HelloReply { retry: Retry::Classify, ..self.0.hello() }
    }

    fn open(&self, settings: Settings) -> Self::Instance {
        self.0.open(settings)
    }

    async fn deliver(&self, instance: &Self::Instance, event: &Value) -> DeliveryResult {
        self.0.deliver(instance, event).await
    }
}
