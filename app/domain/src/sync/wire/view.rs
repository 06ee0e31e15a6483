//! Which rows a view of the list has. Only the server knows: a device asks for rows by their numbers, and has the products of a view only once
//! they are there.

use serde::{Deserialize, Serialize};

use super::{Notice, Span};
use crate::ids::{Seq, UserId};

/// The most spans in one answer: a tenth of a megabyte of numbers that are far from each other.
pub const MOST_SPANS: usize = 20_000;
/// The most bytes of a view's address.
pub const MOST_VIEW: usize = 16 * 1024;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub proto: u16,
    pub user: Option<UserId>,
    /// A `ListQuery` as it stands in an address. Its order does not matter.
    pub view: String,
    /// Only rows whose numbers are smaller: to go on where an answer ended.
    pub below: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewReply {
    pub notice: Notice,
    pub rows: ViewRows,
}

/// Rows with the highest numbers, which are the newest products.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewRows {
    /// Products in the whole view.
    pub of: u32,
    /// The change up to which that is so.
    pub as_of: Seq,
    /// In ascending order.
    pub spans: Vec<Span>,
    /// Whether there may be others with smaller numbers. Last, so that a reply that was cut off has none.
    pub more: bool,
}

impl View {
    /// Whether it asks for no more than a device may. Any other is refused (400).
    pub const fn is_sound(&self) -> bool {
        self.view.len() <= MOST_VIEW
    }
}
