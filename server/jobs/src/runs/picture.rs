//! What a catalogue lacks, and what has been gained.

use domain::{
    product::{Missing, OptimisationStatus},
    query::{Facet, ListQuery},
    words::part::Part,
};
use ports::{
    Access, Catalogue,
    error::AppError,
    runs::{Lack, Picture},
};
use store::{Store, StoreRef};

/// From the list's counts, which are at hand.
pub(super) async fn of(store: &Store, who: &Access, at: &StoreRef) -> Result<Picture, AppError> {
    let everything = ListQuery::default();
    let missing = store.facet(who, &everything, Facet::Missing, "").await?;
    let stages = store.facet(who, &everything, Facet::Optimisation, "").await?;
    let counted =
        |values: &[domain::query::FacetCount], name: &str| values.iter().find(|value| value.value == name).map_or(0, |value| u64::from(value.count));
    let products = stages.values.iter().map(|stage| u64::from(stage.count)).sum();
    let briefs = store.briefs(at).await?;
    let usual = briefs.into_iter().find(|(product_type, _)| product_type.is_empty()).map(|(_, brief)| brief).unwrap_or_default().parts;
    let of_missing = Missing::ALL.iter().filter_map(|what| {
        let (says, parts) = mended(*what)?;
        let query = ListQuery { missing: vec![*what], ..ListQuery::default() };
        Some(Lack { says: says.into(), products: counted(&missing.values, what.name()), query, parts: parts.to_vec() })
    });
    let of_stage = [(OptimisationStatus::None, "Words as they came"), (OptimisationStatus::Rejected, "Suggestion rejected")].map(|(stage, says)| {
        let query = ListQuery { optimisation: vec![stage], ..ListQuery::default() };
        Lack { says: says.into(), products: counted(&stages.values, stage.name()), query, parts: usual.clone() }
    });
    let mut lacks: Vec<Lack> = of_missing.chain(of_stage).collect();
    lacks.retain(|lack| lack.products > 0);
    lacks.sort_by_key(|lack| std::cmp::Reverse(lack.products));
    let (improved, quality, seo) = store.mean_scores(at).await?;
    Ok(Picture { products, lacks, improved, quality, seo, open_reviews: store.open_reviews(at, None).await? })
}

/// What it is called, and the words that mend it; none where words cannot, as with a picture that is not there.
const fn mended(missing: Missing) -> Option<(&'static str, &'static [Part])> {
    match missing {
        Missing::Description => Some(("No description", &[Part::Description])),
        Missing::Short => Some(("A very short description", &[Part::Description])),
        Missing::Seo => Some(("No SEO title or description", &[Part::SeoTitle, Part::SeoDescription])),
        Missing::Tags => Some(("No tags", &[Part::Tags])),
        Missing::Alt => Some(("A picture without a text", &[Part::Alt])),
        Missing::Image => None,
    }
}
