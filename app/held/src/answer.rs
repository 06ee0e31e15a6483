//! What a page asks, answered as the store does it.

use domain::{
    fold::fold,
    handle::Handle,
    ids::ProductId,
    query::{Facet, ListQuery, Window},
    sync::body,
};
use ports::{
    product::{HistoryEntry, Neighbours, ProductView},
    products::{FacetValues, Listing, MOST_ROWS, MOST_VALUES, Row},
};
use roaring::RoaringBitmap;

use crate::HeldStore;

impl HeldStore {
    pub fn list(&self, window: &Window) -> Listing {
        let window = Window { count: window.count.min(MOST_ROWS), ..window.clone() };
        let found = self.index.list(&window, &self.also_found(&window.query));
        Listing {
            start: window.start.min(found.total),
            rows: found.ords.iter().filter_map(|ord| self.line(*ord)).collect(),
            total: found.total,
            of: self.index.len(),
            as_of: self.own.as_of,
            currency: self.about.currency,
            store: self.about.store,
            held: Some(self.held()),
        }
    }

    /// The first values of every facet of a list.
    pub fn facets(&self, query: &ListQuery) -> Vec<FacetValues> {
        Facet::ALL.into_iter().map(|facet| self.facet(query, facet, "")).collect()
    }

    /// The values of one facet that contain a text.
    pub fn facet(&self, query: &ListQuery, facet: Facet, containing: &str) -> FacetValues {
        let found = self.index.facet(query, &self.also_found(query), facet, MOST_VALUES, containing);
        FacetValues { facet, values: found.values, distinct: found.distinct }
    }

    /// A product by its handle, in the trash or not, as the server had it: its page puts own ops on top, and takes off those that the server refuses. Its
    /// description is not yet fit to be shown.
    pub fn product(&self, handle: &Handle) -> Option<ProductView> {
        let kept = self.products.get(self.handles.get(handle)?)?;
        let (product, updated_at) = body::product(&kept.row).ok()?;
        Some(ProductView::new(product, self.about.currency, updated_at, self.about.editable))
    }

    /// What products are called by. Those that are not here are left out.
    pub fn names(&self, products: &[ProductId]) -> Vec<(ProductId, Handle, String)> {
        let name = |id: &ProductId| {
            let (product, _) = self.shown(&self.products.get(&self.ord(*id)?)?.row)?;
            Some((*id, product.content.handle, product.content.title))
        };
        products.iter().filter_map(name).collect()
    }

    pub fn neighbours(&self, query: &ListQuery, product: ProductId) -> Neighbours {
        let Some(ord) = self.ord(product) else { return Neighbours::default() };
        let also = self.also_found(query);
        let Some(around) = self.index.around(query, &also, ord) else {
            let total = self.index.list(&Window { query: query.clone(), start: 0, count: 0 }, &also).total;
            return Neighbours { total, ..Neighbours::default() };
        };
        let handle = |ord: Option<u32>| ord.and_then(|ord| self.products.get(&ord)).map(|kept| kept.handle.clone());
        Neighbours { position: Some(around.position), total: around.total, previous: handle(around.previous), next: handle(around.next) }
    }

    /// None of it is on a device.
    pub fn history(&self, _product: ProductId) -> Vec<HistoryEntry> {
        Vec::new()
    }

    fn line(&self, ord: u32) -> Option<Row> {
        let (product, updated_at) = self.shown(&self.products.get(&ord)?.row)?;
        Some(Row::new(&product, updated_at))
    }

    /// Products that a search finds by the beginning of their handle, SKU or barcode.
    fn also_found(&self, query: &ListQuery) -> RoaringBitmap {
        let Some(search) = query.beginning() else { return RoaringBitmap::new() };
        let (lower, folded) = (search.to_lowercase(), fold(search));
        self.products.iter().filter(|(_, kept)| kept.begins_with(&lower, &folded)).map(|(ord, _)| *ord).collect()
    }
}
