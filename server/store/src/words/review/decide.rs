//! A decision about one suggestion.

use domain::{
    field::{Field, Value},
    ids::{JobId, OpId, ProviderId, ReviewId, UserId, VersionId},
    money::Cost,
    op::{Action, Base, Edit, Op},
    product::OptimisationStatus,
    words::{Words, part::Part},
};
use ports::{
    error::AppError,
    jobs::JobKind,
    product::Receipt,
    review::{Decided, Decision, Outcome, ReviewStatus, Verdict},
    runs::{RunProgress, RunSpec, Selection},
};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::{outcome_of, reviewer, rows::ReviewRow, sql};
use crate::{
    NewJob, Store, StoreError, StoreRef,
    codec::{Many, ord_of, to_json},
    db::{Tx, TxOn, counted, within},
    entropy,
    words::{
        records::{NewVersion, Queued, RunCheckpoint, RunParams, SENT_BACK},
        rows::VersionRecord,
        runs::start::start_run_within,
        sql as words_sql,
    },
    write::{Beside, Clash, Done, Go, insert},
};

/// The longest reason or remark, in characters.
const LONGEST_REASON: usize = 2_000;

impl Store {
    pub(super) async fn decide_in(&self, store: &StoreRef, who: UserId, decision: Decision) -> Result<Outcome, AppError> {
        let Decision { op_id, review, verdict } = decision;
        let Some(row) = self.review_of(store, review).await? else { return Err(AppError::NotFound) };
        let plan = match Plan::new(&row, verdict) {
            Ok(plan) => plan,
            Err(sentence) => return Ok(Outcome::Refused(sentence)),
        };
        let edited = plan.words.as_ref().filter(|words| differ(words, &row.version.words)).map(|words| self.edited(&row, words, who));
        let again = if plan.to == ReviewStatus::Changes { Some(self.again(&row, &plan.reason).await?) } else { None };
        let mut edits = plan.edits;
        edits.push(Edit { field: Field::Optimisation, base: Base::Any, value: Value::text(plan.optimisation.name()) });
        let op = Op { id: op_id, product: row.version.product, action: Action::Edit(edits) };
        let mut deciding = Deciding {
            store,
            who,
            op: op_id,
            row: &row,
            to: plan.to,
            reason: &plan.reason,
            accepted: plan.words.as_ref().map(accepted).unwrap_or_default(),
            edited: edited.as_ref().map(|version| VersionRecord::new(store.num, ord_of(row.version.product_key), version)),
            again,
            open: false,
            came: Came::Nothing,
        };

        let receipt = self.write_beside(store, &reviewer(who), vec![op], None, &mut deciding).await?.pop();
        match (receipt, deciding.came) {
            (_, Came::Done) => Ok(Outcome::Done),
            (_, Came::Decided) => self.already(store, review).await,
            (_, Came::Answered(receipt)) => Ok(outcome_of(receipt)),
            (Some(receipt), Came::Nothing) => {
                let now = self.review_of(store, review).await?.ok_or(AppError::NotFound)?;
                Ok(sent_before(receipt, now, plan.to, who))
            }
            (None, Came::Nothing) => Err(AppError::Internal),
        }
    }

    /// Who was faster.
    async fn already(&self, store: &StoreRef, review: ReviewId) -> Result<Outcome, AppError> {
        Ok(already_of(self.review_of(store, review).await?.ok_or(AppError::NotFound)?))
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
    async fn again(&self, row: &ReviewRow, remark: &str) -> Result<AgainRun, AppError> {
        let key = row.version.product_key;
        let present = self.present(&[key]).await?.remove(&key).ok_or(AppError::NotFound)?;
        let mut parts: Vec<Part> = row.version.words.fields().iter().filter_map(|(field, _)| Part::of(field)).collect();
        parts.dedup();
        let spec = RunSpec {
            selection: Selection::Products(vec![present.handle]),
            provider: row.version.provider.unwrap_or(ProviderId::BUILT_IN),
            parts,
            only_empty: false,
            again: true,
            cap: None,
            sample_first: false,
        };
        let checkpoint = RunCheckpoint { progress: RunProgress { total: 1, ..RunProgress::default() }, ..RunCheckpoint::default() };
        let products: RoaringBitmap = [ord_of(key)].into_iter().collect();
        Ok(AgainRun {
            id: self.new_job_id(),
            params: RunParams { remark: remark.to_owned(), ..RunParams::new(spec) },
            progress: to_json(&checkpoint),
            products,
        })
    }
}

/// What a verdict comes to, when it is one that can be given.
struct Plan {
    to: ReviewStatus,
    optimisation: OptimisationStatus,
    reason: String,
    /// What goes into the product.
    words: Option<Words>,
    edits: Vec<Edit>,
}

impl Plan {
    /// A sentence for whoever decides where the verdict cannot be given.
    fn new(row: &ReviewRow, verdict: Verdict) -> Result<Self, String> {
        match verdict {
            Verdict::Approve { words, seen } => {
                let suggested = &row.version.words;
                if words.is_empty() {
                    return Err("Nothing was chosen. Choose at least one text to approve, or reject the suggestion.".into());
                }
                if let Some((field, _)) = words.fields().iter().find(|(field, _)| suggested.get(field).is_none()) {
                    return Err(format!(
                        "{} was not written in this suggestion. Approve what was written, and edit the rest in the product.",
                        field.label()
                    ));
                }
                let edits = words.edits(|field| Base::Seen(seen.get(field).copied().unwrap_or_else(|| row.version.base(field))));
                Ok(Self { to: ReviewStatus::Approved, optimisation: OptimisationStatus::Published, reason: String::new(), words: Some(words), edits })
            }
            Verdict::Reject { reason } => Ok(Self {
                to: ReviewStatus::Rejected,
                optimisation: OptimisationStatus::Rejected,
                reason: text(&reason, "reason")?,
                words: None,
                edits: Vec::new(),
            }),
            Verdict::Changes { remark } => {
                let reason = text(&remark, "remark")?;
                if reason.is_empty() {
                    return Err("Say in a remark what is to be written differently.".into());
                }
                Ok(Self { to: ReviewStatus::Changes, optimisation: OptimisationStatus::Queued, reason, words: None, edits: Vec::new() })
            }
        }
    }
}

fn text(given: &str, what: &str) -> Result<String, String> {
    let text = given.trim().replace('\0', "");
    let characters = text.chars().count();
    if characters > LONGEST_REASON {
        return Err(format!("The {what} has {characters} characters; the limit is {LONGEST_REASON}. Shorten it."));
    }
    Ok(text)
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

/// What became of a decision whose op was sent before: of the same one, as the review itself says. Of two suggestions for one product
/// the ops may well be the same.
fn sent_before(receipt: Receipt, now: ReviewRow, to: ReviewStatus, who: UserId) -> Outcome {
    match receipt {
        _ if now.status == ReviewStatus::Open => {
            Outcome::Refused("This decision was sent before with other content. Reload the page and decide again.".into())
        }
        Receipt::Rejected { .. } => outcome_of(receipt),
        _ if now.status == to && now.decided_by == Some(who) => Outcome::Done,
        _ => already_of(now),
    }
}

fn already_of(row: ReviewRow) -> Outcome {
    let decided = row.decided.unwrap_or_else(|| Decided { who: String::new(), at: row.asked_at, reason: String::new() });
    Outcome::Already { status: row.status, decided }
}

/// A decision on its way through the write path.
struct Deciding<'a> {
    store: &'a StoreRef,
    who: UserId,
    op: OpId,
    row: &'a ReviewRow,
    to: ReviewStatus,
    reason: &'a str,
    /// JSON.
    accepted: String,
    edited: Option<VersionRecord<'a>>,
    again: Option<AgainRun>,
    /// Whether the review still waited when the product was locked: nobody else decides about it from then on.
    open: bool,
    came: Came,
}

enum Came {
    /// The op was sent before.
    Nothing,
    Done,
    /// Somebody else was faster.
    Decided,
    /// The op was not done, and nothing is kept of it.
    Answered(Receipt),
}

struct AgainRun {
    id: JobId,
    params: RunParams,
    /// JSON.
    progress: String,
    products: RoaringBitmap,
}

impl Beside for Deciding<'_> {
    async fn look(&mut self, tx: &mut Tx<'_>) -> Result<Go, StoreError> {
        self.came = Came::Nothing;
        let open = open_among(tx, self.store, &[self.row.id]).await?;
        self.open = !open.is_empty();
        if let Some(edited) = &mut self.edited {
            edited.number = next_number(tx, self.row.version.product_key).await?;
            insert(tx, &words_sql::ASKED_BRIEFS, std::slice::from_ref(edited.brief()), Clash::Stays).await?;
        }
        Ok(Go::On)
    }

    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        if done.before.contains_key(&self.op) {
            return Ok(Go::On);
        }
        if !self.open {
            self.came = Came::Decided;
            return Ok(Go::Back);
        }
        let seq = match done.receipts.first() {
            Some(Receipt::Applied { seq } | Receipt::NoOp { seq }) => *seq,
            Some(receipt) => {
                self.came = Came::Answered(receipt.clone());
                return Ok(Go::Back);
            }
            None => return Ok(Go::Back),
        };

        let at = done.at.micros();
        let decision = Decisions { store: self.store, to: self.to, at, who: self.who, reason: self.reason };
        if decision.write(tx, &[(self.row.id.0, self.accepted.clone())]).await? == 0 {
            self.came = Came::Decided;
            return Ok(Go::Back);
        }
        if self.to == ReviewStatus::Approved {
            let mut active = self.row.version.id;
            if let Some(edited) = &mut self.edited {
                edited.at = at;
                active = edited.version.id;
                insert(tx, &words_sql::VERSIONS, std::slice::from_ref(&*edited), Clash::Fails).await?;
            }
            activate(tx, self.store, &[self.row.version.product.0], &[active.0]).await?;
        }
        if let Some(run) = &self.again {
            let queued = Queued { product: self.row.version.product, seq };
            run.write(tx, self.store, self.who, queued, at).await?;
        }
        self.came = Came::Done;
        Ok(Go::On)
    }
}

impl AgainRun {
    async fn write(&self, tx: &mut Tx<'_>, store: &StoreRef, who: UserId, queued: Queued, at: i64) -> Result<(), StoreError> {
        let params = to_json(&RunParams { queued: Some(queued), ..self.params.clone() });
        let job = NewJob { kind: JobKind::Optimise, subject: SENT_BACK, params: &params, progress: &self.progress, user: Some(who) };
        start_run_within(tx, self.id, store, job, &self.products, at).await
    }
}

/// Which of some reviews still wait for a decision.
pub(super) async fn open_among(tx: &mut Tx<'_>, store: &StoreRef, reviews: &[ReviewId]) -> Result<Vec<ReviewId>, StoreError> {
    let ids: Vec<Uuid> = reviews.iter().map(|review| review.0).collect();
    let open: Vec<(Uuid,)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::OPEN_AMONG)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
    Ok(open.into_iter().map(|(id,)| ReviewId(id)).collect())
}

async fn next_number(tx: &mut Tx<'_>, product_key: i64) -> Result<i64, StoreError> {
    let keys = [product_key];
    let latest: Option<(i64, i64)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&words_sql::LATEST_NUMBERS)).bind(Many(&keys)).fetch_optional(on))?;
    Ok(latest.map_or(1, |(_, number)| number + 1))
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
