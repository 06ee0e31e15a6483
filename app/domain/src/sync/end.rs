//! Ends: what has become of an op, for good. Each op gets one, with a reason, and nothing that was typed is lost with it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::intent::Decided;
use crate::{
    change::FieldConflict,
    field::{Field, Value},
    reduce::{Outcome, Rejection},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Applied,
    /// Put together with what somebody else had written.
    Merged,
    /// All it wanted was already so.
    NoOp,
    Conflict(Conflict),
    Rejected(Refusal),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conflict {
    /// Fields that somebody changed since they were seen.
    Fields(Vec<Differing>),
    /// The suggestion was decided the other way, or there is a later one.
    Decided(Decided),
    /// The product was edited since the suggestion was written.
    Stale(Vec<Differing>),
}

/// All three sides of a conflict, so that it can be shown without anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differing {
    pub field: Field,
    /// What the editor had seen.
    pub base: Value,
    pub theirs: Value,
    pub mine: Value,
}

/// Why an op cannot be done. `Display` is a sentence for the person who wanted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    NotFound,
    Deleted,
    Exists,
    HandleTaken,
    /// With a sentence that says why.
    Invalid(Field, String),
    NotAllowed,
    /// No build that the server knows writes such an op.
    Unreadable,
    /// Another op has its id.
    Reused,
    TooLarge,
}

impl End {
    /// Whether a person has to do something about it.
    pub const fn needs_somebody(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Rejected(_))
    }

    /// Whether the product is as the op wanted it.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Applied | Self::Merged | Self::NoOp)
    }

    /// The end that an outcome is. `base_of` gives what the editor had seen of a field.
    pub fn of(outcome: &Outcome, base_of: impl Fn(&Field) -> Value) -> Self {
        match outcome {
            Outcome::Applied(_) => Self::Applied,
            Outcome::NoOp => Self::NoOp,
            Outcome::Conflict(conflicts) => Self::Conflict(Conflict::Fields(differing(conflicts, base_of))),
            Outcome::Rejected(rejection) => Self::Rejected(rejection.into()),
        }
    }
}

pub(super) fn differing(conflicts: &[FieldConflict], base_of: impl Fn(&Field) -> Value) -> Vec<Differing> {
    let of = |conflict: &FieldConflict| Differing {
        field: conflict.field.clone(),
        base: base_of(&conflict.field),
        theirs: conflict.theirs.clone(),
        mine: conflict.mine.clone(),
    };
    conflicts.iter().map(of).collect()
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::NotFound => Self::NotFound,
            Rejection::Deleted => Self::Deleted,
            Rejection::Exists => Self::Exists,
            Rejection::Invalid { field, reason } => Self::Invalid(field.clone(), reason.to_string()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "This product is no longer there.",
            Self::Deleted => "This product is in the trash. Restore it, or throw your change away.",
            Self::Exists => "This product has been made already.",
            Self::HandleTaken => "Another product has this handle.",
            Self::Invalid(_, sentence) => sentence,
            Self::NotAllowed => "You may not do this in this store.",
            Self::Unreadable => "The server does not understand this change.",
            Self::Reused => "This change was sent once before with other content.",
            Self::TooLarge => "This change is too large to be sent.",
        })
    }
}

impl std::error::Error for Refusal {}
