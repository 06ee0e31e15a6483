//! What is written beside a product when somebody has decided about a suggestion of it: the same whichever way the decision came.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    field::Field,
    handle::Handle,
    ids::{JobId, ProductId, ProviderId, ReviewId, Seq, UserId, VersionId},
    money::Cost,
    sync::intent::Verdict,
    words::{Words, part::Part},
};
use ports::{
    jobs::JobKind,
    review::ReviewStatus,
    runs::{RunProgress, RunSpec, Selection},
};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::{rows::ReviewRow, sql};
use crate::{
    NewJob, Store, StoreError, StoreRef,
    codec::{Many, ord_of, to_json},
    db::{Tx, TxOn, counted, within},
    entropy,
    words::{
        records::{NewVersion, Queued, RunCheckpoint, RunParams, SENT_BACK},
        rows::{AskedBrief, VersionRecord},
        runs::start::start_run_within,
        sql as words_sql,
    },
    write::{Clash, insert},
};

/// What was decided about a suggestion that waits.
pub(super) struct Ruled {
    pub(super) to: ReviewStatus,
    pub(super) reason: String,
    /// What goes into the product, when something does.
    pub(super) words: Option<Words>,
}

/// All that is to be written of it, made ready before anybody has to wait for it.
pub(crate) struct Ruling {
    pub(super) review: ReviewId,
    /// The change that the decision was, or the last one before where the product changed nothing by it.
    pub(crate) seq: Seq,
    product: ProductId,
    product_key: i64,
    version: VersionId,
    to: ReviewStatus,
    reason: String,
    /// JSON: the fields that went into the product.
    accepted: String,
    /// What a reviewer made of the suggestion.
    edited: Option<NewVersion>,
    /// The number that `edited` gets in its product.
    number: i64,
    again: Option<AgainRun>,
}

struct AgainRun {
    id: JobId,
    params: RunParams,
    /// JSON.
    progress: String,
    products: RoaringBitmap,
}

impl Ruled {
    pub(super) fn of(verdict: &Verdict) -> Self {
        let to = match verdict {
            Verdict::Approve(_) => ReviewStatus::Approved,
            Verdict::Reject { .. } => ReviewStatus::Rejected,
            Verdict::Changes { .. } => ReviewStatus::Changes,
        };
        Self { to, reason: verdict.reason(), words: verdict.words() }
    }
}

impl Store {
    /// `handle` is what the product of a suggestion is called by that is to be written again.
    pub(super) fn ruling(&self, row: &ReviewRow, who: UserId, ruled: Ruled, handle: Option<Handle>) -> Ruling {
        let Ruled { to, reason, words } = ruled;
        let version = &row.version;
        Ruling {
            review: row.id,
            seq: Seq::default(),
            product: version.product,
            product_key: version.product_key,
            version: version.id,
            to,
            accepted: words.as_ref().map(accepted).unwrap_or_default(),
            edited: words.as_ref().filter(|words| differ(words, &version.words)).map(|words| self.edited(row, words, who)),
            number: 0,
            again: handle.filter(|_| to == ReviewStatus::Changes).map(|handle| self.again(row, &reason, handle)),
            reason,
        }
    }

    /// What a reviewer made of a suggestion, as a version of its own.
    fn edited(&self, row: &ReviewRow, words: &Words, who: UserId) -> NewVersion {
        let (source, brief) = (&row.version.source, &row.version.brief);
        let said = source.words();
        let scores = |words: &Words| domain::words::score::scores(words, source, brief);
        let (before, after) = (scores(&said), scores(&words.over(&said)));
        NewVersion {
            id: VersionId::new(self.inner.clock.now(), entropy::array(&*self.inner.entropy)),
            product: row.version.product,
            run: None,
            provider: None,
            model: String::new(),
            user: Some(who),
            // Nobody was asked: no later question has the same answer.
            fingerprint: [0; 32],
            reused: false,
            brief: brief.clone(),
            remark: String::new(),
            source: source.clone(),
            source_versions: row.version.source_versions.clone(),
            findings: domain::words::check::findings(words, source, brief),
            words: words.clone(),
            quality: (before.quality.value, after.quality.value),
            seo: (before.seo.value, after.seo.value),
            tokens_in: 0,
            tokens_out: 0,
            cost: Cost::ZERO,
        }
    }

    /// The run that writes one product again.
    fn again(&self, row: &ReviewRow, remark: &str, handle: Handle) -> AgainRun {
        let mut parts: Vec<Part> = row.version.words.fields().iter().filter_map(|(field, _)| Part::of(field)).collect();
        parts.dedup();
        let spec = RunSpec {
            selection: Selection::Products(vec![handle]),
            provider: row.version.provider.unwrap_or(ProviderId::BUILT_IN),
            parts,
            only_empty: false,
            again: true,
            cap: None,
            sample_first: false,
        };
        let checkpoint = RunCheckpoint { progress: RunProgress { total: 1, ..RunProgress::default() }, ..RunCheckpoint::default() };
        let products: RoaringBitmap = [ord_of(row.version.product_key)].into_iter().collect();
        AgainRun {
            id: self.new_job_id(),
            params: RunParams { remark: remark.to_owned(), ..RunParams::new(spec) },
            progress: to_json(&checkpoint),
            products,
        }
    }
}

/// Reads and writes what may take time, once the products are locked and before other writers have to wait.
pub(crate) async fn prepare(tx: &mut Tx<'_>, rulings: &mut [Ruling]) -> Result<(), StoreError> {
    let keys: Vec<i64> = rulings.iter().filter(|ruling| ruling.edited.is_some()).map(|ruling| ruling.product_key).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let numbers: Vec<(i64, i64)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&words_sql::LATEST_NUMBERS)).bind(Many(&keys)).fetch_all(on))?;
    let mut numbers: HashMap<i64, i64> = numbers.into_iter().collect();
    let mut briefs = BTreeSet::new();
    for ruling in rulings {
        let Some(edited) = &ruling.edited else { continue };
        let latest = numbers.entry(ruling.product_key).or_insert(0);
        *latest += 1;
        ruling.number = *latest;
        briefs.insert(AskedBrief::new(&edited.brief));
    }
    // Each once, in one order for all writers.
    insert(tx, &words_sql::ASKED_BRIEFS, &briefs.into_iter().collect::<Vec<_>>(), Clash::Stays).await
}

/// Writes what was decided, beside what was done to the products; whether all of these suggestions still waited.
pub(crate) async fn write(tx: &mut Tx<'_>, store: &StoreRef, who: UserId, rulings: &[Ruling], at: i64) -> Result<bool, StoreError> {
    if rulings.is_empty() {
        return Ok(true);
    }
    let mut alike: BTreeMap<(&str, &str), Vec<&Ruling>> = BTreeMap::new();
    for ruling in rulings {
        alike.entry((ruling.to.name(), &ruling.reason)).or_default().push(ruling);
    }
    for ((_, reason), these) in alike {
        let Some(to) = these.first().map(|ruling| ruling.to) else { continue };
        let reviews: Vec<(Uuid, String)> = these.iter().map(|ruling| (ruling.review.0, ruling.accepted.clone())).collect();
        let decided = Decisions { store, to, at, who, reason }.write(tx, &reviews).await?;
        if decided != reviews.len() as u64 {
            return Ok(false);
        }
    }
    let records: Vec<VersionRecord<'_>> = rulings.iter().filter_map(|ruling| ruling.record(store, at)).collect();
    insert(tx, &words_sql::VERSIONS, &records, Clash::Fails).await?;
    let approved = || rulings.iter().filter(|ruling| ruling.to == ReviewStatus::Approved);
    if approved().next().is_some() {
        let products: Vec<Uuid> = approved().map(|ruling| ruling.product.0).collect();
        let versions: Vec<Uuid> = approved().map(|ruling| ruling.active().0).collect();
        activate(tx, store, &products, &versions).await?;
    }
    for ruling in rulings {
        if let Some(run) = &ruling.again {
            run.write(tx, store, who, Queued { product: ruling.product, seq: ruling.seq }, at).await?;
        }
    }
    Ok(true)
}

impl Ruling {
    fn record(&self, store: &StoreRef, at: i64) -> Option<VersionRecord<'_>> {
        let mut record = VersionRecord::new(store.num, ord_of(self.product_key), self.edited.as_ref()?);
        (record.number, record.at) = (self.number, at);
        Some(record)
    }

    /// The version whose words the product has.
    fn active(&self) -> VersionId {
        self.edited.as_ref().map_or(self.version, |edited| edited.id)
    }
}

impl AgainRun {
    async fn write(&self, tx: &mut Tx<'_>, store: &StoreRef, who: UserId, queued: Queued, at: i64) -> Result<(), StoreError> {
        let params = to_json(&RunParams { queued: Some(queued), ..self.params.clone() });
        let job = NewJob { kind: JobKind::Optimise, subject: SENT_BACK, params: &params, progress: &self.progress, user: Some(who) };
        start_run_within(tx, self.id, store, job, &self.products, at).await
    }
}

/// Whether something of these words is not as it was suggested.
fn differ(words: &Words, suggested: &Words) -> bool {
    words.fields().into_iter().any(|(field, value)| suggested.get(&field) != Some(value))
}

/// JSON: the fields that go into the product.
pub(in crate::words) fn accepted(words: &Words) -> String {
    let fields: Vec<Field> = words.fields().into_iter().map(|(field, _)| field).collect();
    to_json(&fields)
}

/// One decision about many reviews.
pub(super) struct Decisions<'a> {
    pub(super) store: &'a StoreRef,
    pub(super) to: ReviewStatus,
    pub(super) at: i64,
    pub(super) who: UserId,
    pub(super) reason: &'a str,
}

impl Decisions<'_> {
    /// How many of the reviews were open and are decided now; each is given with what was accepted of it, as JSON.
    pub(super) async fn write(&self, tx: &mut Tx<'_>, reviews: &[(Uuid, String)]) -> Result<u64, StoreError> {
        let text = tx.sql(&sql::DECIDE);
        counted!(tx.db, "DECIDE", async {
            match &mut tx.on {
                TxOn::Sqlite(on) => {
                    let reviews: Vec<(String, &str)> = reviews.iter().map(|(id, accepted)| (id.simple().to_string(), accepted.as_str())).collect();
                    let query = sqlx::query(text).bind(self.store.num).bind(self.to.name()).bind(self.at).bind(self.who.0).bind(self.reason);
                    Ok(query.bind(to_json(&reviews)).execute(&mut **on).await?.rows_affected())
                }
                TxOn::Postgres(on) => {
                    let (ids, accepted): (Vec<Uuid>, Vec<String>) = reviews.iter().cloned().unzip();
                    let query = sqlx::query(text).bind(self.store.num).bind(self.to.name()).bind(self.at).bind(self.who.0).bind(self.reason);
                    Ok(query.bind(ids).bind(accepted).execute(&mut **on).await?.rows_affected())
                }
            }
        })
    }
}

/// Of products' versions, makes some the active ones and all others inactive.
pub(in crate::words) async fn activate(tx: &mut Tx<'_>, store: &StoreRef, products: &[Uuid], versions: &[Uuid]) -> Result<(), StoreError> {
    within!(tx, |on| async {
        sqlx::query(tx.db.sql(&sql::ACTIVATE)).bind(store.num).bind(Many(products)).bind(Many(versions)).execute(on).await.map(|_| ())
    })?;
    Ok(())
}
