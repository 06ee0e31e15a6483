//! One row's cells as text.

use std::borrow::Cow;

use crate::{encoding::Encoding, guard, scan::Cell};

pub(crate) struct Row<'a> {
    raw: &'a [u8],
    /// The whole row, when it is valid UTF-8 in a file that is.
    text: Option<&'a str>,
    cells: &'a [Cell],
    /// The first cell with something in it for which the header has no column.
    surplus: Option<Cell>,
    encoding: Encoding,
}

/// A cell that is not UTF-8 in a file that is.
#[derive(Debug)]
pub(crate) struct NotText;

impl<'a> Row<'a> {
    pub(crate) fn new(raw: &'a [u8], cells: &'a [Cell], surplus: Option<Cell>, encoding: Encoding) -> Self {
        let text = if encoding == Encoding::Utf8 { str::from_utf8(raw).ok() } else { None };
        Self { raw, text, cells, surplus, encoding }
    }

    /// The text of a cell, empty where the row has none.
    pub(crate) fn cell(&self, at: usize) -> Result<Cow<'a, str>, NotText> {
        self.cells.get(at).map_or(Ok(Cow::Borrowed("")), |cell| self.decode(*cell))
    }

    fn decode(&self, cell: Cell) -> Result<Cow<'a, str>, NotText> {
        let range = cell.start as usize..cell.end as usize;
        let text = match self.text {
            Some(text) => Cow::Borrowed(&text[range]),
            None => self.encoding.decode(&self.raw[range]).ok_or(NotText)?,
        };
        let text = if cell.escaped { Cow::Owned(text.replace("\"\"", "\"")) } else { text };
        Ok(guard::unprotect(text))
    }

    /// For showing a cell that is broken.
    pub(crate) fn lossy(&self, at: usize) -> Cow<'a, str> {
        self.cells.get(at).map_or(Cow::Borrowed(""), |cell| self.decode_lossy(*cell))
    }

    pub(crate) fn surplus(&self) -> Option<Cow<'a, str>> {
        self.surplus.map(|cell| self.decode_lossy(cell))
    }

    fn decode_lossy(&self, cell: Cell) -> Cow<'a, str> {
        self.encoding.decode_lossy(&self.raw[cell.start as usize..cell.end as usize])
    }

    pub(crate) fn is_empty(&self, at: usize) -> bool {
        self.cells.get(at).is_none_or(|cell| cell.start == cell.end)
    }

    /// Whether nothing but spaces stands in a cell.
    pub(crate) fn is_blank(&self, at: usize) -> bool {
        self.cells.get(at).is_none_or(|cell| self.raw[cell.start as usize..cell.end as usize].trim_ascii().is_empty())
    }

    /// The first cell that has something in it.
    pub(crate) fn first_filled(&self) -> Option<usize> {
        (0..self.cells.len()).find(|at| !self.is_blank(*at))
    }

    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }
}
