//! The versions of a product's words: all of them side by side, one put into the product, or what it said first.

use std::collections::BTreeMap;

use domain::{
    field::{Field, Value},
    handle::Handle,
    ids::{OpId, ProductId, Seq, UserId, VersionId},
    op::{Action, Base, Edit, Op},
    product::{OptimisationStatus, Product},
    words::{Words, versions_of},
};
use ports::{
    error::AppError,
    product::Receipt,
    review::{MOST_VERSIONS, Outcome, VersionView, VersionsView},
};

use super::review::{JudgedRow, OriginalRow, VersionRow, accepted, activate, outcome_of, reviewer, sql};
use crate::{
    Store, StoreError, StoreRef,
    codec::key_of,
    db::{Tx, fresh, within},
    heavy,
    write::{Beside, Done, Go},
};

impl Store {
    /// What a product said first is told with them however many there are.
    pub(super) async fn versions_of(
        &self,
        store: &StoreRef,
        handle: &Handle,
        below: Option<u32>,
        count: u32,
        may_decide: bool,
    ) -> Result<Option<VersionsView>, StoreError> {
        let Some(row) = self.product_by_handle(store, handle).await? else { return Ok(None) };
        let Product { id, ord, content, versions: seqs, .. } = row.product;
        let key = key_of(store.num, ord);
        let (top, most) = (below.map_or(i64::MAX, i64::from), i64::from(count.min(MOST_VERSIONS)));
        let mut rows: Vec<JudgedRow> = fresh!(self.db(), |on| sqlx::query_as(sql::VERSIONS).bind(key).bind(top).bind(most).fetch_all(on))?;
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.version.number));
        let original = match rows.last() {
            None if below.is_none() => None,
            Some(first) if first.version.number == 1 => Some(first.version.source.words()),
            _ => self.original_of(key).await?.map(|row| row.source.words()),
        };
        let now = Words::of(&content);
        let seen = versions_of(&content, &seqs);
        let versions = heavy(|| rows.into_iter().map(view).collect());
        Ok(Some(VersionsView {
            product: id,
            handle: content.handle,
            title: content.title,
            now,
            original,
            seen,
            versions,
            currency: store.currency,
            may_decide,
        }))
    }

    pub(super) async fn version_of(&self, store: &StoreRef, version: VersionId) -> Result<Option<(ProductId, VersionView)>, StoreError> {
        let row: Option<JudgedRow> = fresh!(self.db(), |on| sqlx::query_as(sql::JUDGED_VERSION).bind(store.num).bind(version.0).fetch_optional(on))?;
        Ok(row.map(|row| (row.version.product, heavy(|| view(row)))))
    }

    pub(super) async fn activate_in(
        &self,
        store: &StoreRef,
        who: UserId,
        op: OpId,
        version: VersionId,
        seen: &BTreeMap<Field, Seq>,
    ) -> Result<Outcome, AppError> {
        let row: Option<VersionRow> =
            fresh!(self.db(), |on| sqlx::query_as(sql::VERSION).bind(store.num).bind(version.0).fetch_optional(on)).map_err(StoreError::from)?;
        let row = row.ok_or(AppError::NotFound)?;
        let words = self.still_there(row.product_key, row.words).await?;
        if words.is_empty() {
            return Ok(Outcome::Refused("Nothing of this version is left to put into the product. Choose another one.".into()));
        }
        let edits = words.edits(|field| base(field, seen, &row.source_versions));
        let (product, product_key, accepted) = (row.product, row.product_key, accepted(&words));
        let mut putting = Putting { store, who, op, product, product_key, version: Some(version), accepted, refused: None };
        self.put(edits, OptimisationStatus::Published, &mut putting).await
    }

    pub(super) async fn roll_back_in(
        &self,
        store: &StoreRef,
        who: UserId,
        op: OpId,
        product: ProductId,
        seen: &BTreeMap<Field, Seq>,
    ) -> Result<Outcome, AppError> {
        let key: Option<(i64,)> = fresh!(self.db(), |on| sqlx::query_as(crate::sql::PRODUCT_KEY).bind(store.num).bind(product.0).fetch_optional(on))
            .map_err(StoreError::from)?;
        let (key,) = key.ok_or(AppError::NotFound)?;
        let Some(original) = self.original_of(key).await? else {
            return Ok(Outcome::Refused("Nothing was written for this product yet: it says what it always said.".into()));
        };
        let words = self.still_there(key, original.source.words()).await?;
        let edits = words.edits(|field| base(field, seen, &original.source_versions));
        let mut putting = Putting { store, who, op, product, product_key: key, version: None, accepted: String::new(), refused: None };
        self.put(edits, OptimisationStatus::None, &mut putting).await
    }

    async fn put(&self, mut edits: Vec<Edit>, to: OptimisationStatus, putting: &mut Putting<'_>) -> Result<Outcome, AppError> {
        edits.push(Edit { field: Field::Optimisation, base: Base::Any, value: Value::text(to.name()) });
        let op = Op { id: putting.op, product: putting.product, action: Action::Edit(edits) };
        let receipt = self.write_beside(putting.store, &reviewer(putting.who), vec![op], None, putting).await?.pop();
        putting.refused.take().or(receipt).map(outcome_of).ok_or(AppError::Internal)
    }

    async fn original_of(&self, product_key: i64) -> Result<Option<OriginalRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::ORIGINAL).bind(product_key).fetch_optional(on))?)
    }

    /// Without the texts of pictures that the product no longer has: they would be in the way of all others.
    async fn still_there(&self, product_key: i64, mut words: Words) -> Result<Words, StoreError> {
        if !words.alts.is_empty() {
            let present = self.present(&[product_key]).await?;
            words.alts.retain(|id, _| present.get(&product_key).is_some_and(|present| present.pictures.contains_key(id)));
        }
        Ok(words)
    }
}

/// A field that was not seen is taken to be as it was when the version was written: what somebody edited since is not
/// overwritten unseen.
fn base(field: &Field, seen: &BTreeMap<Field, Seq>, source: &BTreeMap<Field, Seq>) -> Base {
    Base::Seen(seen.get(field).or_else(|| source.get(field)).copied().unwrap_or_default())
}

fn view(row: JudgedRow) -> VersionView {
    let JudgedRow { version, status, decided } = row;
    let (scores_before, scores_after) = version.scores();
    VersionView {
        id: version.id,
        number: version.number,
        created_at: version.created_at,
        by: version.by,
        model: version.model,
        run: version.run,
        before: version.source.words(),
        words: version.words,
        scores_before,
        scores_after,
        findings: version.findings,
        tokens_in: version.tokens_in,
        tokens_out: version.tokens_out,
        cost: version.cost,
        remark: version.remark,
        active: version.active,
        status,
        decided,
    }
}

/// A version, or what a product said first, on its way into the product.
struct Putting<'a> {
    store: &'a StoreRef,
    who: UserId,
    op: OpId,
    product: ProductId,
    product_key: i64,
    /// None is what it said first.
    version: Option<VersionId>,
    /// JSON.
    accepted: String,
    refused: Option<Receipt>,
}

impl Beside for Putting<'_> {
    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        self.refused = None;
        if done.before.contains_key(&self.op) {
            return Ok(Go::On);
        }
        if let Some(receipt @ (Receipt::Conflict(_) | Receipt::Rejected { .. })) = done.receipts.first() {
            self.refused = Some(receipt.clone());
            return Ok(Go::Back);
        }
        let version = self.version.map(|version| version.0);
        activate(tx, self.store, &[self.product.0], version.as_slice()).await?;
        // Whoever says here what the product says has decided about what waits: the product no longer is as if something did.
        within!(tx, |on| async {
            let query = sqlx::query(tx.db.sql(&sql::DECIDE_CHOSEN)).bind(self.product_key).bind(version).bind(done.at.micros()).bind(self.who.0);
            query.bind(&self.accepted).execute(on).await.map(|_| ())
        })?;
        Ok(Go::On)
    }
}
