//! Who may start, stop and see jobs.

use domain::{money::Currency, role::Role};
use ports::{Access, Jobs, Upload, error::AppError};

use crate::support::{DRY, KEEP, World, csv, on_both};

on_both! {
    async fn who_may_not_run_jobs_may_look_at_them(engine: Engine) {
        let world = World::new(engine).await;
        let dry = world.import(csv::LAMPS, DRY).await.job.id;
        let service = world.service();
        for role in [Role::Viewer, Role::Reviewer] {
            let who = Access { role, ..world.owner.clone() };
            let upload = || Upload { file_name: "x.csv".into(), path: world.file("x", csv::LAMPS) };

            assert_eq!(service.start_import(&who, upload(), KEEP).await, Err(AppError::Forbidden));
            assert_eq!(service.import_after_dry_run(&who, dry).await, Err(AppError::Forbidden));
            assert_eq!(service.cancel(&who, dry).await, Err(AppError::Forbidden));
            assert_eq!(service.jobs(&who).await.unwrap().len(), 1);
            assert!(service.job(&who, dry).await.unwrap().is_some());
            assert_eq!(service.bad_rows(&who, dry, 0).await, Ok(vec![]));
        }
    }

    async fn a_job_of_another_store_is_not_there(engine: Engine) {
        let world = World::new(engine).await;
        let job = world.import(csv::LAMPS, DRY).await.job.id;
        let other = world.store.create_store("shoes", "Shoes", Currency::EUR).await.unwrap();
        let stranger = Access { store: other.id, ..world.owner.clone() };
        let service = world.service();

        assert_eq!(service.jobs(&stranger).await, Ok(vec![]));
        assert_eq!(service.job(&stranger, job).await, Ok(None));
        assert_eq!(service.bad_rows(&stranger, job, 0).await, Ok(vec![]));
        assert_eq!(service.cancel(&stranger, job).await, Err(AppError::NotFound));
        assert_eq!(service.import_after_dry_run(&stranger, job).await, Err(AppError::NotFound));
    }
}
