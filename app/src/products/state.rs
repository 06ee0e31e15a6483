//! How the list behaves, apart from how it looks.

pub(super) mod address;
pub(super) mod chips;
pub(super) mod keys;
pub(super) mod pages;
pub(super) mod scroll;
