//! The port to a tier that processes share.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::broadcast;

/// Keeps bytes for a while and passes messages on. Anything in it may be gone at any time.
#[async_trait]
pub trait Shared: Send + Sync {
    async fn get(&self, key: &[u8]) -> Result<Option<Bytes>, SharedError>;

    async fn put(&self, key: &[u8], value: Bytes, lifetime: Duration) -> Result<(), SharedError>;

    /// Puts it when nothing is there; whether it has.
    async fn put_new(&self, key: &[u8], value: Bytes, lifetime: Duration) -> Result<bool, SharedError>;

    async fn remove(&self, key: &[u8]) -> Result<(), SharedError>;

    /// Tells all processes, this one too, if they listen.
    async fn tell(&self, message: Bytes) -> Result<(), SharedError>;

    /// What is told from now on.
    fn told(&self) -> broadcast::Receiver<Bytes>;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharedError {
    #[error("the shared cache cannot be reached: {0}")]
    Unreachable(String),
    /// It answers, and says no: when it is full, for one.
    #[error("the shared cache refuses: {0}")]
    Refused(String),
}
