//! `run`: words written anew by the built-in writer, from the command line.

use std::{process::ExitCode, sync::Arc, time::Duration};

use domain::{
    handle::Handle,
    ids::{ProviderId, UserId},
    query::{ListQuery, Sort, SortKey, Window},
    role::Role,
    words::part::Part,
};
use jobs::{RunsService, Wake, Worker, WorkerOptions};
use ports::{
    Access, Catalogue,
    jobs::JobState,
    runs::{RunSpec, Runs, Selection},
};
use store::{OsEntropy, Store};

use super::{catalogue::progress_bar, store_named, tell::tell};
use crate::{
    SystemClock,
    compose::{open_desk, open_store},
    config::Config,
};

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// What a list gives at once.
const PAGE: u32 = 200;

/// Runs over the products of a list, or over its first ones by title, and waits for the end.
pub(super) async fn run(config: &Config, slug: &str, query: &str, first: Option<u32>) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let shop = store_named(&store, slug).await?;
    // Whoever may start this program may do what an owner may; a name it has not.
    let who = Access { user: UserId(uuid::Uuid::nil()), store: shop.id, role: Role::Owner };
    let filter = query.trim();
    let query = ListQuery::from_address(filter);
    // A page shows what it has understood; here nobody would notice that it is everything.
    if !filter.is_empty() && query.is_unfiltered() {
        anyhow::bail!("There is no filter in {filter:?}. Write it as it stands in the address of the list, like missing=description.");
    }
    let selection = match first {
        None => Selection::Matching(query),
        Some(first) => Selection::Products(handles(&store, &who, query, first).await?),
    };
    let desk = Arc::new(open_desk(config)?);
    let wake = Wake::default();
    let worker = Worker::start(
        store.clone(),
        WorkerOptions {
            data_dir: config.data_dir.clone(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            wake: wake.clone(),
            imports_at_once: 0,
            runs_at_once: 1,
            desk: Arc::clone(&desk),
            tracer: None,
        },
    );
    let runs = RunsService::new(store.clone(), desk, wake);
    let spec = RunSpec {
        selection,
        provider: ProviderId::BUILT_IN,
        parts: Part::ALL.to_vec(),
        only_empty: false,
        again: false,
        cap: None,
        sample_first: false,
    };
    let id = runs.start(&who, spec).await?;
    let mut bar = None;
    let done = loop {
        tokio::time::sleep(LOOK).await;
        let Some(detail) = runs.run(&who, id).await? else { anyhow::bail!("The run is no longer there.") };
        let progress = detail.run.progress;
        let bar = bar.get_or_insert_with(|| progress_bar(progress.total, "products"));
        bar.set_position(progress.written + progress.skipped + progress.failed);
        if detail.run.state.is_over() || detail.run.paused {
            bar.finish_and_clear();
            break detail.run;
        }
    };
    worker.stop().await;
    store.close().await;
    if done.state != JobState::Done {
        anyhow::bail!(
            "{}",
            if done.message.is_empty() { "The run was ended. What was written until then waits for review.".to_owned() } else { done.message }
        );
    }
    let progress = done.progress;
    tell(format!("Written for review: {}. Left as they are: {}. Failed: {}.", progress.written, progress.skipped, progress.failed))?;
    Ok(ExitCode::SUCCESS)
}

/// The handles of a list's first products by title.
async fn handles(store: &Store, who: &Access, mut query: ListQuery, first: u32) -> anyhow::Result<Vec<Handle>> {
    query.sort = Sort { key: SortKey::Title, descending: false };
    let mut handles = Vec::new();
    while (handles.len() as u32) < first {
        let start = handles.len() as u32;
        let window = Window { query: query.clone(), start, count: PAGE.min(first - start) };
        let listing = store.list(who, &window).await?;
        if listing.rows.is_empty() {
            break;
        }
        handles.extend(listing.rows.into_iter().map(|row| row.handle));
    }
    Ok(handles)
}
