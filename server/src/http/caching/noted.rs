//! The catalogue, with a note of every change that is made through it: which product, and who. What is kept of other products then
//! outlives the change, here and in other processes. Nothing depends on it: changes that come by other ways are found in the log.

use std::sync::Arc;

use async_trait::async_trait;
use cache::{Cache, Change};
use domain::{
    handle::Handle,
    ids::{OpId, ProductId, Seq},
    op::Op,
    query::{Facet, ListQuery, Window},
};
use ports::{
    Access, Catalogue,
    error::AppError,
    product::{HistoryEntry, Name, Neighbours, ProductView, Receipt, Submission},
    products::{Bookmark, FacetValues, Listing, Opening, Part},
};

pub(crate) struct Noted {
    catalogue: Arc<dyn Catalogue>,
    cache: Cache,
}

impl Noted {
    pub(crate) fn new(catalogue: Arc<dyn Catalogue>, cache: Cache) -> Self {
        Self { catalogue, cache }
    }

    fn note(&self, who: &Access, product: ProductId, receipt: &Receipt) {
        if let Receipt::Applied { seq } = receipt
            && let Ok(version) = u64::try_from(seq.0)
        {
            let id = |id: uuid::Uuid| id.as_u128();
            self.cache.changed(Change { group: id(who.store.0), version, member: id(product.0), by: id(who.user.0) });
        }
    }
}

#[async_trait]
impl Catalogue for Noted {
    async fn list(&self, who: &Access, window: &Window) -> Result<Listing, AppError> {
        self.catalogue.list(who, window).await
    }

    async fn opening(&self, who: &Access, window: &Window) -> Result<Opening, AppError> {
        self.catalogue.opening(who, window).await
    }

    async fn facets(&self, who: &Access, query: &ListQuery) -> Result<Vec<FacetValues>, AppError> {
        self.catalogue.facets(who, query).await
    }

    async fn facet(&self, who: &Access, query: &ListQuery, facet: Facet, containing: &str) -> Result<FacetValues, AppError> {
        self.catalogue.facet(who, query, facet, containing).await
    }

    async fn as_of(&self, who: &Access) -> Result<Seq, AppError> {
        self.catalogue.as_of(who).await
    }

    fn known_as_of(&self, who: &Access) -> Option<Seq> {
        self.catalogue.known_as_of(who)
    }

    async fn part(&self, who: &Access, query: &ListQuery, behind: Option<&Bookmark>, count: u32) -> Result<Part, AppError> {
        self.catalogue.part(who, query, behind, count).await
    }

    async fn products(&self, who: &Access, ids: &[ProductId]) -> Result<Vec<ProductView>, AppError> {
        self.catalogue.products(who, ids).await
    }

    async fn receipt(&self, who: &Access, op: OpId) -> Result<Option<Receipt>, AppError> {
        self.catalogue.receipt(who, op).await
    }

    async fn product(&self, who: &Access, handle: &Handle) -> Result<Option<ProductView>, AppError> {
        self.catalogue.product(who, handle).await
    }

    async fn known(&self, who: &Access, name: Name<'_>) -> Result<Option<ProductView>, AppError> {
        self.catalogue.known(who, name).await
    }

    async fn neighbours(&self, who: &Access, query: &ListQuery, product: ProductId) -> Result<Neighbours, AppError> {
        self.catalogue.neighbours(who, query, product).await
    }

    async fn history(&self, who: &Access, product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, AppError> {
        self.catalogue.history(who, product, before).await
    }

    async fn submit_from(&self, who: &Access, how: Submission, op: Op) -> Result<Receipt, AppError> {
        let product = op.product;
        let receipt = self.catalogue.submit_from(who, how, op).await?;
        self.note(who, product, &receipt);
        Ok(receipt)
    }

    async fn submit_upon(&self, who: &Access, how: Submission, op: Op, version: Seq) -> Result<Option<Receipt>, AppError> {
        let product = op.product;
        let receipt = self.catalogue.submit_upon(who, how, op, version).await?;
        if let Some(receipt) = &receipt {
            self.note(who, product, receipt);
        }
        Ok(receipt)
    }
}
