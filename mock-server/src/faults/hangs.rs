//! The requests that faults hold.

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// The requests of an account that hang. Each does until its fault is removed, the account's state is replaced, or its
/// client has gone: a mock that runs for days must not gather dead connections.
#[derive(Debug, Default)]
pub struct Hangs(Mutex<Vec<(String, oneshot::Sender<()>)>>);

/// Resolves when the request is to hang no longer, with an error that means nothing.
pub(crate) type Release = oneshot::Receiver<()>;

impl Hangs {
    /// Holds a request for a fault.
    pub(crate) fn hold(&self, fault: &str) -> Release {
        let (held, release) = oneshot::channel();
        let mut hangs = self.0.lock();
        hangs.retain(|(_, held)| !held.is_closed());
        hangs.push((fault.to_owned(), held));
        release
    }

    /// Lets go of what a fault holds.
    pub(crate) fn release(&self, fault: &str) {
        self.0.lock().retain(|(holder, _)| holder != fault);
    }

    /// Lets go of everything.
    pub(crate) fn release_all(&self) {
        self.0.lock().clear();
    }
}
