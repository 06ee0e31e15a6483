//! What requests and jobs did, one by one, and the port to look at it.

use async_trait::async_trait;
use domain::clock::Timestamp;

use crate::{Access, error::AppError, performance::Range};

/// What a list tells of a trace. Times are in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceHead {
    /// As it is written in an address. Parts of one trace have the same.
    pub id: String,
    /// `GET /products/{handle}`, or what a job is called.
    pub title: String,
    pub began_at: Timestamp,
    pub microseconds: u64,
    pub ended: Ended,
    pub statements: u32,
    /// Whether a request ran a statement again and again.
    pub is_repeated: bool,
}

/// How a request or a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this status.
    Answered(u16),
    Done,
    Failed,
    /// Whoever asked went away.
    GivenUp,
}

/// Which traces a list is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Of<'a> {
    /// `GET /products/{handle}`, or what a job is called.
    pub route: Option<&'a str>,
    /// What has to have happened in them: a statement, a cache or a program of somebody else by its name. It is looked for in those that are
    /// written, which they are a moment after they ended, and in the first thousand of them.
    pub with: Option<&'a str>,
}

/// For whoever owns every store of the server, as with what is measured. A list has [`MOST`] traces at most.
#[async_trait]
pub trait Traces: Send + Sync {
    /// The slowest.
    async fn worst(&self, who: &Access, of: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError>;

    /// Those that failed, the latest first.
    async fn failed(&self, who: &Access, of: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError>;

    /// The latest first.
    async fn latest(&self, who: &Access, of: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError>;

    /// The parts of a trace, each as the crate `traces` writes it: of every process, and of a browser. None where there are none.
    async fn by_id(&self, who: &Access, id: &str) -> Result<Vec<Vec<u8>>, AppError>;
}

/// Traces of a list.
pub const MOST: usize = 50;
