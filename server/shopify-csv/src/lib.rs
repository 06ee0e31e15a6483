//! The Shopify product CSV, read and written.
//!
//! [`Reader`] takes any [`std::io::Read`] and gives one [`Item`] after the other: a product with all its
//! rows ([`ProductRecord`]) or a row that cannot be used ([`BadRow`]: line, column, value, reason). It
//! understands both header dialects and mixtures of them, commas, semicolons and tabs, UTF-8 and
//! Windows-1252, and every kind of line end. What cannot be a product file at all is refused at once with
//! a [`FileError`] that says what to do.
//!
//! Memory is bounded whatever the file holds: at most [`MAX_RECORD`] of the input is looked at together,
//! a product's rows may take [`MAX_PRODUCT`], and behind that only some twenty bytes are kept per product,
//! to notice a handle that comes twice.
//!
//! Nothing is left out silently. A product with a bad cell is not given at all, and every bad cell of it
//! is named; the products around it are not touched by that.
//!
//! [`content`] and [`edits`] turn a record into what the write path takes: a new product, or the edits
//! that make a known product agree with the file. [`Writer`] gives catalogues back in the newer dialect;
//! what it writes reads back as the same contents.

mod bad;
mod cell;
mod encoding;
mod group;
mod guard;
mod header;
mod merge;
mod products;
mod reader;
mod record;
mod row;
mod scan;
mod seen;
mod sniff;
mod source;
mod writer;

pub use self::{
    bad::{BadRow, FileError},
    encoding::Encoding,
    merge::{Ids, content, edits},
    reader::{Format, Options, Reader},
    record::{ImageRecord, Item, KeptColumns, ProductRecord, VariantRecord},
    writer::{Writer, extra_columns, write_cells},
};

/// The longest value of one cell, in bytes. A longer one is a bad row.
pub const MAX_CELL: usize = 1 << 20;
/// The longest row, in bytes. A longer one is a bad row, and is skipped without being held in memory.
pub const MAX_RECORD: usize = 4 << 20;
/// The most that all rows of one product may take, in bytes, with the names of their kept columns.
pub const MAX_PRODUCT: u64 = 16 << 20;
/// The longest name of a column, in characters.
pub const MAX_COLUMN_NAME: usize = 255;
/// The most columns a file may have.
pub const MAX_COLUMNS: usize = 2_048;
