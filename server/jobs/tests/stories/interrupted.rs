//! Jobs whose worker dies, stops, loses its lease or its database: whatever happens, everything is done once.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use ports::jobs::{JobKind, JobState};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::{Engine, KEEP, OVERWRITE, World, csv, on_both};

const LEASE: Duration = Duration::from_secs(31);

on_both! {
    async fn a_worker_that_dies_again_and_again_does_everything_once(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.upload(csv::many(40_000, 0), KEEP).await;
        let mut deaths = 0;

        while !world.job(id).await.job.state.is_over() {
            let before = world.job(id).await.job.progress.created;
            let worker = world.worker();
            world.until(id, |job| job.job.state.is_over() || job.job.progress.created >= before + 2_000).await;
            // Somewhere within the batch that follows.
            tokio::time::sleep(Duration::from_millis(deaths * 13 % 60)).await;
            worker.abort().await;
            world.clock.pass(LEASE);
            deaths += 1;
        }

        let job = world.job(id).await.job;
        assert_eq!((job.state, job.progress.created, job.progress.bad), (JobState::Done, 40_000, 0), "{job:?}");
        assert_eq!((world.opened.products().await, world.opened.changes().await), (40_000, 40_000));
        assert!(deaths > 2, "{deaths}");
        // The last of them may have died before it deleted the file: whoever comes next does.
        let next = world.worker();
        world.swept().await;
        next.stop().await;
    }

    async fn bad_rows_are_counted_once_however_often_the_worker_dies(engine: Engine) {
        let world = World::new(engine).await;
        let mut file = csv::many(4_000, 0);
        for line in 0..16_000 {
            writeln!(file, "Lamp,,,,,,,free {line},,,").unwrap();
        }
        let id = world.upload(&file, KEEP).await;
        let mut deaths = 0;

        while !world.job(id).await.job.state.is_over() {
            let before = world.job(id).await.job.progress;
            let worker = world.worker();
            world.until(id, |job| job.job.state.is_over() || (job.job.progress.created, job.job.progress.bad) != (before.created, before.bad)).await;
            tokio::time::sleep(Duration::from_millis(deaths * 7 % 30)).await;
            worker.abort().await;
            world.clock.pass(LEASE);
            deaths += 1;
        }

        let progress = world.job(id).await.job.progress;
        assert_eq!((progress.created, progress.bad), (4_000, 16_000));
        assert_eq!(world.opened.number("SELECT count(*) FROM job_items WHERE kind = 'bad'").await, 16_000);
    }

    async fn a_job_goes_on_at_once_after_a_restart(engine: Engine) {
        let world = World::new(engine).await;
        let worker = world.worker();
        let id = world.upload(csv::many(30_000, 0), KEEP).await;
        world.until(id, |job| job.job.progress.created > 0).await;

        worker.stop().await;
        let stopped = world.job(id).await.job;
        assert_eq!(stopped.state, JobState::Queued);
        assert_eq!(world.opened.products().await, stopped.progress.created as i64);
        let worker = world.worker();
        let job = world.over(id).await.job;
        worker.stop().await;

        assert_eq!((job.state, job.progress.created), (JobState::Done, 30_000));
        assert_eq!(world.opened.changes().await, 30_000);
    }

    async fn a_job_that_was_taken_over_is_done_once(engine: Engine) {
        let world = World::new(engine).await;
        let slow = world.worker();
        let id = world.upload(csv::many(30_000, 0), KEEP).await;
        world.until(id, |job| job.job.progress.created > 0).await;

        // The first one seems dead for a moment, and is not.
        world.clock.pass(LEASE);
        let eager = world.worker();
        let job = world.over(id).await.job;
        slow.stop().await;
        eager.stop().await;

        assert_eq!((job.state, job.progress.created, job.progress.bad), (JobState::Done, 30_000, 0));
        assert_eq!((world.opened.products().await, world.opened.changes().await), (30_000, 30_000));
    }

    async fn two_workers_never_run_one_job_together(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(1_000, 6), KEEP).await;
        let workers = [world.worker(), world.worker(), world.worker()];
        let mut ids = Vec::new();
        for edition in 0..6 {
            ids.push(world.upload(csv::many(1_000, edition), OVERWRITE).await);
        }

        for id in ids {
            let job = world.over(id).await.job;
            assert_eq!((job.state, job.progress.bad), (JobState::Done, 0), "{job:?}");
            assert_eq!((job.progress.created, job.progress.changed + job.progress.unchanged), (0, 1_000));
        }
        for worker in workers {
            worker.stop().await;
        }

        assert_eq!(world.opened.number("SELECT CAST(max(attempts) AS BIGINT) FROM jobs").await, 1);
        assert_eq!(world.opened.products().await, 1_000);
    }

    async fn a_database_that_is_away_for_a_while_costs_time_only(engine: Engine) {
        let world = World::new(engine).await;
        let worker = world.worker();
        let id = world.upload(csv::many(60_000, 0), KEEP).await;
        world.until(id, |job| job.job.progress.created > 0).await;

        match engine {
            // A writer waits for five seconds, and as long again to note that it could not write: the middle leaves both the most time.
            Engine::Sqlite => {
                let mut other = SqliteConnection::connect(&world.opened.url).await.unwrap();
                sqlx::raw_sql("PRAGMA busy_timeout = 0").execute(&mut other).await.unwrap();
                while sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.is_err() {}
                tokio::time::sleep(Duration::from_millis(7_500)).await;
                sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
            }
            Engine::Postgres => {
                let mut other = PgConnection::connect(&world.opened.url).await.unwrap();
                let away = Instant::now() + Duration::from_secs(1);
                // A connection that is cut between two transactions is replaced, and nobody notices.
                while Instant::now() < away {
                    sqlx::raw_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
                        .execute(&mut other)
                        .await
                        .unwrap();
                }
            }
        }
        let waiting = world.until(id, |job| job.job.state == JobState::Queued).await.job;
        assert!(waiting.message.starts_with("The database "), "{waiting:?}");
        world.clock.pass(Duration::from_secs(20));
        let job = world.over(id).await.job;
        worker.stop().await;

        assert_eq!((job.state, job.progress.created, job.message.as_str()), (JobState::Done, 60_000, ""), "{job:?}");
        assert_eq!((world.opened.products().await, world.opened.changes().await), (60_000, 60_000));
    }

    async fn a_job_that_kills_every_worker_is_given_up(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.upload(csv::LAMPS, KEEP).await;
        for attempt in 0..8 {
            assert!(world.store.lease_next(&format!("doomed {attempt}"), 30, &[JobKind::Import]).await.unwrap().is_some());
            world.clock.pass(LEASE);
        }

        let worker = world.worker();
        let job = world.over(id).await.job;
        worker.stop().await;

        assert_eq!(job.state, JobState::Failed);
        assert!(job.message.contains("several times at the same place"), "{}", job.message);
        assert_eq!(world.uploads(), 0);
    }

    async fn a_job_waits_for_the_server_that_has_its_upload(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.upload(csv::LAMPS, KEEP).await;
        let (upload, away) = (world.path().join(format!("uploads/{id}.csv")), world.path().join("away"));
        std::fs::rename(&upload, &away).unwrap();
        let worker = world.worker();
        for _ in 0..12 {
            world.until(id, |job| job.job.state == JobState::Queued && job.job.message.contains("waits for the server that has it")).await;
            world.clock.pass(Duration::from_secs(4));
        }

        std::fs::rename(&away, &upload).unwrap();
        world.clock.pass(Duration::from_secs(4));
        let job = world.over(id).await.job;
        worker.stop().await;

        assert_eq!((job.state, job.progress.created), (JobState::Done, 2), "{job:?}");
    }

    async fn a_job_whose_upload_is_gone_fails(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.upload(csv::LAMPS, KEEP).await;
        std::fs::remove_file(world.path().join(format!("uploads/{id}.csv"))).unwrap();
        world.clock.pass(Duration::from_hours(2));

        let worker = world.worker();
        let job = world.over(id).await.job;
        worker.stop().await;

        assert_eq!((job.state, job.message.as_str()), (JobState::Failed, "The file is no longer there. Import it again from where it is now."));
    }
}
