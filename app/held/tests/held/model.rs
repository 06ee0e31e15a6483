//! Products in a map, listed by filtering and sorting all of them, by the rules of the store.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    clock::Timestamp,
    fold,
    ids::Seq,
    product::{Missing, Product},
    query::{Facet, FacetCount, ListQuery, SortKey, Window},
};
use ports::{
    product::Neighbours,
    products::{FacetValues, MOST_VALUES, Row},
};

/// A product as it is to be seen.
#[derive(Clone, Debug)]
pub struct Seen {
    pub product: Product,
    pub updated_at: Timestamp,
    /// What it is sorted by.
    pub seq: Seq,
}

#[derive(Debug, Default)]
pub struct Model(pub BTreeMap<u32, Seen>);

impl Model {
    pub fn list(&self, window: &Window) -> (Vec<Row>, u32) {
        let all = self.sorted(&window.query);
        let rows = all.iter().skip(window.start as usize).take(window.count as usize);
        (rows.map(|seen| Row::new(&seen.product, seen.updated_at)).collect(), all.len() as u32)
    }

    pub fn neighbours(&self, query: &ListQuery, product: &Product) -> Neighbours {
        let all = self.sorted(query);
        let position = all.iter().position(|seen| seen.product.id == product.id);
        let at = |place: Option<usize>| place.and_then(|place| all.get(place)).map(|seen| seen.product.content.handle.clone());
        Neighbours {
            position: position.map(|position| position as u32),
            total: all.len() as u32,
            previous: at(position.and_then(|position| position.checked_sub(1))),
            next: at(position.map(|position| position + 1)),
        }
    }

    pub fn facet(&self, query: &ListQuery, facet: Facet, containing: &str) -> FacetValues {
        let mut counts: BTreeMap<String, u32> = query.chosen(facet).into_iter().map(|value| (value, 0)).collect();
        for product in self.living().filter(|product| passes(product, query, Some(facet))) {
            for value in values(product, facet) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let chosen: BTreeSet<String> = query.chosen(facet).into_iter().collect();
        let needle = fold::sort_key(containing);
        let shown = |value: &str| chosen.contains(value) || (!value.is_empty() && fold::sort_key(value).contains(&needle));
        let mut values: Vec<FacetCount> =
            counts.into_iter().filter(|(value, _)| shown(value)).map(|(value, count)| FacetCount { value, count }).collect();
        values.sort_by_cached_key(|value| (!chosen.contains(&value.value), Reverse(value.count), fold::sort_key(&value.value), value.value.clone()));
        let distinct = values.len() as u32;
        values.truncate(MOST_VALUES.max(chosen.len()));
        FacetValues { facet, values, distinct }
    }

    pub fn living(&self) -> impl Iterator<Item = &Product> {
        self.0.values().map(|seen| &seen.product).filter(|product| !product.deleted)
    }

    fn sorted(&self, query: &ListQuery) -> Vec<&Seen> {
        let mut found: Vec<&Seen> = self.0.values().filter(|seen| !seen.product.deleted && passes(&seen.product, query, None)).collect();
        match query.sort.key {
            SortKey::Title => found.sort_by_cached_key(|seen| (fold::sort_key(&seen.product.content.title), seen.product.ord)),
            SortKey::Vendor => found.sort_by_cached_key(|seen| (fold::sort_key(&seen.product.content.vendor), seen.product.ord)),
            SortKey::Price => found.sort_by_key(|seen| (seen.product.content.price(), seen.product.ord)),
            SortKey::Updated => found.sort_by_key(|seen| (seen.seq, seen.product.ord)),
        }
        if query.sort.descending {
            found.reverse();
        }
        if query.sort.key == SortKey::Price {
            found.sort_by_key(|seen| seen.product.content.price().is_none());
        }
        found
    }
}

fn passes(product: &Product, query: &ListQuery, ignored: Option<Facet>) -> bool {
    let chosen = Facet::ALL.into_iter().filter(|facet| Some(*facet) != ignored).all(|facet| {
        let chosen = query.chosen(facet);
        chosen.is_empty() || values(product, facet).iter().any(|value| chosen.contains(value))
    });
    let price = product.content.price();
    let above = query.price_min.is_none_or(|min| price.is_some_and(|price| price >= min));
    let below = query.price_max.is_none_or(|max| price.is_some_and(|price| price <= max));
    chosen && above && below && is_found(product, &query.search)
}

fn values(product: &Product, facet: Facet) -> BTreeSet<String> {
    let content = &product.content;
    match facet {
        Facet::Status => [content.status.name().to_owned()].into(),
        Facet::Optimisation => [product.optimisation.name().to_owned()].into(),
        Facet::Missing => Missing::ALL.iter().filter(|missing| content.is_missing(**missing)).map(|missing| missing.name().to_owned()).collect(),
        Facet::Vendor => [content.vendor.clone()].into(),
        Facet::ProductType => [content.product_type.clone()].into(),
        Facet::Tag => content.tags.iter().cloned().collect(),
    }
}

fn is_found(product: &Product, search: &str) -> bool {
    let content = &product.content;
    let search = search.trim();
    if search.is_empty() {
        return true;
    }
    let own: Vec<String> =
        [&content.title, &content.vendor, &content.product_type].into_iter().chain(&content.tags).flat_map(|text| fold::words(text)).collect();
    let wanted = fold::words(search);
    let by_words = !wanted.is_empty() && wanted.iter().all(|word| own.iter().any(|own| own.contains(word.as_str())));
    let codes = content.variants.iter().flat_map(|variant| [&variant.sku, &variant.barcode]);
    let mut codes = codes.map(|code| fold::fold(code)).filter(|code| !code.is_empty());
    let by_code = search.chars().count() >= 3
        && (content.handle.as_str().starts_with(&search.to_lowercase()) || codes.any(|code| code.starts_with(&fold::fold(search))));
    by_words || by_code
}
