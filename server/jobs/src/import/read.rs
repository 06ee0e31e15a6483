//! The file as batches, read on a thread of its own while earlier batches are written.

use std::{fs::File, path::PathBuf};

use domain::money::Currency;
use ports::jobs::BadRow;
use shopify_csv::{Item, Options, ProductRecord, Reader};
use tokio::{sync::mpsc, task};

use crate::{failure::Failure, state::Position};

/// What is decided and written together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) products: Vec<ProductRecord>,
    pub(crate) bad: Vec<BadRow>,
    /// Everything up to here is in this batch or in one before.
    pub(crate) position: Position,
}

/// Large enough that a commit is a small part of its cost.
const PRODUCTS: usize = 1_000;
/// Of the file and of what kept columns add to it; in memory it is a few times as much, and a handful of batches are under
/// way at once.
const BYTES: u64 = 4 << 20;
const BAD_ROWS: usize = 5_000;

/// Starts to read behind `from`. The thread ends when the receiver is dropped.
pub(crate) fn batches(path: PathBuf, currency: Currency, from: Position) -> mpsc::Receiver<Result<Batch, Failure>> {
    let (sender, receiver) = mpsc::channel(1);
    task::spawn_blocking(move || {
        if let Err(failure) = read(path, currency, from, &sender) {
            // Nobody listens any more: then nobody asks why.
            let _ = sender.blocking_send(Err(failure));
        }
    });
    receiver
}

fn read(path: PathBuf, currency: Currency, from: Position, sender: &mpsc::Sender<Result<Batch, Failure>>) -> Result<(), Failure> {
    let abandonable = Abandonable { file: File::open(path)?, sender };
    let reader = Reader::open(abandonable, Options { currency })?.resuming_at(from.end);
    let mut skip = from.bad;
    let mut batch = Batch { position: from, ..Batch::default() };
    let (mut begin, mut kept) = (from.end, 0);
    for item in reader {
        match item? {
            Item::Bad(_) if skip > 0 => skip -= 1,
            Item::Bad(row) => {
                batch.position.bad += 1;
                let shopify_csv::BadRow { line, column, value, reason } = row;
                batch.bad.push(BadRow { line, column, value, reason });
            }
            Item::Product(record) => {
                batch.position = Position { end: record.end, bad: 0 };
                kept += record.kept_bytes();
                batch.products.push(record);
            }
        }
        let position = batch.position;
        if batch.products.len() >= PRODUCTS || position.end - begin + kept >= BYTES || batch.bad.len() >= BAD_ROWS {
            if sender.blocking_send(Ok(batch)).is_err() {
                return Ok(());
            }
            batch = Batch { position, ..Batch::default() };
            (begin, kept) = (position.end, 0);
        }
    }
    if !batch.products.is_empty() || !batch.bad.is_empty() {
        let _ = sender.blocking_send(Ok(batch));
    }
    Ok(())
}

/// A file that ends when nobody wants its batches any more, so that a cancelled job does not read on to the first of them.
struct Abandonable<'a> {
    file: File,
    sender: &'a mpsc::Sender<Result<Batch, Failure>>,
}

impl std::io::Read for Abandonable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.sender.is_closed() {
            return Err(std::io::Error::other("the import has stopped"));
        }
        self.file.read(buffer)
    }
}
