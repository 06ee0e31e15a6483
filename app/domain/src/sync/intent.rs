//! Intents: what a person wants, as it is saved and sent. The server turns one into an [`Op`] at the moment it decides, as only then is
//! known what an own earlier op has become, what the present price is, and how a suggestion was decided.

mod decide;
mod evaluate;
mod verdict;

use serde::{Deserialize, Serialize};

pub use self::{
    decide::{Decided, Suggestion},
    evaluate::{Judged, evaluate, shown},
    verdict::{LONGEST_REASON, Verdict},
};
use super::wire::Sealed;
use crate::{
    clock::Timestamp,
    field::{Field, Value},
    handle::Handle,
    ids::{OpId, ReviewId, Seq, VariantId, VersionId},
    money::Money,
    role::{Permission, Role},
};

/// What is sealed in an op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    pub intent: Intent,
    /// When it was wanted, by the clock of the device: to be shown, never to decide by.
    pub at: Timestamp,
    /// Those that were wanted together have the same, to be undone together.
    pub batch: Option<OpId>,
}

/// New intents come last: a server tells one it does not know by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// Sets fields, all or none.
    Edit(Vec<Wanted>),
    /// Raises or lowers prices, whatever they are when it is done.
    AdjustPrice {
        /// All of the product's variants when empty.
        variants: Vec<VariantId>,
        /// Hundredths of a percent: -1,000 is a tenth off.
        basis_points: i32,
    },
    /// Decides about a suggestion as it was written. Only earlier builds say no more than that.
    Decide {
        version: VersionId,
        approve: bool,
    },
    Create {
        handle: Handle,
        fields: Vec<(Field, Value)>,
    },
    Delete,
    Restore,
    /// Takes what the other one has written in the conflict of an own op.
    KeepTheirs {
        conflict: OpId,
    },
    /// Decides about a suggestion, with all that a reviewer can say of it.
    Review {
        /// Where the person finds it again; what is decided about is the version.
        review: ReviewId,
        version: VersionId,
        verdict: Verdict,
    },
}

/// One field, what is wanted of it, and what was on the screen when it was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub field: Field,
    pub value: Value,
    pub seen: Seen,
    /// The value that was seen. A version alone does not tell it: a restored server counts versions anew.
    pub was: Value,
}

/// Which version was on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    At(Seq),
    /// That which an own op was about to make of this version.
    After(OpId, Seq),
}

impl Seen {
    /// The version without it.
    pub const fn version(self) -> Seq {
        match self {
            Self::At(seq) | Self::After(_, seq) => seq,
        }
    }

    /// The own op that was seen.
    pub const fn own(self) -> Option<OpId> {
        match self {
            Self::At(_) => None,
            Self::After(op, _) => Some(op),
        }
    }
}

impl Payload {
    pub fn seal(&self) -> Sealed {
        Sealed::of(self)
    }
}

impl Intent {
    /// Of one field that was seen at a version.
    pub fn edit(field: Field, seen: Seen, was: Value, value: Value) -> Self {
        Self::Edit(vec![Wanted { field, value, seen, was }])
    }

    /// What it takes to want this.
    pub const fn permission(&self) -> Permission {
        match self {
            // Whoever decides about suggestions meets conflicts, and closes them.
            Self::Decide { .. } | Self::Review { .. } | Self::KeepTheirs { .. } => Permission::Review,
            _ => Permission::Edit,
        }
    }

    /// The earliest rules that know it: to a server of earlier ones it is not sent to be refused, it waits.
    pub const fn rules(&self) -> u16 {
        match self {
            Self::Review { .. } => 2,
            _ => 1,
        }
    }

    pub const fn allowed(&self, role: Role) -> bool {
        role.may(self.permission())
    }
}

/// A price after a change by some hundredths of a percent, rounded to the nearest minor unit, halves away from zero.
/// None when it is below nothing or above what is believed.
pub fn adjusted(price: Money, basis_points: i32) -> Option<Money> {
    let product = i128::from(price.0) * (10_000 + i128::from(basis_points));
    let rounded = (product.abs() + 5_000) / 10_000 * product.signum();
    i64::try_from(rounded).ok().map(Money).filter(|price| (0..=Money::MAX.0).contains(&price.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_rounded_to_the_nearest_cent() {
        assert_eq!(adjusted(Money(999), -1_000), Some(Money(899)));
        assert_eq!(adjusted(Money(5), -1_000), Some(Money(5)));
        assert_eq!(adjusted(Money(100), -10_000), Some(Money(0)));
        assert_eq!(adjusted(Money(100), -10_001), Some(Money(0)));
        assert_eq!(adjusted(Money(100), -20_000), None);
        assert_eq!(adjusted(Money::MAX, 1), None);
        assert_eq!(adjusted(Money(i64::MAX), i32::MAX), None);
    }

    #[test]
    fn a_reviewer_decides_and_does_not_edit() {
        let decide = Intent::Decide { version: VersionId(uuid::Uuid::nil()), approve: true };

        assert!(decide.allowed(Role::Reviewer) && !Intent::Delete.allowed(Role::Reviewer));
        assert!(Intent::Delete.allowed(Role::Editor) && !decide.allowed(Role::Viewer));
    }

    #[test]
    fn whoever_may_decide_may_close_what_came_of_it() {
        let close = Intent::KeepTheirs { conflict: OpId(uuid::Uuid::nil()) };

        assert!(close.allowed(Role::Reviewer) && close.allowed(Role::Editor) && !close.allowed(Role::Viewer));
    }
}
