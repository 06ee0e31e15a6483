//! A world of its own for every test: a database, a store with an owner, a data directory and a clock that is moved by hand.

pub mod catalogue;
pub mod csv;
pub mod engine;
pub mod provider;
pub mod receiver;
pub mod runs;
pub mod webhooks;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    clock::{Clock, Timestamp},
    ids::JobId,
    money::Currency,
    role::Role,
};
use jobs::{Desk, DeskOptions, JobsService, Wake, Worker, WorkerHandle, WorkerOptions};
use ports::{Access, ImportOptions, Jobs, Upload, error::AppError, jobs::JobDetail};
use store::{OsEntropy, Store, StoreRef};
use tempfile::TempDir;

pub use self::{
    engine::{Engine, Opened},
    receiver::Receiver,
};

/// Runs a story on each engine.
macro_rules! on_both {
    ($(async fn $name:ident($engine:ident: Engine) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($engine: $crate::support::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::support::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                story($crate::support::Engine::Postgres).await;
            }
        })*
    };
}
pub(crate) use on_both;

pub struct World {
    pub store: Store,
    pub at: StoreRef,
    pub owner: Access,
    pub clock: Arc<HandClock>,
    pub wake: Wake,
    pub desk: Arc<Desk>,
    /// Behind the store, for looking at tables.
    pub opened: Opened,
    pub data: TempDir,
}

/// Real time and what was added to it by hand.
#[derive(Default)]
pub struct HandClock(AtomicI64);

pub const OVERWRITE: ImportOptions = ImportOptions { dry_run: false, overwrite: true };
pub const KEEP: ImportOptions = ImportOptions { dry_run: false, overwrite: false };
pub const DRY: ImportOptions = ImportOptions { dry_run: true, overwrite: true };

impl World {
    pub async fn new(engine: Engine) -> Self {
        let data = tempfile::tempdir().unwrap();
        let opened = Opened::new(engine, data.path()).await;
        let clock = Arc::new(HandClock::default());
        let store = Store::open(&opened.location, clock.clone(), Arc::new(OsEntropy)).await.unwrap();
        let at = store.create_store("lamps", "Lamps", Currency::EUR).await.unwrap();
        let user = store.create_user("owner@lamps.test", "Olga", "a long password").await.unwrap();
        store.set_member(user, &at, Role::Owner).await.unwrap();
        let owner = Access { user, store: at.id, role: Role::Owner };
        let desk = Arc::new(desk(data.path(), clock.clone()));
        Self { store, at, owner, clock, wake: Wake::default(), desk, opened, data }
    }

    pub fn service(&self) -> JobsService {
        JobsService::new(self.store.clone(), self.data.path(), self.wake.clone())
    }

    pub fn worker(&self) -> WorkerHandle {
        let options = WorkerOptions {
            data_dir: self.data.path().to_owned(),
            clock: self.clock.clone(),
            entropy: Arc::new(OsEntropy),
            wake: self.wake.clone(),
            imports_at_once: 1,
            runs_at_once: 2,
            desk: self.desk.clone(),
            tracer: None,
        };
        Worker::start(self.store.clone(), options)
    }

    /// Sends a file as the browser does.
    pub async fn upload(&self, csv: impl AsRef<[u8]>, options: ImportOptions) -> JobId {
        let path = self.file("sent", csv);
        self.service().start_import(&self.owner, Upload { file_name: "lamps.csv".into(), path }, options).await.unwrap()
    }

    /// Sends a file and waits until its job is over.
    pub async fn import(&self, csv: impl AsRef<[u8]>, options: ImportOptions) -> JobDetail {
        let id = self.upload(csv, options).await;
        let worker = self.worker();
        let job = self.over(id).await;
        worker.stop().await;
        job
    }

    pub async fn job(&self, id: JobId) -> JobDetail {
        self.service().job(&self.owner, id).await.unwrap().unwrap()
    }

    pub async fn over(&self, id: JobId) -> JobDetail {
        self.until(id, |job| job.job.state.is_over()).await
    }

    /// The job once it is as expected.
    pub async fn until(&self, id: JobId, expected: impl Fn(&JobDetail) -> bool) -> JobDetail {
        let patience = Instant::now() + Duration::from_mins(2);
        loop {
            // A database that is away comes back.
            let job = self.service().job(&self.owner, id).await;
            match job {
                Ok(Some(job)) if expected(&job) => return job,
                Ok(Some(_)) | Err(AppError::Unavailable(_)) => {}
                job => panic!("{job:?}"),
            }
            assert!(Instant::now() < patience, "waited too long: {job:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.data.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The files that jobs hold.
    pub fn uploads(&self) -> usize {
        std::fs::read_dir(self.data.path().join("uploads")).map_or(0, Iterator::count)
    }

    /// Waits until jobs hold no file.
    pub async fn swept(&self) {
        let patience = Instant::now() + Duration::from_secs(20);
        while self.uploads() > 0 {
            assert!(Instant::now() < patience, "{} files are still there", self.uploads());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn path(&self) -> &Path {
        self.data.path()
    }
}

/// Any address may be asked: the scripted provider is on this machine.
fn desk(data_dir: &Path, clock: Arc<HandClock>) -> Desk {
    Desk::open(DeskOptions { data_dir, secret_key: None, allowed_hosts: "*", clock, entropy: Arc::new(OsEntropy) }).unwrap()
}

impl HandClock {
    pub fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed")]
    fn now(&self) -> Timestamp {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64;
        Timestamp::from_micros(real + self.0.load(Ordering::SeqCst))
    }
}
