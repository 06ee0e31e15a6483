//! Which days, and what their figures say, apart from how it looks.

pub mod budget;
pub(super) mod columns;
pub(super) mod figures;
pub(super) mod range;
