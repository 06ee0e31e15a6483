use async_trait::async_trait;

use crate::{gcra::Quota, key::Key};

/// How many counts one request may touch.
pub const MOST: usize = 3;

/// A limit by its name, which clients see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    pub quota: Quota,
    /// Whether requests differ in what they cost; otherwise a point is a request.
    pub weighted: bool,
}

/// Points that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub policy: &'a Policy,
    pub key: Key,
    pub points: u32,
}

/// What came of asking for several at once: all of them are had, or none is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The first that was refused.
    pub refused: Option<usize>,
    /// The debts afterwards, in microseconds. Behind one that was refused they are not told.
    pub debts: [u64; MOST],
}

/// Where the counts of several processes are.
#[async_trait]
pub trait SharedLimiter: Send + Sync {
    async fn ask(&self, asks: &[Ask<'_>]) -> Result<Outcome, SharedError>;
}

/// The counts cannot be reached; the process decides by itself.
#[derive(Debug, thiserror::Error)]
#[error("the shared counts cannot be reached ({0})")]
pub struct SharedError(pub String);
