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

/// From the list's counts, which are at hand. What words cannot mend, such as a missing picture, is not among it.
pub(super) async fn of(store: &Store, who: &Access, at: &StoreRef) -> Result<Picture, AppError> {
    let everything = ListQuery::default();
    let missing = store.facet(who, &everything, Facet::Missing, "").await?;
    let stages = store.facet(who, &everything, Facet::Optimisation, "").await?;
    let counted =
        |values: &[domain::query::FacetCount], name: &str| values.iter().find(|value| value.value == name).map_or(0, |value| u64::from(value.count));
    let products = stages.values.iter().map(|stage| u64::from(stage.count)).sum();
    let briefs = store.briefs(at).await?;
    let usual = briefs.into_iter().find(|(product_type, _)| product_type.is_empty()).map(|(_, brief)| brief).unwrap_or_default().parts;
    let lack = |says: &str, products, query, parts| Lack { says: says.to_owned(), products, query, parts };
    let of_missing = |what| ListQuery { missing: vec![what], ..ListQuery::default() };
    let of_stage = |stage| ListQuery { optimisation: vec![stage], ..ListQuery::default() };
    let at_stage = |stage: OptimisationStatus| counted(&stages.values, stage.name());
    let mut lacks = vec![
        lack("No description", counted(&missing.values, Missing::Description.name()), of_missing(Missing::Description), vec![Part::Description]),
        lack(
            "No SEO title or description",
            counted(&missing.values, Missing::Seo.name()),
            of_missing(Missing::Seo),
            vec![Part::SeoTitle, Part::SeoDescription],
        ),
        lack("Words as they came", at_stage(OptimisationStatus::None), of_stage(OptimisationStatus::None), usual.clone()),
        lack("Suggestion rejected", at_stage(OptimisationStatus::Rejected), of_stage(OptimisationStatus::Rejected), usual),
    ];
    lacks.retain(|lack| lack.products > 0);
    lacks.sort_by_key(|lack| std::cmp::Reverse(lack.products));
    let (improved, quality, seo) = store.mean_scores(at).await?;
    Ok(Picture { products, lacks, improved, quality, seo, open_reviews: store.open_reviews(at, None).await? })
}
