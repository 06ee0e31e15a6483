//! The port of figures: what was counted here, and what the engine says of itself.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use domain::{clock::Timestamp, role::Permission};
use measuring::Sketch;
use ports::{
    Access,
    database::{
        CountedByPostgres, DatabaseFigures, DatabaseView, EngineFigures, IndexFigures, PoolFigures, PostgresFigures, ReplicaFigures, SlowStatement,
        SqliteFigures, StatementFigures, TableFigures,
    },
    error::AppError,
};
use sqlx::{PgConnection, PgPool, Row, SqlitePool};
use tokio::time::timeout;

use super::{
    Db, Engine, Location,
    figures::{OfName, StatementTimes},
    fresh,
    pools::{PoolState, WaitTimes, Waits},
    replicas::{Replica, ReplicaState, Replicas},
    sqlite::{READ_CACHE_KB, WRITE_CACHE_KB},
};
use crate::{Store, StoreError};

/// How long the engine is waited for, and a replica of it, when it is asked for its own figures.
const PATIENCE: Duration = Duration::from_secs(5);
const REPLICA_PATIENCE: Duration = Duration::from_secs(2);

/// Stores that somebody does not own.
const STORES_NOT_OWNED: &str = "\
    SELECT count(*) FROM stores s \
    WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.store_num = s.num AND m.user_id = $1 AND m.role = 'owner')";

/// Of the statements that PostgreSQL counted, and characters of their texts.
const MOST_COUNTED: i64 = 50;
const LONGEST_TEXT: i32 = 2_000;

#[async_trait]
impl DatabaseFigures for Store {
    async fn database(&self, who: &Access) -> Result<DatabaseView, AppError> {
        self.allowed_as_operator(who).await?;
        let engine = self.engine_figures().await.inspect_err(|error| tracing::warn!(%error, "the database does not say how it is")).ok();
        Ok(DatabaseView { engine, ..self.database_counts() })
    }
}

impl Store {
    /// Refuses whoever does not own every store: what is measured is of all of them, and stores are strictly apart.
    pub async fn allowed_as_operator(&self, who: &Access) -> Result<(), AppError> {
        self.allowed(who, Permission::Manage).await?;
        let others: i64 = fresh!(self.db(), |on| sqlx::query_scalar(STORES_NOT_OWNED).bind(who.user.0).fetch_one(on)).map_err(StoreError::from)?;
        if others > 0 { Err(AppError::Forbidden) } else { Ok(()) }
    }

    /// What was counted here, which needs no database.
    pub fn database_counts(&self) -> DatabaseView {
        let (db, now) = (self.db(), self.inner.clock.now());
        let at = |ago: Duration| Timestamp::from_micros(now.micros() - microseconds(ago) as i64);
        let slow = db.figures.slow_statements().into_iter().map(|slow| SlowStatement {
            name: slow.name.to_owned(),
            at: at(slow.at.elapsed()),
            microseconds: microseconds(slow.duration),
            rows: slow.rows,
            plan: slow.plan,
        });
        DatabaseView {
            statements: db.figures.by_name().into_iter().map(of_name).collect(),
            slow: slow.collect(),
            slow_from: u64::try_from(db.figures.slow_from().as_millis()).unwrap_or(u64::MAX),
            pools: db.pools().into_iter().map(pool).collect(),
            replicas: db.replicas().map(|replicas| replicas.all.iter().map(|one| replica(one, replicas)).collect()).unwrap_or_default(),
            reads_on_primary: db.replicas().map_or(0, Replicas::reads_on_primary),
            engine: None,
        }
    }

    /// How long statements took since it was last asked, in microseconds, and how many failed; by their names, without those that did not run.
    pub fn statement_times(&self, last: &mut StatementTimes) -> Vec<(&'static str, Sketch, u64)> {
        self.db().figures.since(last)
    }

    /// How long connections were waited for since it was last asked, in microseconds, by those who waited; by pool.
    pub fn connection_waits(&self, last: &mut WaitTimes) -> Vec<(String, Sketch)> {
        self.db().waits_by_pool().into_iter().map(|(name, waits)| last.since(name, waits)).collect()
    }

    /// What the engine says of itself, within some seconds.
    pub async fn engine_figures(&self) -> Result<EngineFigures, StoreError> {
        timeout(PATIENCE, self.db().ask_engine()).await.unwrap_or(Err(StoreError::Busy(sqlx::Error::PoolTimedOut)))
    }

    /// Both, for whoever watches over the server.
    pub async fn database_figures(&self) -> Result<DatabaseView, StoreError> {
        let engine = self.engine_figures().await?;
        Ok(DatabaseView { engine: Some(engine), ..self.database_counts() })
    }
}

impl Db {
    async fn ask_engine(&self) -> Result<EngineFigures, StoreError> {
        match (&self.engine, &self.location) {
            (Engine::Sqlite { read, .. }, Location::Sqlite(path)) => Ok(EngineFigures::Sqlite(sqlite(read, path).await?)),
            (Engine::Postgres { background, replicas, .. }, _) => Ok(EngineFigures::Postgres(Box::new(postgres(background, replicas).await?))),
            (Engine::Sqlite { .. }, Location::Postgres(_)) => Err(super::another_engine().into()),
        }
    }

    /// By the names that [`Self::pools`] has.
    fn waits_by_pool(&self) -> Vec<(String, &Waits)> {
        let (first, second) = (&self.waits.first, &self.waits.second);
        match &self.engine {
            Engine::Sqlite { .. } => vec![("reads".into(), second), ("writes".into(), first)],
            Engine::Postgres { replicas, .. } => {
                let mut waits = vec![("pages".into(), first), ("jobs".into(), second)];
                waits.extend(replicas.all.iter().map(|replica| (replica.name.clone(), &replica.waits)));
                waits
            }
        }
    }

    fn pools(&self) -> Vec<PoolState> {
        let (first, second) = (&self.waits.first, &self.waits.second);
        match &self.engine {
            Engine::Sqlite { write, read } => vec![second.of("reads".into(), read), first.of("writes".into(), write)],
            Engine::Postgres { primary, background, replicas } => {
                let mut pools = vec![first.of("pages".into(), primary), second.of("jobs".into(), background)];
                pools.extend(replicas.all.iter().map(|replica| replica.waits.of(replica.name.clone(), &replica.pool)));
                pools
            }
        }
    }
}

fn of_name(figures: OfName) -> StatementFigures {
    StatementFigures {
        name: figures.name.to_owned(),
        count: figures.count,
        failed: figures.failed,
        rows: figures.rows,
        slow: figures.slow,
        total: microseconds(figures.total),
        p50: microseconds(figures.p50),
        p95: microseconds(figures.p95),
        p99: microseconds(figures.p99),
        longest: microseconds(figures.longest),
        within: figures.within,
    }
}

fn pool(state: PoolState) -> PoolFigures {
    PoolFigures {
        name: state.name,
        most: state.most,
        in_use: state.in_use,
        idle: state.idle,
        waits: state.waits,
        waited: microseconds(state.waited),
        longest_wait: microseconds(state.longest_wait),
        in_vain: state.in_vain,
    }
}

fn replica(replica: &Replica, replicas: &Replicas) -> ReplicaFigures {
    let state = replica.state();
    let known = matches!(state, ReplicaState::Serving | ReplicaState::Behind);
    let bytes = replicas.primary.last().map(|last| last.0.saturating_sub(replica.replayed().0));
    ReplicaFigures {
        name: replica.name.clone(),
        state: state.name().to_owned(),
        serves: state == ReplicaState::Serving,
        bytes_behind: bytes.filter(|_| known),
        milliseconds_behind: replica.lag().filter(|_| known).map(|lag| u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)),
        statements: replica.statements(),
        again: replica.again(),
    }
}

async fn sqlite(read: &SqlitePool, path: &Path) -> Result<SqliteFigures, StoreError> {
    let mut on = read.acquire().await?;
    let number = |row: sqlx::sqlite::SqliteRow| row.try_get::<i64, _>(0).map(whole);
    let pages = number(sqlx::query("PRAGMA page_count").fetch_one(&mut *on).await?)?;
    let page = number(sqlx::query("PRAGMA page_size").fetch_one(&mut *on).await?)?;
    let free_pages = number(sqlx::query("PRAGMA freelist_count").fetch_one(&mut *on).await?)?;
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut *on).await?;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Ok(SqliteFigures {
        version,
        file: pages.saturating_mul(page),
        log: tokio::fs::metadata(log).await.map_or(0, |log| log.len()),
        page,
        free_pages,
        read_cache: whole(READ_CACHE_KB) * 1_024 * u64::from(read.options().get_max_connections()),
        write_cache: whole(WRITE_CACHE_KB) * 1_024,
    })
}

const OF_DATABASE: &str = "\
    SELECT current_setting('server_version'), pg_database_size(current_database()), blks_hit, blks_read, deadlocks, temp_bytes, \
    (EXTRACT(EPOCH FROM stats_reset) * 1000000)::bigint, (SELECT count(*) FROM pg_stat_activity), current_setting('max_connections')::bigint \
    FROM pg_stat_database WHERE datname = current_database()";

/// What a row takes is estimated from the mean widths of its columns, with the head of the row and its place in the page.
const OF_TABLES: &str = "\
    SELECT s.relname, pg_table_size(s.relid), pg_indexes_size(s.relid), s.n_live_tup, s.n_dead_tup, COALESCE(s.seq_scan, 0), \
    CASE WHEN c.reltuples < 0 OR w.width IS NULL THEN NULL \
    ELSE GREATEST(0, pg_relation_size(s.relid) - ceil(c.reltuples::float8 * (28 + w.width) / 8168) * 8192)::bigint END \
    FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid \
    LEFT JOIN (SELECT schemaname, tablename, sum((1 - null_frac) * avg_width)::float8 AS width FROM pg_stats GROUP BY schemaname, tablename) w \
    ON w.schemaname = s.schemaname AND w.tablename = s.relname \
    ORDER BY pg_total_relation_size(s.relid) DESC LIMIT 50";

/// Those that keep rows apart are needed, whether anything is found by them or not.
const INDEXES_UNUSED: &str = "\
    SELECT s.indexrelname, s.relname, pg_relation_size(s.indexrelid) \
    FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid \
    WHERE s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisprimary ORDER BY 3 DESC, 1 LIMIT 200";

const INDEXES_USED: &str = "SELECT indexrelname FROM pg_stat_user_indexes WHERE idx_scan > 0";

const COUNTS_STATEMENTS: &str = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'";

/// This program's own, and of those what comes without its values: in others, as in that which sets a password, they are left.
const COUNTED: &str = "\
    SELECT left(query, $1), calls, rows, (total_exec_time * 1000)::bigint, (mean_exec_time * 1000)::bigint, shared_blks_hit, shared_blks_read \
    FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
    AND userid = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND query ~* '^\\s*(select|insert|update|delete|with)\\s' \
    ORDER BY total_exec_time DESC LIMIT $2";

async fn postgres(pool: &PgPool, replicas: &Replicas) -> Result<PostgresFigures, StoreError> {
    let mut on = pool.acquire().await?;
    let row = sqlx::query(OF_DATABASE).fetch_one(&mut *on).await?;
    let number = |at: usize| row.try_get::<i64, _>(at).map(whole);
    let tables = sqlx::query(OF_TABLES).fetch_all(&mut *on).await?;
    let unused: Vec<(String, String, i64)> = sqlx::query_as(INDEXES_UNUSED).fetch_all(&mut *on).await?;
    let mut figures = PostgresFigures {
        version: row.try_get(0)?,
        size: number(1)?,
        blocks_hit: number(2)?,
        blocks_read: number(3)?,
        deadlocks: number(4)?,
        temporary: number(5)?,
        since: row.try_get::<Option<i64>, _>(6)?.map(Timestamp::from_micros),
        connections: number(7)?,
        most_connections: number(8)?,
        tables: tables.iter().map(table).collect::<Result<_, _>>()?,
        unused_indexes: unused.into_iter().map(|(name, table, size)| IndexFigures { name, table, size: whole(size) }).collect(),
        statements: counted(&mut on).await,
    };
    drop(on);
    for replica in replicas.all.iter().filter(|replica| replica.state() == ReplicaState::Serving) {
        // One that does not answer says nothing against an index, and nothing for it.
        let used = async {
            let mut on = replica.waits.take(&replica.pool).await?;
            sqlx::query_scalar::<_, String>(INDEXES_USED).fetch_all(&mut *on).await
        };
        if let Ok(Ok(used)) = timeout(REPLICA_PATIENCE, replica.unless_gone(Box::pin(used))).await {
            figures.unused_indexes.retain(|index| !used.contains(&index.name));
        }
    }
    Ok(figures)
}

fn table(row: &sqlx::postgres::PgRow) -> Result<TableFigures, sqlx::Error> {
    let number = |at: usize| row.try_get::<i64, _>(at).map(whole);
    Ok(TableFigures {
        name: row.try_get(0)?,
        size: number(1)?,
        indexes: number(2)?,
        rows: number(3)?,
        dead_rows: number(4)?,
        scans: number(5)?,
        wasted: row.try_get::<Option<i64>, _>(6)?.map(whole),
    })
}

/// None where the extension is not there, or not loaded.
async fn counted(on: &mut PgConnection) -> Option<Vec<CountedByPostgres>> {
    let there: i64 = sqlx::query_scalar(COUNTS_STATEMENTS).fetch_one(&mut *on).await.ok()?;
    if there == 0 {
        return None;
    }
    let rows = sqlx::query_as(COUNTED).bind(LONGEST_TEXT).bind(MOST_COUNTED).fetch_all(on).await;
    let rows: Vec<(String, i64, i64, i64, i64, i64, i64)> =
        rows.inspect_err(|error| tracing::debug!(%error, "pg_stat_statements was not read")).ok()?;
    let counted = rows.into_iter().map(|(text, count, rows, total, mean, hit, read)| CountedByPostgres {
        text,
        count: whole(count),
        rows: whole(rows),
        total: whole(total),
        mean: whole(mean),
        blocks_hit: whole(hit),
        blocks_read: whole(read),
    });
    Some(counted.collect())
}

/// Counts are never negative.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
