//! What an operator may set about a database.

use std::{fmt, time::Duration};

/// How many connections there are, how long they are waited for and how long they may work, and where copies of the database are.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseOptions {
    /// Addresses of streaming replicas of a PostgreSQL database, `postgres://user@host/database`.
    pub replicas: Vec<String>,
    /// Connections to PostgreSQL for pages and programs; to every replica as many.
    pub connections: u32,
    /// Connections to PostgreSQL for jobs.
    pub background_connections: u32,
    /// How long a request waits for a connection.
    pub patience: Duration,
    /// How long PostgreSQL works on a statement of a page or a program before it gives up.
    pub statement: Duration,
    /// The same for a statement of a job.
    pub background_statement: Duration,
    /// A replica further behind than this is not asked.
    pub replica_lag: Duration,
    /// A statement that takes this long is logged.
    pub slow: Duration,
    /// What was read of products may take so many bytes in memory.
    pub memory: u64,
}

impl DatabaseOptions {
    /// Connections for pages on a machine of so many processors. More than a few for each only wait for one another, here or in the
    /// database, and on a large machine PostgreSQL's own limit, 100 by default, is to suffice for several programs.
    pub const fn connections_for(processors: u32) -> u32 {
        match processors.saturating_mul(4) {
            0..8 => 8,
            some @ 8..=32 => some,
            _ => 32,
        }
    }

    /// Connections for jobs: a worker does few things at once.
    pub const fn background_connections_for(processors: u32) -> u32 {
        match processors {
            0..=2 => 4,
            some @ 3..=6 => some + 2,
            _ => 8,
        }
    }
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, |count| u32::try_from(count.get()).unwrap_or(u32::MAX));
        Self {
            replicas: Vec::new(),
            connections: Self::connections_for(processors),
            background_connections: Self::background_connections_for(processors),
            patience: Duration::from_secs(5),
            statement: Duration::from_secs(15),
            background_statement: Duration::from_mins(10),
            replica_lag: Duration::from_secs(5),
            slow: Duration::from_millis(50),
            memory: 32 << 20,
        }
    }
}

/// Without the addresses, which have passwords.
impl fmt::Debug for DatabaseOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseOptions")
            .field("replicas", &self.replicas.len())
            .field("connections", &self.connections)
            .field("background_connections", &self.background_connections)
            .field("patience", &self.patience)
            .field("statement", &self.statement)
            .field("background_statement", &self.background_statement)
            .field("replica_lag", &self.replica_lag)
            .field("slow", &self.slow)
            .field("memory", &self.memory)
            .finish()
    }
}
