//! A change: what an op did, as the log keeps it.

use serde::{Deserialize, Serialize};

use crate::{
    field::{Field, Value},
    ids::Seq,
};

/// One field from one value to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: Field,
    pub before: Value,
    pub after: Value,
}

/// What happened to a product as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    /// The log of a creation lists no fields: what the product was made with is its present state,
    /// taken back through the `before` of every later change.
    Created,
    Edited,
    Deleted,
    Restored,
}

impl ChangeKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Created, Self::Edited, Self::Deleted, Self::Restored].into_iter().find(|kind| kind.name() == name)
    }
}

/// An edit that was decided upon a value which somebody has replaced since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    pub field: Field,
    /// The version the editor had seen.
    pub seen: Seq,
    /// The version that is there now, and its value.
    pub current: Seq,
    pub theirs: Value,
    /// What the editor wanted. Nothing of it is lost.
    pub mine: Value,
}
