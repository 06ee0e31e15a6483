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
    /// To the second, as the page tells it: a row that is read back from the page is the one that comes later, and is not drawn anew under
    /// somebody's finger.
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
            updated_at: to_the_second(row.updated_at),
        }
    }
}

/// An answer as rows, which one they begin with, and how many there are.
pub(crate) fn lines(listing: Listing, currency: Currency) -> (Vec<Line>, u32, Totals) {
    let Listing { start, rows, total, of, as_of, held, .. } = listing;
    let lines = rows.into_iter().map(|row| Line::new(row, currency)).collect();
    (lines, start, Totals { total, of, as_of, held })
}

fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().div_euclid(1_000_000) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_what_can_be_read_back_from_the_page() {
        let told = [1_709_209_845_999_999, 1_709_209_845_000_001, -1].map(|micros| to_the_second(Timestamp::from_micros(micros)));

        assert_eq!(told.map(Timestamp::micros), [1_709_209_845_000_000, 1_709_209_845_000_000, -1_000_000]);
        assert_eq!(told[2].to_string(), Timestamp::from_micros(-1).to_string());
    }
}
