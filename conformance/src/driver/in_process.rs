//! A destination in this process.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::RwLock;

use super::{Driver, DriverError, DriverErrorKind};
use crate::protocol::{DeliveryResult, HelloReply, Settings};

/// A destination written in Rust.
#[async_trait]
pub trait Destination: Send + Sync + 'static {
    /// One account's side of it.
    type Instance: Send + Sync;

    /// Who it is.
    fn hello(&self) -> HelloReply;

    /// Opens an instance.
    fn open(&self, settings: Settings) -> Self::Instance;

    /// Delivers one event, and returns when its outcome is known.
    async fn deliver(&self, instance: &Self::Instance, event: &Value) -> DeliveryResult;
}

/// Drives a [`Destination`] through the same trait as one in another process.
#[derive(Debug)]
pub struct InProcess<D: Destination> {
    destination: D,
    instances: RwLock<HashMap<String, Arc<D::Instance>>>,
}

impl<D: Destination> InProcess<D> {
    /// A driver of `destination`.
    #[must_use]
    pub fn new(destination: D) -> Self {
        Self { destination, instances: RwLock::default() }
    }

    async fn instance(&self, name: &str) -> Result<Arc<D::Instance>, DriverError> {
        let found = self.instances.read().await.get(name).cloned();
        found.ok_or_else(|| {
            DriverError::new(DriverErrorKind::Adapter, format!("the instance `{name}` is not open"))
        })
    }
}

#[async_trait]
impl<D: Destination> Driver for InProcess<D> {
    async fn hello(&self) -> Result<HelloReply, DriverError> {
        Ok(self.destination.hello())
    }

    async fn open(&self, instance: &str, settings: &Settings) -> Result<(), DriverError> {
        let opened = Arc::new(self.destination.open(settings.clone()));
        self.instances.write().await.insert(instance.to_owned(), opened);
        Ok(())
    }

    async fn deliver(&self, instance: &str, events: &[Value]) -> Result<Vec<DeliveryResult>, DriverError> {
        let instance = self.instance(instance).await?;
        let mut results = Vec::with_capacity(events.len());
        for event in events {
            results.push(self.destination.deliver(&instance, event).await);
        }
        Ok(results)
    }

    async fn drain(&self, instance: &str) -> Result<(), DriverError> {
        // Deliveries return when they are done, so that nothing is pending here.
        self.instance(instance).await.map(drop)
    }

    async fn close(&self, instance: &str) -> Result<(), DriverError> {
        self.instances.write().await.remove(instance);
        Ok(())
    }

    async fn bye(&self) -> Result<(), DriverError> {
        Ok(())
    }
}
