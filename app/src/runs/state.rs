//! How runs stand and what they take, in words, apart from how it looks.

pub(super) mod choice;
pub(super) mod estimate;
pub(super) mod standing;
