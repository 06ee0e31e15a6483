//! Suggestions that devices decide about, in the transaction in which they are decided.

use std::collections::HashMap;

use domain::{
    field::Field,
    ids::{ProductId, ReviewId, Seq, UserId, VersionId},
    sync::intent::{Decided, Suggestion},
    words::source::Source,
};
use ports::review::ReviewStatus;
use uuid::Uuid;

use super::{
    decide::{Decisions, activate},
    sql,
};
use crate::{
    StoreError, StoreRef,
    codec::{Many, from_json, from_row, to_json, word},
    db::{Tx, within},
    words::rows::WordsColumns,
};

/// A suggestion with what it belongs to.
#[derive(Clone)]
pub(crate) struct Suggested {
    review: ReviewId,
    pub(crate) product: ProductId,
    pub(crate) suggestion: Suggestion,
}

/// Read once their products are locked.
pub(crate) async fn read(tx: &mut Tx<'_>, store: &StoreRef, versions: &[VersionId]) -> Result<HashMap<VersionId, Suggested>, StoreError> {
    if versions.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = versions.iter().map(|version| version.0).collect();
    let rows: Vec<Suggested> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::SUGGESTED)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
    Ok(rows.into_iter().map(|suggested| (suggested.suggestion.id, suggested)).collect())
}

/// Writes who decided, beside what was done to the products.
pub(crate) async fn write(tx: &mut Tx<'_>, store: &StoreRef, who: UserId, decided: &[(Suggested, Decided)], at: i64) -> Result<(), StoreError> {
    for (as_what, to) in [(Decided::Approved, ReviewStatus::Approved), (Decided::Rejected, ReviewStatus::Rejected)] {
        let these: Vec<&Suggested> = decided.iter().filter(|(_, decided)| *decided == as_what).map(|(suggested, _)| suggested).collect();
        if these.is_empty() {
            continue;
        }
        let accepted = |suggested: &Suggested| -> String {
            let fields: Vec<&Field> = suggested.suggestion.words.iter().map(|(field, _)| field).collect();
            if as_what == Decided::Approved { to_json(&fields) } else { String::new() }
        };
        let reviews: Vec<(Uuid, String)> = these.iter().map(|suggested| (suggested.review.0, accepted(suggested))).collect();
        Decisions { store, to, at, who, reason: "" }.write(tx, &reviews).await?;
        if as_what == Decided::Approved {
            let products: Vec<Uuid> = these.iter().map(|suggested| suggested.product.0).collect();
            let versions: Vec<Uuid> = these.iter().map(|suggested| suggested.suggestion.id.0).collect();
            activate(tx, store, &products, &versions).await?;
        }
    }
    Ok(())
}

const fn decided(status: ReviewStatus) -> Option<Decided> {
    match status {
        ReviewStatus::Open => None,
        ReviewStatus::Approved => Some(Decided::Approved),
        ReviewStatus::Rejected => Some(Decided::Rejected),
        ReviewStatus::Changes | ReviewStatus::Superseded => Some(Decided::Superseded),
    }
}

from_row!(Suggested, |row| {
    let versions: std::collections::BTreeMap<Field, Seq> = from_json(row.try_get("source_versions")?, "versions of a source")?;
    let said = from_json::<Source>(row.try_get("source")?, "a source")?.words();
    let source = versions.into_iter().map(|(field, seq)| (field.clone(), (seq, said.get(&field).unwrap_or_default()))).collect();
    Ok(Self {
        review: ReviewId(row.try_get("review_id")?),
        product: ProductId(row.try_get("product_id")?),
        suggestion: Suggestion {
            id: VersionId(row.try_get("version_id")?),
            decided: decided(word(row.try_get("status")?, ReviewStatus::from_name, "status of a review")?),
            source,
            words: WordsColumns::from_row(row)?.0.fields(),
        },
    })
});
