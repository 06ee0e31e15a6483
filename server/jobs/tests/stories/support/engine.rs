//! A database of its own for a test.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use store::Location;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub struct Opened {
    pub location: Location,
    pub url: String,
    engine: Engine,
    /// The server and the name of the database on it.
    made: Option<(String, String)>,
}

/// A lock that every writer of products waits for, as another program may hold it.
pub enum Lock {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Tests of one process run side by side.
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Opened {
    pub async fn new(engine: Engine, dir: &Path) -> Self {
        match engine {
            Engine::Sqlite => {
                let file = dir.join("vitrine.db");
                Self { url: format!("sqlite:{}", file.display()), location: Location::Sqlite(file), engine, made: None }
            }
            Engine::Postgres => {
                let server = std::env::var("VITRINE_TEST_POSTGRES_URL")
                    .expect("VITRINE_TEST_POSTGRES_URL is not set: scripts/postgres-for-tests starts a server and says its address");
                let name = format!("jobs_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
                let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL at VITRINE_TEST_POSTGRES_URL answers");
                for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
                }
                let url = with_database(&server, &name);
                Self { location: Location::Postgres(url.clone()), url, engine, made: Some((server, name)) }
            }
        }
    }

    /// One number from the database.
    pub async fn number(&self, sql: &'static str) -> i64 {
        match self.engine {
            Engine::Sqlite => {
                let mut on = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query(sql).fetch_one(&mut on).await.unwrap().get(0)
            }
            Engine::Postgres => {
                let mut on = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query(sql).fetch_one(&mut on).await.unwrap().get(0)
            }
        }
    }

    pub async fn lock(&self) -> Lock {
        match self.engine {
            Engine::Sqlite => {
                let mut on = SqliteConnection::connect(&self.url).await.unwrap();
                // Whoever only looks now and then may never find it free in the middle of an import.
                sqlx::raw_sql("PRAGMA busy_timeout = 0").execute(&mut on).await.unwrap();
                while sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut on).await.is_err() {}
                Lock::Sqlite(on)
            }
            Engine::Postgres => {
                let mut on = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql("BEGIN; LOCK TABLE store_seq IN EXCLUSIVE MODE").execute(&mut on).await.unwrap();
                Lock::Postgres(on)
            }
        }
    }

    pub async fn changes(&self) -> i64 {
        self.number("SELECT count(*) FROM change_log").await
    }

    pub async fn products(&self) -> i64 {
        self.number("SELECT count(*) FROM products").await
    }
}

impl Lock {
    pub async fn release(self) {
        match self {
            Self::Sqlite(mut on) => sqlx::raw_sql("ROLLBACK").execute(&mut on).await.map(drop).unwrap(),
            Self::Postgres(mut on) => sqlx::raw_sql("ROLLBACK").execute(&mut on).await.map(drop).unwrap(),
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some((server, name)) = self.made.take() {
            // Not in this runtime, which may be ending.
            let dropped = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut on = PgConnection::connect(&server).await?;
                    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).execute(&mut on).await
                })
            });
            let _ = dropped.join();
        }
    }
}

/// The address of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').map_or((server, None), |(address, options)| (address, Some(options)));
    let (scheme, rest) = address.split_once("://").expect("the address has a scheme");
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{scheme}://{host}/{name}{options}")
}
