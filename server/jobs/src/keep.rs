//! Holding on to a job's lease while it runs, and hearing what is asked of it meanwhile.

use std::time::Duration;

use domain::ids::JobId;
use store::{Store, StoreError};
use tokio::{sync::watch, time};

/// How long a worker is believed to be alive: a crashed one's jobs go on after this.
pub(crate) const LEASE_SECONDS: i64 = 30;

/// Far more often than the lease needs, because the same statement tells whether somebody asked the job to stop: through another
/// process; this one rings.
const RENEW: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    #[default]
    GoOn,
    /// Somebody wants it to wait. An import does not hear this.
    Pause,
    /// Somebody does not want the job any more.
    Cancel,
    /// The server stops.
    Stop,
}

/// What is asked of a running job.
pub(crate) type Orders = watch::Receiver<Asked>;

pub(crate) struct Keeper<'a> {
    pub(crate) store: &'a Store,
    pub(crate) job: JobId,
    pub(crate) worker: &'a str,
    pub(crate) orders: watch::Sender<Asked>,
    pub(crate) rung: watch::Receiver<()>,
}

impl Keeper<'_> {
    /// Renews until the lease is lost. While the database cannot be asked it goes on: whether the lease still
    /// holds is checked by every write as well.
    pub(crate) async fn keep(mut self, mut stop: watch::Receiver<bool>) {
        let mut heard = false;
        let asked = |asked| self.orders.send_if_modified(|known| std::mem::replace(known, asked) != asked);
        loop {
            tokio::select! {
                () = time::sleep(RENEW) => {}
                Ok(()) = self.rung.changed() => {}
                // Whoever could ask is gone: that is the server's end too.
                _ = stop.wait_for(|stop| *stop), if !heard => {
                    heard = true;
                    asked(Asked::Stop);
                    continue;
                }
            }
            match self.store.renew(self.job, self.worker, LEASE_SECONDS).await {
                Ok(store::Asked { cancel: true, .. }) => {
                    asked(Asked::Cancel);
                }
                Ok(store::Asked { pause: true, .. }) if !heard => {
                    asked(Asked::Pause);
                }
                Ok(_) => {}
                Err(StoreError::LeaseLost) => return,
                Err(error) => tracing::warn!(job.id = %self.job, %error, "a job's lease could not be renewed"),
            }
        }
    }
}
