//! Products to write about, and the ways to have them written about.

use std::time::{Duration, Instant};

use domain::{
    clock::Timestamp,
    ids::{JobId, OpId, ProviderId},
    money::Cost,
    op::{Action, Op},
    query::ListQuery,
    words::part::Part,
};
use jobs::{RunsService, WritingService};
use ports::{
    error::AppError,
    product::Source,
    runs::{RunDetail, RunSpec, Runs, Selection},
    usage::Usage,
};
use store::Author;

use super::World;

const MADE_AT: Timestamp = Timestamp::from_micros(1_735_689_600_000_000);

/// All products, title and description, by the built-in rules.
pub fn spec() -> RunSpec {
    RunSpec {
        selection: Selection::Matching(ListQuery::default()),
        provider: ProviderId::BUILT_IN,
        parts: vec![Part::Title, Part::Description, Part::SeoTitle, Part::SeoDescription],
        only_empty: false,
        again: false,
        cap: None,
        sample_first: false,
    }
}

impl World {
    pub fn runs(&self) -> RunsService {
        RunsService::new(self.store.clone(), self.desk.clone(), self.wake.clone())
    }

    pub fn writing(&self) -> WritingService {
        WritingService::new(self.store.clone(), self.desk.clone())
    }

    /// Fills the store with products of the demo catalogue.
    pub async fn demo(&self, products: u64) {
        let numbers: Vec<u64> = (0..products).collect();
        for some in numbers.chunks(1_000) {
            let create = |n: &u64| {
                let (product, content) = demo_catalogue::product(*n, MADE_AT);
                Op { id: op(*n), product, action: Action::Create(Box::new(content)) }
            };
            self.write(some.iter().map(create).collect()).await;
        }
    }

    /// Somebody changes products meanwhile.
    pub async fn write(&self, ops: Vec<Op>) {
        let author = Author { user: Some(self.owner.user), source: Source::Page, job: None, remember: false };
        self.store.write(&self.at, &author, ops, None).await.unwrap();
    }

    pub async fn start(&self, spec: RunSpec) -> JobId {
        self.runs().start(&self.owner, spec).await.unwrap()
    }

    /// Starts a run, and gives it back once it is over or waits for somebody.
    pub async fn run(&self, spec: RunSpec) -> RunDetail {
        let id = self.start(spec).await;
        let worker = self.worker();
        let run = self.rests(id).await;
        worker.stop().await;
        run
    }

    /// The run once nobody works on it.
    pub async fn rests(&self, id: JobId) -> RunDetail {
        self.until_run(id, |run| run.run.state.is_over() || (run.run.paused && run.run.state == ports::jobs::JobState::Queued)).await
    }

    pub async fn look(&self, id: JobId) -> RunDetail {
        self.runs().run(&self.owner, id).await.unwrap().unwrap()
    }

    pub async fn until_run(&self, id: JobId, expected: impl Fn(&RunDetail) -> bool) -> RunDetail {
        let patience = Instant::now() + Duration::from_mins(2);
        loop {
            let run = self.runs().run(&self.owner, id).await;
            match run {
                Ok(Some(run)) if expected(&run) => return run,
                Ok(Some(_)) | Err(AppError::Unavailable(_)) => {}
                run => panic!("{run:?}"),
            }
            assert!(Instant::now() < patience, "waited too long: {run:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn budget(&self, monthly: Option<Cost>) {
        Usage::set_budget(&self.store, &self.owner, monthly).await.unwrap();
    }

    pub async fn versions(&self) -> i64 {
        self.opened.number("SELECT count(*) FROM optimization_versions").await
    }

    /// Products that have a version more than once.
    pub async fn written_twice(&self) -> i64 {
        self.opened.number("SELECT count(*) FROM optimization_versions WHERE number > 1").await
    }

    pub async fn spent(&self) -> i64 {
        self.opened.number("SELECT CAST(COALESCE(sum(cost), 0) AS BIGINT) FROM ai_usage_records").await
    }

    pub async fn calls(&self) -> i64 {
        self.opened.number("SELECT count(*) FROM ai_usage_records").await
    }
}

pub fn op(n: u64) -> OpId {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&n.to_be_bytes());
    OpId::new(MADE_AT, bytes)
}
