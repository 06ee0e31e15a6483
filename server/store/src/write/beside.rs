//! Rows that are written beside ops, in their transaction: both are there, or neither.

use std::{collections::HashMap, future::Future};

use domain::{
    clock::Timestamp,
    ids::{OpId, ProductId, Seq},
};
use ports::product::Receipt;

use crate::{StoreError, db::Tx};

/// What writes rows beside ops. A batch that met somebody else's change is done again from its beginning, and both
/// methods are called again: what they keep in `self` they make anew each time.
///
/// On PostgreSQL the products of the ops are locked before either is called, so whoever reads and writes by product is
/// alone with it. Rows beside the product, such as its reviews, are locked after it and never before: in one order nobody
/// waits for each other.
pub(crate) trait Beside: Send {
    /// The version that a product has to be at, once it is locked; else all is taken back.
    fn upon(&self) -> Option<(ProductId, Seq)> {
        None
    }

    /// Reads what is needed, once the products are locked and before anything is written. What takes time belongs here:
    /// from the writing of the ops to the commit all other writers of the store wait.
    fn look(&mut self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Go, StoreError>> + Send {
        let _ = tx;
        std::future::ready(Ok(Go::On))
    }

    /// Writes, once the ops are written and their answers are final. Nothing is committed yet.
    fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> impl Future<Output = Result<Go, StoreError>> + Send;
}

/// Whether a transaction goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Go {
    On,
    /// Takes everything back, the ops too: it is as if they had never been sent.
    Back,
}

/// What became of the ops.
#[derive(Clone, Copy)]
pub(crate) struct Done<'a> {
    /// One an op, in their order.
    pub(crate) receipts: &'a [Receipt],
    /// Ops that were sent before, with what was answered then: nothing was done for them now.
    pub(crate) before: &'a HashMap<OpId, Receipt>,
    /// The transaction's time.
    pub(crate) at: Timestamp,
}

/// Nothing beside.
pub(super) struct Nothing;

impl Beside for Nothing {
    fn write(&mut self, _: &mut Tx<'_>, _: Done<'_>) -> impl Future<Output = Result<Go, StoreError>> + Send {
        std::future::ready(Ok(Go::On))
    }
}

/// Nothing beside; but a product has to be as it was when the op was made.
pub(super) struct Upon {
    pub(super) product: ProductId,
    pub(super) version: Seq,
}

impl Beside for Upon {
    fn upon(&self) -> Option<(ProductId, Seq)> {
        Some((self.product, self.version))
    }

    fn write(&mut self, _: &mut Tx<'_>, _: Done<'_>) -> impl Future<Output = Result<Go, StoreError>> + Send {
        std::future::ready(Ok(Go::On))
    }
}
