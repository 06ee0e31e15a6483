//! What the database does and what it costs, as it travels, and the port to look at it.

use async_trait::async_trait;
use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

/// The database of this server since it started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatabaseView {
    /// Of this server alone: others have figures of their own.
    pub statements: Vec<StatementFigures>,
    pub slow: Vec<SlowStatement>,
    /// From how many milliseconds on a statement counts as slow.
    pub slow_from: u64,
    pub pools: Vec<PoolFigures>,
    pub replicas: Vec<ReplicaFigures>,
    /// Reads that might have gone to a replica and went to the primary; zero without replicas.
    pub reads_on_primary: u64,
    /// What the engine says of itself; none while it does not answer.
    pub engine: Option<EngineFigures>,
}

/// Where the times of statements are cut, in nanoseconds: each is four times the one before, from 16 microseconds to 17 seconds.
pub const BOUNDS: [u64; 11] = [1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28, 1 << 30, 1 << 32, 1 << 34];

/// The statements of one name. Times are in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementFigures {
    pub name: String,
    pub count: u64,
    pub failed: u64,
    /// Read or written, all together.
    pub rows: u64,
    pub slow: u64,
    pub total: u64,
    pub p50: u64,
    pub p95: u64,
    pub p99: u64,
    pub longest: u64,
    /// How many took less than each of [`BOUNDS`].
    pub within: [u64; BOUNDS.len()],
}

/// A statement that took long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowStatement {
    pub name: String,
    pub at: Timestamp,
    pub microseconds: u64,
    pub rows: u64,
    /// How the database goes about it, whatever the values: read now and then, and not at once.
    pub plan: Option<String>,
}

/// The connections for one purpose. Times are in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolFigures {
    pub name: String,
    pub most: u32,
    pub in_use: u32,
    pub idle: u32,
    /// How often all were in use and somebody waited, for how long altogether and at most.
    pub waits: u64,
    pub waited: u64,
    pub longest_wait: u64,
    /// How often somebody waited in vain.
    pub in_vain: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaFigures {
    /// Host, port and database.
    pub name: String,
    /// In words.
    pub state: String,
    pub serves: bool,
    /// In bytes of the log, and in milliseconds; none while it is not known.
    pub bytes_behind: Option<u64>,
    pub milliseconds_behind: Option<u64>,
    /// Statements it was asked, and those of them that were asked of the primary again.
    pub statements: u64,
    pub again: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EngineFigures {
    Sqlite(SqliteFigures),
    Postgres(Box<PostgresFigures>),
}

/// Bytes, but for the pages that are free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqliteFigures {
    pub version: String,
    pub file: u64,
    /// What was written and is not in the file yet.
    pub log: u64,
    pub page: u64,
    /// Pages of the file that hold nothing: the next rows are written there.
    pub free_pages: u64,
    /// What connections may keep of the file in memory: all of those that read, and the one that writes.
    pub read_cache: u64,
    pub write_cache: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PostgresFigures {
    pub version: String,
    /// Bytes of the database.
    pub size: u64,
    /// Blocks that were in PostgreSQL's own memory, and blocks that were not, since its figures were last reset.
    pub blocks_hit: u64,
    pub blocks_read: u64,
    pub connections: u64,
    pub most_connections: u64,
    pub deadlocks: u64,
    /// Bytes that sorts and the like have put on disk.
    pub temporary: u64,
    /// The largest first.
    pub tables: Vec<TableFigures>,
    /// Indexes that nothing has been found by, on no server that answers, since the figures were last reset. The largest first.
    pub unused_indexes: Vec<IndexFigures>,
    /// When the figures were last reset, if ever.
    pub since: Option<Timestamp>,
    /// What PostgreSQL itself counted, where the extension `pg_stat_statements` is there: what took most first.
    pub statements: Option<Vec<CountedByPostgres>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFigures {
    pub name: String,
    /// Bytes of its rows, and of its indexes.
    pub size: u64,
    pub indexes: u64,
    pub rows: u64,
    /// Rows that are gone and still take room.
    pub dead_rows: u64,
    /// Bytes that nothing is in, estimated from what PostgreSQL knows of the rows; none while it knows nothing of them.
    pub wasted: Option<u64>,
    /// How often it was read from one end to the other.
    pub scans: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFigures {
    pub name: String,
    pub table: String,
    pub size: u64,
}

/// Times are in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedByPostgres {
    /// Without its values.
    pub text: String,
    pub count: u64,
    pub rows: u64,
    pub total: u64,
    pub mean: u64,
    pub blocks_hit: u64,
    pub blocks_read: u64,
}

impl PostgresFigures {
    /// How much of what was looked for was in memory, in thousandths; none when nothing was looked for.
    pub fn hits(&self) -> Option<u64> {
        let all = self.blocks_hit.saturating_add(self.blocks_read);
        (all > 0).then(|| (u128::from(self.blocks_hit) * 1_000 / u128::from(all)) as u64)
    }
}

/// For whoever owns every store of the server. A database is that of all stores, and stores are strictly apart: the owner of one of
/// several must not learn from its figures how much there is, or is done, in the others. With a single store that is its owner.
#[async_trait]
pub trait DatabaseFigures: Send + Sync {
    /// What is known at the moment. Asks the database a handful of questions, and waits some seconds for what it says of itself.
    async fn database(&self, who: &Access) -> Result<DatabaseView, AppError>;
}
