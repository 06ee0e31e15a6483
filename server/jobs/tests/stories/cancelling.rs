//! A job that is not wanted any more stops between two batches.

use ports::{Jobs, error::AppError, jobs::JobState};

use crate::support::{KEEP, World, csv, on_both};

on_both! {
    async fn a_running_import_stops_between_batches(engine: Engine) {
        let world = World::new(engine).await;
        let worker = world.worker();
        let id = world.upload(csv::many(60_000, 0), KEEP).await;
        world.until(id, |job| job.job.progress.created > 0).await;

        world.service().cancel(&world.owner, id).await.unwrap();
        let job = world.over(id).await.job;
        worker.stop().await;

        assert_eq!((job.state, job.cancelling), (JobState::Cancelled, false), "{job:?}");
        assert_eq!(job.message, "Stopped on request. What was imported until then stays.");
        let created = job.progress.created as i64;
        assert!(created < 60_000);
        assert_eq!((world.opened.products().await, world.opened.changes().await), (created, created));
        assert_eq!(world.uploads(), 0);
    }

    async fn a_waiting_import_stops_at_once(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.upload(csv::LAMPS, KEEP).await;

        world.service().cancel(&world.owner, id).await.unwrap();

        assert_eq!(world.job(id).await.job.state, JobState::Cancelled);
        assert_eq!(world.uploads(), 0);
        let done = world.import(csv::LAMPS, KEEP).await.job;
        assert_eq!((done.state, world.job(id).await.job.state), (JobState::Done, JobState::Cancelled));
        // What is over stays over.
        world.service().cancel(&world.owner, done.id).await.unwrap();
        assert_eq!(world.job(done.id).await.job.state, JobState::Done);
    }

    async fn what_is_not_there_cannot_be_stopped(engine: Engine) {
        let world = World::new(engine).await;
        let nothing = "01890000-0000-7000-8000-000000000000".parse().unwrap();
        assert_eq!(world.service().cancel(&world.owner, nothing).await, Err(AppError::NotFound));
    }
}
