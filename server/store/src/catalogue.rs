//! The port of the pages: who may, then what.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    field::Field,
    handle::Handle,
    ids::{OpId, ProductId, Seq},
    op::{Action, Op},
    query::{Facet, ListQuery, Window},
    role::Permission,
};
use ports::{
    Access, Catalogue,
    error::AppError,
    product::{HistoryEntry, Name, Neighbours, ProductView, Receipt, Submission},
    products::{Bookmark, FacetValues, Listing, Opening, Part},
};

use crate::{Author, Store, StoreRef, read::rows::ProductRow};

#[async_trait]
impl Catalogue for Store {
    async fn list(&self, who: &Access, window: &Window) -> Result<Listing, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.db().reading_as(who.user, store.num, self.list_of(&store, window)).await?)
    }

    async fn opening(&self, who: &Access, window: &Window) -> Result<Opening, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.db().reading_as(who.user, store.num, self.opening_of(&store, window)).await?)
    }

    async fn facets(&self, who: &Access, query: &ListQuery) -> Result<Vec<FacetValues>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.db().reading_as(who.user, store.num, self.facets_of(&store, query, &Facet::ALL, "")).await?)
    }

    async fn facet(&self, who: &Access, query: &ListQuery, facet: Facet, containing: &str) -> Result<FacetValues, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let values = self.db().reading_as(who.user, store.num, self.facets_of(&store, query, &[facet], containing)).await?.pop();
        Ok(values.unwrap_or(FacetValues { facet, values: Vec::new(), distinct: 0 }))
    }

    async fn as_of(&self, who: &Access) -> Result<Seq, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        if let Some(seq) = self.current_up_to(&store) {
            return Ok(seq);
        }
        Ok(self.db().reading_as(who.user, store.num, self.part_of(&store, &ListQuery::default(), None, 0)).await?.as_of)
    }

    fn known_as_of(&self, who: &Access) -> Option<Seq> {
        let store = self.known_store(who.store).filter(|_| who.role.may(Permission::Browse))?;
        self.current_up_to(&store)
    }

    async fn part(&self, who: &Access, query: &ListQuery, behind: Option<&Bookmark>, count: u32) -> Result<Part, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.db().reading_as(who.user, store.num, self.part_of(&store, query, behind, count)).await?)
    }

    async fn products(&self, who: &Access, ids: &[ProductId]) -> Result<Vec<ProductView>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let rows = self.db().reading_as(who.user, store.num, self.products_of_ids(&store, ids)).await?;
        Ok(rows.iter().map(|row| view(row, &store, who)).collect())
    }

    async fn product(&self, who: &Access, handle: &Handle) -> Result<Option<ProductView>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let row = self.db().reading_as(who.user, store.num, self.product_named(&store, handle)).await?;
        Ok(row.map(|row| view(&row, &store, who)))
    }

    async fn known(&self, who: &Access, name: Name<'_>) -> Result<Option<ProductView>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let row = self.known_product(&store, name).await;
        Ok(row.map(|row| view(&row, &store, who)))
    }

    async fn neighbours(&self, who: &Access, query: &ListQuery, product: ProductId) -> Result<Neighbours, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.db().reading_as(who.user, store.num, self.neighbours_of(&store, query, product)).await?)
    }

    async fn history(&self, who: &Access, product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.db().reading_as(who.user, store.num, self.history_of(&store, product, before)).await?)
    }

    async fn submit_from(&self, who: &Access, how: Submission, op: Op) -> Result<Receipt, AppError> {
        self.submit_if(who, how, op, None).await?.ok_or(AppError::Internal)
    }

    async fn submit_upon(&self, who: &Access, how: Submission, op: Op, version: Seq) -> Result<Option<Receipt>, AppError> {
        self.submit_if(who, how, op, Some(version)).await
    }

    async fn receipt(&self, who: &Access, op: OpId) -> Result<Option<Receipt>, AppError> {
        let store = self.allowed(who, Permission::Edit).await?;
        Ok(self.receipt_of(&store, op).await?)
    }
}

fn view(row: &ProductRow, store: &StoreRef, who: &Access) -> ProductView {
    ProductView::new(row.product.clone(), store.currency, Timestamp::from_micros(row.kept.updated_at), who.role.may(Permission::Edit))
}

fn sets_optimisation(op: &Op) -> bool {
    matches!(&op.action, Action::Edit(edits) if edits.iter().any(|edit| edit.field == Field::Optimisation))
}

impl Store {
    /// Does one op, if its product still has a version where one is given.
    async fn submit_if(&self, who: &Access, how: Submission, op: Op, version: Option<Seq>) -> Result<Option<Receipt>, AppError> {
        let store = self.allowed(who, Permission::Edit).await?;
        if sets_optimisation(&op) {
            let reason = "How far the words of a product are is set by runs and reviews. Start a run, or decide about a suggestion.".into();
            return Ok(Some(Receipt::Rejected { field: Some(Field::Optimisation), reason }));
        }
        let author = Author { user: Some(who.user), source: how.source, job: None, remember: how.may_be_retried };
        let this = self.clone();
        let mut receipts = self
            .to_its_end(async move {
                match version {
                    None => this.write(&store, &author, vec![op], None).await,
                    Some(version) => this.write_upon(&store, &author, op, version).await,
                }
            })
            .await?;
        Ok(receipts.pop())
    }

    /// The store of the person, when their role allows what they want.
    pub(crate) async fn allowed(&self, who: &Access, permission: Permission) -> Result<Arc<StoreRef>, AppError> {
        if !who.role.may(permission) {
            return Err(AppError::Forbidden);
        }
        self.store_by_id(who.store).await?.ok_or(AppError::NotFound)
    }
}
