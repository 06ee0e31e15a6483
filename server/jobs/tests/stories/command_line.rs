//! An import by the command line is a job that only the command runs, and that the same command goes on with.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    pin::pin,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use jobs::{ImportError, import_file};
use ports::{
    Jobs,
    jobs::{JobKind, JobState},
};
use store::{Location, OsEntropy, Store};
use tokio::sync::watch;

use crate::support::{DRY, HandClock, KEEP, OVERWRITE, World, csv, on_both};

on_both! {
    async fn an_import_reports_and_is_listed_as_a_job(engine: Engine) {
        let world = World::new(engine).await;
        let file = world.file("lamps.csv", format!("{}Bad,bad,,,,,,free,,,\n", csv::many(2_300, 0)));
        let mut reports = Vec::new();

        let dry = import_file(&world.store, &world.at, None, &file, DRY, |_| {}).await.unwrap();
        let done = import_file(&world.store, &world.at, None, &file, KEEP, |progress| reports.push(*progress)).await.unwrap();

        assert_eq!((done.progress.created, done.progress.bad, done.resumed, done.cancelled), (2_300, 1, false, false));
        assert_eq!((done.bad_rows[0].line, dry.progress, dry.planned.len()), (2_302, done.progress, 50));
        assert!(reports.is_sorted_by_key(|progress| progress.bytes));
        assert_eq!(reports.last(), Some(&done.progress));
        let jobs = world.service().jobs(&world.owner).await.unwrap();
        let jobs: Vec<_> = jobs.iter().map(|job| (job.kind, job.state, job.subject.as_str())).collect();
        assert_eq!(jobs, [(JobKind::Import, JobState::Done, "lamps.csv"), (JobKind::DryRun, JobState::Done, "lamps.csv")]);
        assert!(file.exists());
    }

    async fn a_killed_import_goes_on_by_the_same_command(engine: Engine) {
        let world = World::new(engine).await;
        let file = world.file("lamps.csv", csv::many(20_000, 0));
        for goal in [2_000, 8_000] {
            let mut child = child(&world.opened.url, &file);
            let enough = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).any(|line| created(&line).is_some_and(|created| created >= goal));
            assert!(enough, "the import ended before it was killed");
            child.kill().unwrap();
            child.wait().unwrap();
        }

        let done = import_file(&world.store, &world.at, None, &file, KEEP, |_| {}).await.unwrap();

        assert_eq!((done.resumed, done.progress.created, done.progress.skipped), (true, 20_000, 0));
        assert_eq!((world.opened.products().await, world.opened.changes().await), (20_000, 20_000));
        assert_eq!(world.service().jobs(&world.owner).await.unwrap().len(), 1);
        let again = import_file(&world.store, &world.at, None, &file, OVERWRITE, |_| {}).await.unwrap();
        assert_eq!((again.resumed, again.progress.unchanged, world.opened.changes().await), (false, 20_000, 20_000));
    }

    async fn a_server_leaves_a_killed_import_to_its_command(engine: Engine) {
        let world = World::new(engine).await;
        let file = world.file("lamps.csv", csv::many(20_000, 0));
        killed(&world, &file);
        world.clock.pass(Duration::from_secs(31));
        let worker = world.worker();
        let id = world.service().jobs(&world.owner).await.unwrap()[0].id;
        let parked = world.until(id, |job| job.job.state == JobState::Queued).await.job;
        assert_eq!(parked.message, "Interrupted. Run the same command again to go on.");

        let done = import_file(&world.store, &world.at, None, &file, KEEP, |_| {}).await.unwrap();
        worker.stop().await;

        assert_eq!((done.job, done.resumed, done.progress.created), (id, true, 20_000));
        assert_eq!(world.opened.changes().await, 20_000);
    }

    async fn a_file_that_was_changed_is_begun_anew(engine: Engine) {
        let world = World::new(engine).await;
        let file = world.file("lamps.csv", csv::many(20_000, 0));
        killed(&world, &file);
        world.file("lamps.csv", csv::many(500, 1));

        let done = import_file(&world.store, &world.at, None, &file, OVERWRITE, |_| {}).await.unwrap();

        assert_eq!((done.resumed, done.progress.changed), (false, 500));
        let states: Vec<_> = world.service().jobs(&world.owner).await.unwrap().iter().map(|job| job.state).collect();
        assert_eq!(states[0], JobState::Done);
    }

    async fn a_database_that_stays_locked_ends_the_command_and_the_same_command_goes_on(engine: Engine) {
        let world = World::new(engine).await;
        let file = world.file("lamps.csv", csv::many(60_000, 0));
        let (store, at, path) = (world.store.clone(), world.at.clone(), file.clone());
        let (created, mut begun) = watch::channel(0);
        let import = tokio::spawn(async move {
            import_file(&store, &at, None, &path, KEEP, move |progress| { created.send_replace(progress.created); }).await
        });
        begun.wait_for(|created| *created > 0).await.unwrap();

        let lock = world.opened.lock().await;
        let ended = import.await.unwrap().unwrap_err();
        lock.release().await;
        let done = import_file(&world.store, &world.at, None, &file, KEEP, |_| {}).await.unwrap();

        assert!(matches!(&ended, ImportError::Interrupted(message) if message.contains("busy")), "{ended:?}");
        assert!(ended.to_string().ends_with("Run the same command again then: it goes on behind what is done."), "{ended}");
        assert_eq!((done.resumed, done.progress.created, done.progress.skipped), (true, 60_000, 0));
        assert_eq!((world.opened.products().await, world.opened.changes().await), (60_000, 60_000));
    }

    async fn an_import_that_is_cancelled_in_the_moment_it_begins_says_how_it_ended(engine: Engine) {
        let world = World::new(engine).await;
        for round in 0..20 {
            let file = world.file(&format!("lamps-{round}.csv"), csv::many(100, round));
            let mut import = pin!(import_file(&world.store, &world.at, None, &file, KEEP, |_| {}));
            let cancel = async {
                loop {
                    let begun = world.store.jobs(&world.at, &[JobKind::Import], 1).await.unwrap().into_iter().find(|job| !job.state.is_over());
                    if let Some(job) = begun {
                        return world.store.request_cancel(&world.at, job.id).await.unwrap();
                    }
                }
            };

            let done = tokio::select! {
                done = &mut import => done,
                _ = cancel => import.await,
            };

            let done = done.unwrap();
            let job = world.store.job(&world.at, done.job).await.unwrap().unwrap();
            assert_eq!((done.cancelled, job.state.is_over()), (job.state == JobState::Cancelled, true), "in round {round}");
        }
    }

    async fn two_commands_do_not_import_one_file_together(engine: Engine) {
        let world = World::new(engine).await;
        let file = world.file("lamps.csv", csv::many(20_000, 0));
        let mut first = child(&world.opened.url, &file);
        let mut lines = BufReader::new(first.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| created(&line).is_some()));

        let second = import_file(&world.store, &world.at, None, &file, KEEP, |_| {}).await;

        assert!(matches!(second, Err(ImportError::Running(_))), "{second:?}");
        lines.for_each(drop);
        assert!(first.wait().unwrap().success());
        assert_eq!(world.opened.changes().await, 20_000);
    }

    async fn a_file_that_cannot_be_imported_says_why(engine: Engine) {
        let world = World::new(engine).await;
        let missing = import_file(&world.store, &world.at, None, &world.path().join("nothing.csv"), KEEP, |_| {}).await.unwrap_err();
        assert!(missing.to_string().contains("nothing.csv cannot be read: "), "{missing}");

        let zip = world.file("lamps.zip", b"PK\x03\x04 and so on");
        let refused = import_file(&world.store, &world.at, None, &zip, KEEP, |_| {}).await.unwrap_err();
        assert!(refused.to_string().starts_with("This is a ZIP archive, not a CSV file."), "{refused}");
    }
}

/// Starts an import and kills it in the middle.
fn killed(world: &World, file: &Path) {
    let mut child = child(&world.opened.url, file);
    let begun =
        BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).any(|line| created(&line).is_some_and(|created| created > 0));
    assert!(begun, "the import ended before it was killed");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The same import in a process of its own.
fn child(url: &str, file: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "command_line::in_a_process_of_its_own", "--nocapture"])
        .env("IMPORT_URL", url)
        .env("IMPORT_FILE", file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn created(line: &str) -> Option<u64> {
    line.strip_prefix("created ")?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that other tests start and kill"]
async fn in_a_process_of_its_own() {
    let (url, file) = (std::env::var("IMPORT_URL").unwrap(), PathBuf::from(std::env::var("IMPORT_FILE").unwrap()));
    let store = Store::open(&Location::from_url(&url).unwrap(), Arc::new(HandClock::default()), Arc::new(OsEntropy)).await.unwrap();
    let at = store.store_by_slug("lamps").await.unwrap().unwrap();
    import_file(&store, &at, None, &file, KEEP, |progress| println!("created {}", progress.created)).await.unwrap();
}
