//! The tables, step by step. The same names exist for both engines, and a test compares what they make.

use sqlx::{
    SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{Db, Engine, StoreError, db::fresh, sql};

/// The number, name, and the SQL of each engine.
pub(crate) const STEPS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "foundation",
        include_str!("../../../migrations/sqlite/0001_foundation.sql"),
        include_str!("../../../migrations/postgres/0001_foundation.sql"),
    ),
    (
        2,
        "better_words",
        include_str!("../../../migrations/sqlite/0002_better_words.sql"),
        include_str!("../../../migrations/postgres/0002_better_words.sql"),
    ),
    (
        3,
        "more_that_is_missing",
        include_str!("../../../migrations/sqlite/0003_more_that_is_missing.sql"),
        include_str!("../../../migrations/postgres/0003_more_that_is_missing.sql"),
    ),
    (4, "api", include_str!("../../../migrations/sqlite/0004_api.sql"), include_str!("../../../migrations/postgres/0004_api.sql")),
    (5, "webhooks", include_str!("../../../migrations/sqlite/0005_webhooks.sql"), include_str!("../../../migrations/postgres/0005_webhooks.sql")),
    (
        6,
        "written_seq",
        include_str!("../../../migrations/sqlite/0006_written_seq.sql"),
        include_str!("../../../migrations/postgres/0006_written_seq.sql"),
    ),
    (7, "processes", include_str!("../../../migrations/sqlite/0007_processes.sql"), include_str!("../../../migrations/postgres/0007_processes.sql")),
    (8, "devices", include_str!("../../../migrations/sqlite/0008_devices.sql"), include_str!("../../../migrations/postgres/0008_devices.sql")),
    (
        9,
        "measurements",
        include_str!("../../../migrations/sqlite/0009_measurements.sql"),
        include_str!("../../../migrations/postgres/0009_measurements.sql"),
    ),
    (10, "alerts", include_str!("../../../migrations/sqlite/0010_alerts.sql"), include_str!("../../../migrations/postgres/0010_alerts.sql")),
    (11, "traces", include_str!("../../../migrations/sqlite/0011_traces.sql"), include_str!("../../../migrations/postgres/0011_traces.sql")),
    (12, "lab", include_str!("../../../migrations/sqlite/0012_lab.sql"), include_str!("../../../migrations/postgres/0012_lab.sql")),
    (
        13,
        "deployments",
        include_str!("../../../migrations/sqlite/0013_deployments.sql"),
        include_str!("../../../migrations/postgres/0013_deployments.sql"),
    ),
    (14, "rounds", include_str!("../../../migrations/sqlite/0014_rounds.sql"), include_str!("../../../migrations/postgres/0014_rounds.sql")),
];

/// Brings the tables up to date; refuses a database that is ahead of this program.
pub(crate) async fn run(db: &Db) -> Result<(), StoreError> {
    // A database that can only be read at the moment can be browsed: nothing is written when nothing is to do.
    let done: Result<Vec<(i64, Vec<u8>)>, sqlx::Error> = fresh!(db, |on| sqlx::query_as(sql::STEPS_DONE).fetch_all(on));
    let known = match db.engine() {
        Engine::Sqlite { .. } => steps(|(_, _, sqlite, _)| sqlite),
        Engine::Postgres { .. } => steps(|(_, _, _, postgres)| postgres),
    };
    if done.is_ok_and(|done| {
        done.iter().map(|(version, checksum)| (*version, &checksum[..])).eq(known.iter().map(|step| (step.version, &*step.checksum)))
    }) {
        return Ok(());
    }
    // Of programs that open a database at once, one makes the tables and the others find them made: on PostgreSQL sqlx holds
    // a lock meanwhile, on SQLite all steps are one transaction that has the write lock from its beginning.
    match db.engine() {
        Engine::Sqlite { write, .. } => {
            let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
            known.run(&mut *tx).await.map_err(explain)?;
            tx.commit().await?;
        }
        Engine::Postgres { background, .. } => {
            let mut on = background.acquire().await?;
            // A step over a large table takes as long as it takes; what is set here is not for those who come later.
            on.close_on_drop();
            sqlx::raw_sql("SET statement_timeout = 0; SET lock_timeout = 0").execute(&mut *on).await?;
            known.run(&mut *on).await.map_err(explain)?;
        }
    }
    Ok(())
}

fn steps(sql: impl Fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    Migrator::with_migrations(
        STEPS.iter().map(|step| Migration::new(step.0, step.1.into(), MigrationType::Simple, sql(step).into_sql_str(), false)).collect(),
    )
}

fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _) => {
            StoreError::Newer { found, known: STEPS.last().map_or(0, |step| step.0) }
        }
        MigrateError::VersionMismatch(step) | MigrateError::Dirty(step) => StoreError::Altered(step),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        error => StoreError::Unreadable(error.to_string()),
    }
}
