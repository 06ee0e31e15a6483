//! Somebody else changes the catalogue while a file is imported.

use ports::jobs::JobState;

use crate::support::{KEEP, World, csv, on_both};

on_both! {
    async fn a_handle_taken_meanwhile_is_named_and_nothing_is_there_twice(engine: Engine) {
        let world = World::new(engine).await;
        let workers = [world.worker(), world.worker()];
        let file = csv::many(10_000, 0);

        let ids = [world.upload(&file, KEEP).await, world.upload(&file, KEEP).await];
        let mut created = 0;
        for id in ids {
            let job = world.over(id).await;
            let progress = job.job.progress;
            assert_eq!((job.job.state, progress.created + progress.skipped + progress.bad), (JobState::Done, 10_000), "{:?}", job.job);
            assert!(job.bad_rows.iter().all(|row| row.reason.starts_with("Somebody made a product with this handle")), "{:?}", job.bad_rows);
            created += progress.created;
        }
        for worker in workers {
            worker.stop().await;
        }

        assert_eq!((created, world.opened.products().await, world.opened.changes().await), (10_000, 10_000, 10_000));
    }
}
