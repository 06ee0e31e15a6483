//! A row of the list as it is shown.

use domain::{
    clock::Timestamp,
    ids::Seq,
    money::Currency,
    product::{OptimisationStatus, Status},
};
use ports::products::{Held, Listing, Row};

use crate::ui::format;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) optimisation: OptimisationStatus,
    pub(crate) vendor: String,
    pub(crate) product_type: String,
    /// With a `+` behind it when variants cost more.
    pub(crate) price: String,
    /// The address of the first picture; empty when there is none.
    pub(crate) thumbnail: String,
    pub(crate) updated_at: Timestamp,
}

/// How many products there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Totals {
    pub(crate) total: u32,
    pub(crate) of: u32,
    /// The change up to which this is known.
    pub(crate) as_of: Seq,
    /// What part of the store the device has, where these are from it.
    pub(crate) held: Option<Held>,
}

impl Line {
    pub(crate) fn new(row: Row, currency: Currency) -> Self {
        let price = match (row.price, row.highest_price) {
            (None, _) => String::new(),
            (Some(price), Some(highest)) if highest > price => format!("{}+", format::money(price, currency)),
            (Some(price), _) => format::money(price, currency),
        };
        Self {
            handle: row.handle.to_string(),
            title: row.title,
            status: row.status,
            optimisation: row.optimisation,
            vendor: row.vendor,
            product_type: row.product_type,
            price,
            thumbnail: row.thumbnail,
            updated_at: row.updated_at,
        }
    }
}

/// An answer as rows, which one they begin with, and how many there are.
pub(crate) fn lines(listing: Listing, currency: Currency) -> (Vec<Line>, u32, Totals) {
    let Listing { start, rows, total, of, as_of, held, .. } = listing;
    let lines = rows.into_iter().map(|row| Line::new(row, currency)).collect();
    (lines, start, Totals { total, of, as_of, held })
}
