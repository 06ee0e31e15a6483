//! Tells of statements that take long, and how the database goes about them: on a connection of its own, in a task of its own,
//! a few at a time, and without the values, which may be a merchant's.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqlStr, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::mpsc::{self, Sender},
    time::timeout,
};

use super::{
    Location,
    figures::{Figures, Ran, SlowStatement, Tell, can_be_explained},
    postgres,
};
use crate::StoreError;

/// A statement whose plan is wanted.
#[derive(Debug)]
pub(super) struct Wanted {
    name: &'static str,
    text: SqlStr,
}

/// Plans that wait to be read.
const WAITING: usize = 4;

/// How long reading a plan may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Characters of a plan that are kept.
const LONGEST_PLAN: usize = 8_000;

/// Writes the line, and asks for the plan where it is due.
pub(super) fn tell(figures: &Figures, plans: &Sender<Wanted>, name: &'static str, ran: &Ran, text: Option<&SqlStr>, tell: Tell) {
    let milliseconds = u64::try_from(ran.duration.as_millis()).unwrap_or(u64::MAX);
    tracing::warn!(statement = name, duration_ms = milliseconds, rows = ran.rows, ok = ran.ok, "a statement was slow");
    figures.keep(SlowStatement { name, at: Instant::now(), duration: ran.duration, rows: ran.rows, plan: None });
    if tell == Tell::LineAndPlan
        && let Some(text) = text.filter(|text| can_be_explained(text))
    {
        // Somebody is at it already: there will be another one.
        let _ = plans.try_send(Wanted { name, text: text.clone() });
    }
}

/// Reads plans for as long as somebody may want one.
pub(super) fn plans(location: Location, figures: std::sync::Arc<Figures>) -> (Sender<Wanted>, impl Future<Output = ()>) {
    let (sender, mut wanted) = mpsc::channel::<Wanted>(WAITING);
    let read = async move {
        while let Some(wanted) = wanted.recv().await {
            match timeout(PATIENCE, plan(&location, wanted.text.as_str())).await {
                // As of rows that are only put into a table: there is nothing to choose.
                Ok(Ok(plan)) if plan.is_empty() => {}
                Ok(Ok(plan)) => {
                    tracing::info!(statement = wanted.name, plan, "the plan of a slow statement, made without its values");
                    figures.planned(wanted.name, plan);
                }
                Ok(Err(error)) => tracing::debug!(statement = wanted.name, %error, "the plan of a slow statement was not read"),
                Err(_) => tracing::debug!(statement = wanted.name, "the plan of a slow statement was not read in time"),
            }
        }
    };
    (sender, read)
}

async fn plan(location: &Location, text: &str) -> Result<String, StoreError> {
    let lines = match location {
        Location::Sqlite(path) => {
            let mut on: SqliteConnection = SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
            // What is not bound is NULL, which the plan does not depend on.
            let rows = on.fetch_all(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"))).await?;
            let lines: Vec<String> = rows.iter().filter_map(|row| row.try_get("detail").ok()).collect();
            on.close().await?;
            lines
        }
        Location::Postgres(url) => {
            let options = postgres::connect_options(url, "vitrine plans", PATIENCE)?;
            let mut on = PgConnection::connect_with(&options).await?;
            // A generic plan is one for any values: none are looked at, and it shows parameters as `$1`.
            on.execute("SET plan_cache_mode = force_generic_plan").await?;
            on.execute(AssertSqlSafe(format!("PREPARE looked_at AS {text}"))).await?;
            let values = vec!["NULL"; parameters(text)].join(", ");
            let values = if values.is_empty() { values } else { format!("({values})") };
            let rows = on.fetch_all(AssertSqlSafe(format!("EXPLAIN EXECUTE looked_at{values}"))).await?;
            let lines: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
            on.close().await?;
            lines
        }
    };
    Ok(lines.join("\n").chars().take(LONGEST_PLAN).collect())
}

/// The highest number of a parameter.
fn parameters(text: &str) -> usize {
    let numbers = text.split('$').skip(1).filter_map(|behind| {
        let end = behind.find(|character: char| !character.is_ascii_digit()).unwrap_or(behind.len());
        behind[..end].parse::<usize>().ok()
    });
    numbers.max().unwrap_or(0)
}
