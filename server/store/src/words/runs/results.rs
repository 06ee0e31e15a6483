//! What came of a run, and of all of them.

use domain::{
    handle::Handle,
    ids::{JobId, ReviewId, VersionId},
    money::Cost,
    words::source::Source,
};
use ports::runs::{RunBookmark, RunResult};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::super::{records::SENT_BACK, sql};
use crate::{
    JobRow, Store, StoreError, StoreRef,
    codec::{from_json, from_row, ord_of, unreadable},
    db::{fresh, lagging},
};

impl Store {
    /// The store's latest runs that somebody started, and a few of those that write again what a reviewer has sent back: the latest,
    /// and the latest that are not over.
    pub async fn runs_shown(&self, store: &StoreRef, started: u32, sent_back: u32) -> Result<Vec<JobRow>, StoreError> {
        let (started, sent_back) = (i64::from(started), i64::from(sent_back));
        Ok(fresh!(self.db(), |on| { sqlx::query_as(sql::RUNS_SHOWN).bind(store.num).bind(SENT_BACK).bind(started).bind(sent_back).fetch_all(on) })?)
    }

    /// All runs of a store, the latest first: those behind one, or from the latest on.
    pub async fn runs_behind(&self, store: &StoreRef, behind: Option<RunBookmark>, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        let (at, run) = behind.map_or((i64::MAX, Uuid::max()), |behind| (behind.at.micros(), behind.run.0));
        Ok(fresh!(self.db(), |on| { sqlx::query_as(sql::RUNS_BEHIND).bind(store.num).bind(at).bind(run).bind(i64::from(limit)).fetch_all(on) })?)
    }

    /// The first products that failed in a run: key, handle, title and why. The handle is empty when the product is in the trash.
    pub async fn run_failures(&self, store: &StoreRef, run: JobId, limit: u32) -> Result<Vec<(i64, String, String, String)>, StoreError> {
        self.run_failures_behind(store, run, None, limit).await
    }

    /// Those behind a key.
    pub async fn run_failures_behind(
        &self,
        store: &StoreRef,
        run: JobId,
        behind: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, String, String, String)>, StoreError> {
        let (behind, limit) = (behind.unwrap_or(i64::MIN), i64::from(limit));
        let rows: Vec<(i64, Option<String>, Option<String>, String)> =
            fresh!(self.db(), |on| sqlx::query_as(sql::FAILURES_OF).bind(store.num).bind(run.0).bind(behind).bind(limit).fetch_all(on))?;
        Ok(rows.into_iter().map(|(key, handle, title, reason)| (key, handle.unwrap_or_default(), title.unwrap_or_default(), reason)).collect())
    }

    /// The numbers of all products that failed in a run.
    pub async fn failed_of(&self, store: &StoreRef, run: JobId) -> Result<RoaringBitmap, StoreError> {
        let keys: Vec<(i64,)> = fresh!(self.db(), |on| sqlx::query_as(sql::FAILED_OF).bind(store.num).bind(run.0).fetch_all(on))?;
        Ok(keys.into_iter().map(|(key,)| ord_of(key)).collect())
    }

    /// The first suggestions of a run, in the order in which they were written.
    pub async fn run_results(&self, store: &StoreRef, run: JobId, limit: u32) -> Result<Vec<RunResult>, StoreError> {
        Ok(self.run_results_behind(store, run, None, limit).await?.into_iter().map(|(_, result)| result).collect())
    }

    /// Those behind a version, each with its own.
    pub async fn run_results_behind(
        &self,
        store: &StoreRef,
        run: JobId,
        behind: Option<VersionId>,
        limit: u32,
    ) -> Result<Vec<(VersionId, RunResult)>, StoreError> {
        let (behind, limit) = (behind.map_or(Uuid::nil(), |version| version.0), i64::from(limit));
        let rows: Vec<ResultRow> =
            fresh!(self.db(), |on| sqlx::query_as(sql::RESULTS_OF).bind(store.num).bind(run.0).bind(behind).bind(limit).fetch_all(on))?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }

    /// Suggestions that wait for a decision: those of a run, or all.
    pub async fn open_reviews(&self, store: &StoreRef, run: Option<JobId>) -> Result<u64, StoreError> {
        let (count,): (i64,) = match run {
            Some(run) => fresh!(self.db(), |on| sqlx::query_as(sql::OPEN_REVIEWS_OF_RUN).bind(store.num).bind(run.0).fetch_one(on))?,
            None => fresh!(self.db(), |on| sqlx::query_as(sql::OPEN_REVIEWS).bind(store.num).fetch_one(on))?,
        };
        Ok(count.max(0) as u64)
    }

    /// How many published versions there are, and their mean scores before and after: for quality, and for search engines.
    pub async fn mean_scores(&self, store: &StoreRef) -> Result<(u64, (u8, u8), (u8, u8)), StoreError> {
        let (count, quality_before, quality_after, seo_before, seo_after): (i64, i64, i64, i64, i64) =
            lagging!(self.db(), |on| sqlx::query_as(sql::MEAN_SCORES).bind(store.num).fetch_one(on))?;
        let mean = |sum: i64| if count > 0 { ((sum + count / 2) / count).clamp(0, 100) as u8 } else { 0 };
        Ok((count.max(0) as u64, (mean(quality_before), mean(quality_after)), (mean(seo_before), mean(seo_after))))
    }
}

struct ResultRow(VersionId, RunResult);

from_row!(ResultRow, |row| {
    let handle: &str = row.try_get("handle")?;
    let source: Source = from_json(row.try_get("source")?, "the source of a version")?;
    let score = |name: &str| row.try_get::<i64, _>(name).map(|score| score.clamp(0, 100) as u8);
    let title_after: Option<String> = row.try_get("optimized_title")?;
    let result = RunResult {
        handle: Handle::try_from(handle.to_owned()).map_err(|_| unreadable(format!("the handle {handle:?}")))?,
        title_after: title_after.unwrap_or_else(|| source.title.clone()),
        title_before: source.title,
        quality: (score("quality_before")?, score("quality_after")?),
        seo: (score("seo_before")?, score("seo_after")?),
        findings: row.try_get::<i64, _>("finding_count")? as u32,
        cost: Cost(row.try_get("cost")?),
        reused: row.try_get("reused")?,
        review: row.try_get::<Option<Uuid>, _>("review_id")?.map(ReviewId),
    };
    Ok(Self(VersionId(row.try_get("version_id")?), result))
});
