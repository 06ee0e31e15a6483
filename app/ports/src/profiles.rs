//! Where the processors' time of a server goes, and the port to look.

use std::sync::Arc;

use async_trait::async_trait;
use domain::clock::Timestamp;
use profile::Samples;

use crate::{Access, error::AppError};

/// What was seen the last time somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub began_at: Timestamp,
    /// What served.
    pub build: String,
    pub samples: Samples,
}

/// What is known in the process that answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiled {
    /// Whether it can look at all.
    pub is_able: bool,
    /// When it will be over, where somebody looks right now.
    pub until: Option<Timestamp>,
    /// None where nobody has looked since this process began.
    pub latest: Option<Arc<Profile>>,
}

/// For how many seconds somebody may look, and for how many where they do not say.
pub const SECONDS: std::ops::RangeInclusive<u32> = 2..=30;
pub const USUAL_SECONDS: u32 = 10;

/// For whoever owns every store of the server, as with what is measured. Each process knows its own.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// Looks for so many of [`SECONDS`], and comes back when that is over and the names are found; what was seen is then [`Self::latest`]. It
    /// goes on when nobody waits for it any more. One person at a time: a second one is told when it is over.
    async fn take(&self, who: &Access, seconds: u32) -> Result<(), AppError>;

    async fn latest(&self, who: &Access) -> Result<Profiled, AppError>;
}
