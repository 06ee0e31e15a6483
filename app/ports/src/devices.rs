//! Devices that work offline: what was saved on them comes up, and what has changed goes down.

use async_trait::async_trait;
use domain::{
    query::ListQuery,
    sync::wire::{Pull, PullAnswer, Push, PushAnswer, ViewRows},
};

use crate::{Access, error::AppError};

/// What devices ask. Whether they may ask it at all is decided before (`domain::sync::server::refused`).
#[async_trait]
pub trait Devices: Send + Sync {
    /// Does the ops of a push in one transaction, in which what became of each is kept for good: whatever is answered is so. Each is decided for
    /// itself, also whether the person may.
    async fn push(&self, who: &Access, push: &Push) -> Result<PushAnswer, AppError>;

    /// What makes a device's replica current, as of one moment. It has to be [`Pull::is_sound`].
    async fn pull(&self, who: &Access, pull: &Pull) -> Result<PullAnswer, AppError>;

    /// Which rows a list has, the newest first and so many that an answer is bounded; of those below a number if there is one.
    async fn rows(&self, who: &Access, query: &ListQuery, below: Option<u32>) -> Result<ViewRows, AppError>;
}
