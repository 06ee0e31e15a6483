//! A store's catalogue as a file of the Shopify product CSV.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    mem,
    sync::Arc,
};

use domain::product::Product;
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use ports::error::AppError;
use shopify_csv::{Writer, extra_columns};
use store::{Store, StoreError, StoreRef};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Products whose columns are known.
    pub seen: u64,
    /// Products in the file; all of those seen, at the end.
    pub written: u64,
}

/// A piece of the file, and how far the export is with it. As long as columns are looked for there is nothing in it.
#[derive(Debug)]
pub struct ExportPiece {
    pub bytes: Vec<u8>,
    pub progress: ExportProgress,
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("The export could not be written: {0}. Check that there is room, and export again.")]
    Io(#[from] io::Error),
}

impl From<ExportError> for AppError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Io(error) => {
                tracing::error!(%error, "an export could not be written");
                Self::Internal
            }
        }
    }
}

const BATCH: u32 = 1_000;

/// Writes every product that is not in the trash; how many.
pub async fn export<W: Write + Send>(
    store: &Store,
    at: &StoreRef,
    mut out: W,
    mut on_progress: impl FnMut(ExportProgress) + Send,
) -> Result<u64, ExportError> {
    let mut pieces = export_pieces(store.clone(), Arc::new(at.clone()));
    let mut written = 0;
    while let Some(ExportPiece { bytes, progress }) = pieces.try_next().await? {
        out.write_all(&bytes)?;
        on_progress(progress);
        written = progress.written;
    }
    out.flush()?;
    Ok(written)
}

/// The same file piece by piece, a batch of products each, made when it is asked for. It goes through the store twice, because the
/// header comes first and names every kept column of any product. A product made meanwhile may lack a column that no product had
/// before.
pub fn export_pieces(store: Store, at: Arc<StoreRef>) -> BoxStream<'static, Result<ExportPiece, ExportError>> {
    let start = Step::Columns { columns: BTreeSet::new(), after: None, progress: ExportProgress::default() };
    Box::pin(stream::try_unfold(start, move |step| {
        let (store, at) = (store.clone(), Arc::clone(&at));
        async move { step.take(&store, &at).await }
    }))
}

enum Step {
    Columns { columns: BTreeSet<String>, after: Option<u32>, progress: ExportProgress },
    Rows { writer: Writer<Vec<u8>>, after: Option<u32>, progress: ExportProgress },
}

impl Step {
    async fn take(self, store: &Store, at: &StoreRef) -> Result<Option<(ExportPiece, Self)>, ExportError> {
        match self {
            Self::Columns { mut columns, after, mut progress } => {
                let Some((products, last)) = batch(store, at, after).await? else {
                    let mut writer = Writer::new(Vec::new(), at.currency, columns)?;
                    let bytes = mem::take(writer.get_mut());
                    return Ok(Some((ExportPiece { bytes, progress }, Self::Rows { writer, after: None, progress })));
                };
                for column in products.iter().flat_map(|product| extra_columns(&product.content)) {
                    if !columns.contains(column) {
                        columns.insert(column.to_owned());
                    }
                }
                progress.seen += products.len() as u64;
                let next = Self::Columns { columns, after: Some(last), progress };
                Ok(Some((ExportPiece { bytes: Vec::new(), progress }, next)))
            }
            Self::Rows { mut writer, after, mut progress } => {
                let Some((products, last)) = batch(store, at, after).await? else { return Ok(None) };
                for product in &products {
                    writer.write(&product.content)?;
                }
                progress.written += products.len() as u64;
                let bytes = mem::take(writer.get_mut());
                Ok(Some((ExportPiece { bytes, progress }, Self::Rows { writer, after: Some(last), progress })))
            }
        }
    }
}

async fn batch(store: &Store, at: &StoreRef, after: Option<u32>) -> Result<Option<(Vec<Product>, u32)>, ExportError> {
    let products = store.export_batch(at, after, BATCH).await?;
    let last = products.last().map(|product| product.ord);
    Ok(last.map(|last| (products, last)))
}
