//! Reading products, one or many.

pub(crate) mod changes;
pub(crate) mod frames;
pub(crate) mod history;
pub(crate) mod known;
pub(crate) mod list;
pub(crate) mod part;
pub(crate) mod product;
pub(crate) mod rows;
