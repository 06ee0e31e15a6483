//! A store's products in a map, listed by filtering and sorting all of them.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use catalogue_index::{Bookmark, Entry, FacetValues, Listing, MissingSet, Part, SortValue};
use domain::{
    fold,
    ids::Seq,
    money::Money,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, FacetCount, ListQuery, Sort, SortKey, Window},
};
use roaring::RoaringBitmap;

#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) seq: i64,
    pub(crate) title: String,
    pub(crate) vendor: String,
    pub(crate) kind: String,
    pub(crate) tags: Vec<String>,
    pub(crate) status: Status,
    pub(crate) optimisation: OptimisationStatus,
    pub(crate) missing: Vec<Missing>,
    pub(crate) price: Option<i64>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) products: BTreeMap<u32, Product>,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            seq: 0,
            title: String::new(),
            vendor: String::new(),
            kind: String::new(),
            tags: Vec::new(),
            status: Status::Active,
            optimisation: OptimisationStatus::None,
            missing: Vec::new(),
            price: None,
        }
    }
}

impl Product {
    pub(crate) fn titled(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    pub(crate) fn entry(&self, ord: u32) -> Entry<'_> {
        Entry {
            ord,
            seq: Seq(self.seq),
            title: &self.title,
            vendor: &self.vendor,
            product_type: &self.kind,
            tags: &self.tags,
            status: self.status,
            optimisation: self.optimisation,
            missing: self.missing.iter().copied().collect::<MissingSet>(),
            price: self.price.map(Money),
        }
    }

    fn values(&self, facet: Facet) -> BTreeSet<String> {
        match facet {
            Facet::Status => [self.status.name().to_owned()].into(),
            Facet::Optimisation => [self.optimisation.name().to_owned()].into(),
            Facet::Missing => self.missing.iter().map(|missing| missing.name().to_owned()).collect(),
            Facet::Vendor => [self.vendor.clone()].into(),
            Facet::ProductType => [self.kind.clone()].into(),
            Facet::Tag => self.tags.iter().cloned().collect(),
        }
    }

    fn passes(&self, query: &ListQuery, also_found: bool, ignored: Option<Facet>) -> bool {
        let chosen = Facet::ALL.into_iter().filter(|facet| Some(*facet) != ignored).all(|facet| {
            let chosen = query.chosen(facet);
            chosen.is_empty() || self.values(facet).iter().any(|value| chosen.contains(value))
        });
        let bounded = query.price_min.is_some() || query.price_max.is_some();
        let in_range =
            self.price.is_some_and(|price| query.price_min.is_none_or(|min| price >= min.0) && query.price_max.is_none_or(|max| price <= max.0));
        chosen && (!bounded || in_range) && (query.search.trim().is_empty() || also_found || self.is_found(&query.search))
    }

    fn is_found(&self, search: &str) -> bool {
        let texts = [&self.title, &self.vendor, &self.kind].into_iter().chain(&self.tags);
        let own: Vec<String> = texts.flat_map(|text| fold::words(text)).collect();
        let wanted = fold::words(search);
        !wanted.is_empty() && wanted.iter().all(|word| own.iter().any(|own| own.contains(word.as_str())))
    }
}

impl Model {
    pub(crate) fn list(&self, window: &Window, also_found: &RoaringBitmap) -> Listing {
        let ords = self.sorted(&window.query, also_found);
        let total = ords.len() as u32;
        Listing { ords: ords.into_iter().skip(window.start as usize).take(window.count as usize).collect(), total }
    }

    pub(crate) fn behind(&self, query: &ListQuery, also_found: &RoaringBitmap, bookmark: Option<&Bookmark>, count: u32) -> Part {
        let whole = self.sorted(query, also_found);
        let is_behind = |ord: &u32| bookmark.is_none_or(|bookmark| in_order(query.sort, bookmark, &self.bookmark(query.sort.key, *ord)).is_lt());
        let mut behind = whole.iter().copied().filter(is_behind);
        let ords: Vec<u32> = behind.by_ref().take(count as usize).collect();
        let next = behind.next().and_then(|_| ords.last().map(|ord| self.bookmark(query.sort.key, *ord)).or_else(|| bookmark.cloned()));
        Part { ords, total: whole.len() as u32, next }
    }

    /// The place of a product that is there.
    pub(crate) fn bookmark(&self, key: SortKey, ord: u32) -> Bookmark {
        let product = &self.products[&ord];
        let value = match key {
            SortKey::Title => SortValue::Text(fold::sort_key(&product.title)),
            SortKey::Vendor => SortValue::Text(fold::sort_key(&product.vendor)),
            SortKey::Price => SortValue::Price(product.price.map(Money)),
            SortKey::Updated => SortValue::Updated(Seq(product.seq)),
        };
        Bookmark { ord, value }
    }

    pub(crate) fn position(&self, query: &ListQuery, also_found: &RoaringBitmap, ord: u32) -> Option<u32> {
        self.sorted(query, also_found).iter().position(|other| *other == ord).map(|row| row as u32)
    }

    pub(crate) fn facet(&self, query: &ListQuery, also_found: &RoaringBitmap, facet: Facet, limit: usize, containing: &str) -> FacetValues {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for (ord, product) in &self.products {
            if product.passes(query, also_found.contains(*ord), Some(facet)) {
                product.values(facet).into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
            }
        }
        let chosen: BTreeSet<String> = query.chosen(facet).into_iter().collect();
        let needle = fold::sort_key(containing);
        let sorted = |values: Vec<(String, u32)>| {
            let mut values: Vec<FacetCount> = values.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
            values.sort_by_key(|value| (std::cmp::Reverse(value.count), fold::sort_key(&value.value), value.value.clone()));
            values
        };
        let first = sorted(chosen.iter().map(|value| (value.clone(), counts.get(value).copied().unwrap_or(0))).collect());
        let shown = |value: &String| !value.is_empty() && !chosen.contains(value) && fold::sort_key(value).contains(&needle);
        let others = sorted(counts.into_iter().filter(|(value, _)| shown(value)).collect());
        let distinct = (first.len() + others.len()) as u32;
        let room = limit.saturating_sub(first.len());
        FacetValues { values: first.into_iter().chain(others.into_iter().take(room)).collect(), distinct }
    }

    fn sorted(&self, query: &ListQuery, also_found: &RoaringBitmap) -> Vec<u32> {
        let mut found: Vec<(u32, &Product)> = self.products.iter().map(|(ord, product)| (*ord, product)).collect();
        found.retain(|(ord, product)| product.passes(query, also_found.contains(*ord), None));
        match query.sort.key {
            SortKey::Title => found.sort_by_key(|(ord, product)| (fold::sort_key(&product.title), *ord)),
            SortKey::Vendor => found.sort_by_key(|(ord, product)| (fold::sort_key(&product.vendor), *ord)),
            SortKey::Price => found.sort_by_key(|(ord, product)| (product.price, *ord)),
            SortKey::Updated => found.sort_by_key(|(ord, product)| (product.seq, *ord)),
        }
        if query.sort.descending {
            found.reverse();
        }
        if query.sort.key == SortKey::Price {
            found.sort_by_key(|(_, product)| product.price.is_none());
        }
        found.into_iter().map(|(ord, _)| ord).collect()
    }
}

/// How two places follow each other in a list.
pub(crate) fn in_order(sort: Sort, left: &Bookmark, right: &Bookmark) -> Ordering {
    let turned = |order: Ordering| if sort.descending { order.reverse() } else { order };
    let by_age = left.ord.cmp(&right.ord);
    match (&left.value, &right.value) {
        (SortValue::Text(left), SortValue::Text(right)) => turned(left.cmp(right).then(by_age)),
        (SortValue::Updated(left), SortValue::Updated(right)) => turned(left.cmp(right).then(by_age)),
        // Without a price they are last, whatever the direction.
        (SortValue::Price(left), SortValue::Price(right)) => left.is_none().cmp(&right.is_none()).then(turned(left.cmp(right).then(by_age))),
        other => panic!("places of two different orders: {other:?}"),
    }
}
