//! Suggestions that devices decide about, in the transaction in which they are decided.

use std::collections::{BTreeMap, HashMap};

use domain::{
    field::Field,
    ids::{ProductId, Seq, UserId, VersionId},
    product::Product,
    sync::intent::{Decided, Intent, Suggestion},
};
use ports::review::ReviewStatus;
use uuid::Uuid;

use super::{
    rows::ReviewRow,
    ruling::{Ruled, Ruling},
    sql,
};
use crate::{
    Store, StoreError, StoreRef,
    codec::Many,
    db::{Tx, within},
};

/// A suggestion with what it belongs to.
pub(crate) struct Suggested {
    row: ReviewRow,
    pub(crate) suggestion: Suggestion,
}

/// Read once their products are locked.
pub(crate) async fn read(tx: &mut Tx<'_>, store: &StoreRef, versions: &[VersionId]) -> Result<HashMap<VersionId, Suggested>, StoreError> {
    if versions.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = versions.iter().map(|version| version.0).collect();
    let rows: Vec<ReviewRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::SUGGESTED)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
    Ok(rows.into_iter().map(|row| (row.version.id, Suggested::new(row))).collect())
}

impl Suggested {
    fn new(row: ReviewRow) -> Self {
        let version = &row.version;
        let said = version.source.words();
        let seen = |(field, seq): (&Field, &Seq)| (field.clone(), (*seq, said.get(field).unwrap_or_default()));
        let source: BTreeMap<_, _> = version.source_versions.iter().map(seen).collect();
        let suggestion = Suggestion { id: version.id, decided: decided(row.status), source, words: version.words.fields() };
        Self { row, suggestion }
    }

    pub(crate) const fn product(&self) -> ProductId {
        self.row.version.product
    }

    /// What is to be written of an intent that was done to its product, under a change number; none when it decides about no suggestion.
    pub(crate) fn ruling(&self, store: &Store, who: UserId, intent: &Intent, (product, seq): (&Product, Seq)) -> Option<Ruling> {
        let mut ruling = store.ruling(&self.row, who, self.ruled(intent)?, Some(product.content.handle.clone()));
        ruling.seq = seq;
        Some(ruling)
    }

    fn ruled(&self, intent: &Intent) -> Option<Ruled> {
        match intent {
            Intent::Review { verdict, .. } => Some(Ruled::of(verdict)),
            Intent::Decide { approve: true, .. } => {
                Some(Ruled { to: ReviewStatus::Approved, reason: String::new(), words: Some(self.row.version.words.clone()) })
            }
            Intent::Decide { approve: false, .. } => Some(Ruled { to: ReviewStatus::Rejected, reason: String::new(), words: None }),
            _ => None,
        }
    }
}

const fn decided(status: ReviewStatus) -> Option<Decided> {
    match status {
        ReviewStatus::Open => None,
        ReviewStatus::Approved => Some(Decided::Approved),
        ReviewStatus::Rejected => Some(Decided::Rejected),
        ReviewStatus::Changes | ReviewStatus::Superseded => Some(Decided::Superseded),
    }
}
