//! Looks how far the primary and its replicas are, each in a task of its own on a connection of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::{sleep, timeout};

use super::{
    Lsn,
    postgres::{self, committed_at},
    replicas::{Places, ReplicaState, Replicas},
};
use crate::StoreError;

/// How often one looks. Measured lag is some milliseconds: whoever has just written reads from the primary until the next look.
const LOOK: Duration = Duration::from_millis(50);
const LOOK_AT_PRIMARY: Duration = Duration::from_millis(100);

/// What does not answer for so long is not there.
pub(super) const ANSWERS: Duration = Duration::from_secs(1);

/// How long to wait before one knocks again: at first this, then twice as long each time, up to the second.
const KNOCK: Duration = Duration::from_millis(100);
const KNOCK_AT_MOST: Duration = Duration::from_secs(2);

/// A replica that was too far behind serves again when it is within this part of what is allowed, lest it come and go.
const BACK_WITHIN: u32 = 2;

const SYSTEM: &str = "SELECT system_identifier::text FROM pg_control_system()";

/// Up to where it has committed, what of that is on its disk, and its timeline, with which the names of the log's files begin. Nothing
/// while it is a replica itself.
const PRIMARY_AT: &str = concat!(
    "SELECT ",
    committed_at!(),
    ", pg_current_wal_flush_lsn()::text, ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int \
     WHERE NOT pg_is_in_recovery()"
);

/// Up to where it has done what the primary wrote, and on which timeline that comes to it; where that is not for everybody to know, and
/// where nothing comes, the one of its last restart point. Nothing when it is no replica.
const REPLICA_AT: &str = "\
    SELECT COALESCE(pg_last_wal_replay_lsn(), '0/0')::text, \
    COALESCE((SELECT max(received_tli) FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint())) \
    WHERE pg_is_in_recovery()";

/// Watches the primary for as long as it is told to.
pub(super) async fn watch_primary(url: String, replicas: Arc<Replicas>) {
    let Ok(options) = options(&url) else { return };
    let mut pause = KNOCK;
    loop {
        if let Ok(mut connection) = knock(&options).await {
            if let Ok(system) = system(&mut connection).await {
                replicas.primary.is_of(system);
            }
            loop {
                // Before it is asked: what is committed before this moment is below the answer.
                let at = Instant::now();
                let Ok(Some(places)) = primary_at(&mut connection).await else { break };
                replicas.primary.saw(places, at);
                pause = KNOCK;
                sleep(LOOK_AT_PRIMARY).await;
            }
            hang_up(connection).await;
        }
        replicas.primary.is_away();
        sleep(pause).await;
        pause = (pause * 2).min(KNOCK_AT_MOST);
    }
}

/// Watches a replica for as long as it is told to.
pub(super) async fn watch_replica(at: usize, replicas: Arc<Replicas>) {
    let Some(replica) = replicas.all.get(at) else { return };
    let Ok(options) = options(&replica.url) else { return };
    let mut pause = KNOCK;
    loop {
        match knock(&options).await {
            Ok(mut connection) => {
                let state = look(&mut connection, at, &replicas, &mut pause).await;
                replica.turn(state);
                hang_up(connection).await;
            }
            Err(error) => {
                tracing::debug!(replica = replica.name, %error, "a replica cannot be reached");
                replica.turn(ReplicaState::Unreachable);
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(KNOCK_AT_MOST);
    }
}

/// Looks again and again at one replica; what is wrong when it cannot go on.
async fn look(connection: &mut PgConnection, at: usize, replicas: &Replicas, pause: &mut Duration) -> ReplicaState {
    let Some(replica) = replicas.all.get(at) else { return ReplicaState::Unreachable };
    // Whoever may not ask for it is believed to have given the right addresses.
    let system = system(connection).await.ok();
    loop {
        if let (Some(own), Some(primary)) = (system, replicas.primary.system())
            && own != primary
        {
            return ReplicaState::OtherCluster;
        }
        let (replayed, timeline) = match replica_at(connection).await {
            Ok(Some(at)) => at,
            Ok(None) => return ReplicaState::NotAReplica,
            Err(_) => return ReplicaState::Unreachable,
        };
        if replicas.primary.timeline().is_some_and(|primary| primary != timeline) {
            return ReplicaState::OtherTimeline;
        }
        // Until the primary has been seen, it is not known what this is worth.
        if replicas.primary.last().is_some() {
            let behind = replicas.primary.behind(replayed);
            replica.is_at(replayed, behind);
            let before = replica.state();
            let most = if before == ReplicaState::Behind { replicas.most_lag / BACK_WITHIN } else { replicas.most_lag };
            match behind.lag {
                Some(lag) if lag <= most => replica.turn(ReplicaState::Serving),
                // The program has only begun to look.
                None if before == ReplicaState::Unknown => {}
                _ => replica.turn(ReplicaState::Behind),
            }
            *pause = KNOCK;
        }
        sleep(LOOK).await;
    }
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    postgres::connect_options(url, "vitrine watch", ANSWERS)
}

async fn knock(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    timeout(ANSWERS, PgConnection::connect_with(options)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

async fn system(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let text: String = timeout(ANSWERS, sqlx::query_scalar(SYSTEM).fetch_one(connection)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    text.parse::<u64>().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

async fn primary_at(connection: &mut PgConnection) -> Result<Option<Places>, sqlx::Error> {
    let asked = sqlx::query_as(PRIMARY_AT).fetch_optional(connection);
    let at: Option<(String, String, i32)> = timeout(ANSWERS, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    at.map(|(committed, flushed, at)| Ok(Places { committed: lsn(&committed)?, flushed: lsn(&flushed)?, timeline: timeline(at) })).transpose()
}

async fn replica_at(connection: &mut PgConnection) -> Result<Option<(Lsn, u32)>, sqlx::Error> {
    let asked = sqlx::query_as(REPLICA_AT).fetch_optional(connection);
    let at: Option<(String, i32)> = timeout(ANSWERS, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    at.map(|(replayed, at)| Ok((lsn(&replayed)?, timeline(at)))).transpose()
}

fn lsn(text: &str) -> Result<Lsn, sqlx::Error> {
    text.parse().map_err(|error: std::num::ParseIntError| sqlx::Error::Decode(Box::new(error)))
}

/// PostgreSQL has no unsigned numbers.
const fn timeline(number: i32) -> u32 {
    number.cast_unsigned()
}

/// One that does not answer is not waited for.
async fn hang_up(connection: PgConnection) {
    let _ = timeout(ANSWERS, connection.close()).await;
}
