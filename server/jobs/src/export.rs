//! A store's catalogue as a file of the Shopify product CSV.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use domain::product::Product;
use futures::future::BoxFuture;
use shopify_csv::{Writer, extra_columns};
use store::{Store, StoreError, StoreRef};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Products whose columns are known.
    pub seen: u64,
    /// Products in the file; all of those seen, at the end.
    pub written: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("The export could not be written: {0}. Check that there is room, and export again.")]
    Io(#[from] io::Error),
}

const BATCH: u32 = 1_000;

/// Writes every product that is not in the trash; how many. It goes through the store twice, because the header comes first and
/// names every kept column of any product. A product made meanwhile may lack a column that no product had before.
pub async fn export<W: Write + Send>(
    store: &Store,
    at: &StoreRef,
    mut out: W,
    mut on_progress: impl FnMut(ExportProgress) + Send,
) -> Result<u64, ExportError> {
    // Boxed and without type parameters, so that it is compiled here and not again by every caller.
    let export: BoxFuture<'_, _> = Box::pin(export_to(store, at, &mut out, &mut on_progress));
    export.await
}

async fn export_to(
    store: &Store,
    at: &StoreRef,
    out: &mut (dyn Write + Send),
    on_progress: &mut (dyn FnMut(ExportProgress) + Send),
) -> Result<u64, ExportError> {
    let mut progress = ExportProgress::default();
    let mut columns = BTreeSet::new();
    let mut after = None;
    while let Some((products, last)) = batch(store, at, after).await? {
        for column in products.iter().flat_map(|product| extra_columns(&product.content)) {
            if !columns.contains(column) {
                columns.insert(column.to_owned());
            }
        }
        progress.seen += products.len() as u64;
        on_progress(progress);
        after = Some(last);
    }
    let mut writer = Writer::new(out, at.currency, columns)?;
    after = None;
    while let Some((products, last)) = batch(store, at, after).await? {
        for product in &products {
            writer.write(&product.content)?;
        }
        progress.written += products.len() as u64;
        on_progress(progress);
        after = Some(last);
    }
    writer.finish()?;
    Ok(progress.written)
}

async fn batch(store: &Store, at: &StoreRef, after: Option<u32>) -> Result<Option<(Vec<Product>, u32)>, ExportError> {
    let products = store.export_batch(at, after, BATCH).await?;
    let last = products.last().map(|product| product.ord);
    Ok(last.map(|last| (products, last)))
}
