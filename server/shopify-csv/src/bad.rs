//! What is wrong with a file or with one row of it, as sentences for the person who has to mend it.

use std::io;

/// A row, or one cell of it, that cannot be used. The product it belongs to is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where the row begins, or, for a quote left open, where that quote is. The header is on line 1.
    pub line: u64,
    /// The header above the cell, as the file spells it: at most [`MAX_COLUMN_NAME`](crate::MAX_COLUMN_NAME) characters.
    /// Empty when the whole row is meant.
    pub column: String,
    /// What stands there, at most its first 80 characters.
    pub value: String,
    pub reason: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("The file could not be read: {0}. Check that it is still there and may be read, and import it again.")]
    Io(#[from] io::Error),
    #[error("This file is empty. Export the products as CSV again and import that file.")]
    Empty,
    #[error("This is {what}, not a CSV file. {advice}")]
    NotCsv { what: &'static str, advice: &'static str },
    #[error("This file is encoded as UTF-16. Save it as CSV in UTF-8 and import that file.")]
    Utf16,
    #[error("This file has a header and no products below it. Export the products as CSV again and import that file.")]
    NoRows,
    #[error("The header has a quote that is not closed properly. Put the column names into the first line, with a comma between them.")]
    BrokenHeader,
    #[error("The first line is too long for a header. Put the column names into the first line, with a comma between them.")]
    HeaderTooLong,
    #[error("This file has more than {limit} columns. Take out those that are not needed.")]
    TooManyColumns { limit: usize },
    #[error(
        "The columns Title and Handle (or URL handle) are both missing, so no row can be told to be a product. The first line has these columns: {found}. Name the column of the products' titles Title and import the file again."
    )]
    MissingColumns { found: String },
    #[error(
        "The column name that begins with {start} has {characters} characters; the limit is {limit}. Put short column names into the first line."
    )]
    ColumnNameTooLong { start: String, characters: usize, limit: usize },
    #[error("These columns are there twice: {found}. Take out or rename one of each.")]
    DuplicateColumns { found: String },
}

impl BadRow {
    pub(crate) fn new(line: u64, column: impl Into<String>, value: &str, reason: impl Into<String>) -> Self {
        Self { line, column: column.into(), value: start_of(value), reason: reason.into() }
    }
}

/// The most characters of a bad value that are shown.
const SHOWN_CHARS: usize = 80;

pub(crate) fn start_of(value: &str) -> String {
    value.chars().take(SHOWN_CHARS).collect()
}

/// The first few of a list, for a person who wonders what was found.
pub(crate) fn some_of(all: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut some: Vec<String> = all.iter().take(SHOWN).map(|text| start_of(text)).collect();
    if all.len() > SHOWN {
        some.push(format!("and {} more", all.len() - SHOWN));
    }
    some.join(", ")
}
