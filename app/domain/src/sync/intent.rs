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
    use uuid::Uuid;

    use super::*;
    use crate::sync::{golden, wire::Unreadable};

    /// What was sealed by the build that was the first to know it, byte by byte: a variant that is moved, or a field that is added before others, makes
    /// something else of what waits on devices. New ones are added here; none of these is changed.
    #[test]
    fn p12_what_earlier_builds_have_sealed_is_still_read() {
        let id = Uuid::from_u128;
        let wanted = |seen| Wanted { field: Field::Title, value: Value::text("Brass lamp"), seen, was: Value::text("Lamp") };
        let values = vec![
            (Field::Vendor, Value::None),
            (Field::GiftCard, Value::Flag(true)),
            (Field::Published, Value::Number(-7)),
            (Field::Tags, Value::List(vec!["a".into(), "b".into()])),
            (Field::Variant(VariantId(id(4))), Value::Record([("sku".to_owned(), Value::text("X-1"))].into())),
        ];
        let review = |verdict| Intent::Review { review: ReviewId(id(5)), version: VersionId(id(6)), verdict };
        // The moment and the batch.
        let tail = "8080f28183898506011000000000000000000000000000000003";
        for (intent, bytes) in [
            (
                Intent::Edit(vec![wanted(Seen::At(Seq(300))), wanted(Seen::After(OpId(id(7)), Seq(2)))]),
                "0002057469746c65030a4272617373206c616d7000d80403044c616d70057469746c65030a4272617373206c616d700110000000000000000000000000000000070403044c616d70",
            ),
            (Intent::AdjustPrice { variants: vec![VariantId(id(8))], basis_points: -1_000 }, "01011000000000000000000000000000000008cf0f"),
            (Intent::Decide { version: VersionId(id(6)), approve: true }, "02100000000000000000000000000000000601"),
            (
                Intent::Create { handle: "brass-lamp".parse().unwrap(), fields: values },
                "030a62726173732d6c616d70050676656e646f720009676966745f636172640101097075626c6973686564020d04746167730402016101622c76617269616e743a30303030303030302d303030302d303030302d303030302d303030303030303030303034050103736b750303582d31",
            ),
            (Intent::Delete, "04"),
            (Intent::Restore, "05"),
            (Intent::KeepTheirs { conflict: OpId(id(9)) }, "061000000000000000000000000000000009"),
            (
                review(Verdict::Approve(vec![wanted(Seen::At(Seq(1)))])),
                "07100000000000000000000000000000000510000000000000000000000000000000060001057469746c65030a4272617373206c616d70000203044c616d70",
            ),
            (
                review(Verdict::Reject { reason: "Too long".into() }),
                "07100000000000000000000000000000000510000000000000000000000000000000060108546f6f206c6f6e67",
            ),
            (
                review(Verdict::Changes { remark: "Shorter".into() }),
                "0710000000000000000000000000000000051000000000000000000000000000000006020753686f72746572",
            ),
        ] {
            let payload = Payload { intent, at: Timestamp::from_micros(1_700_000_000_000_000), batch: Some(OpId(id(3))) };
            let bytes = format!("{bytes}{tail}");

            assert_eq!(golden::sealed(&bytes).open::<Payload>(), Ok(payload.clone()), "{bytes}");
            // As it is sent today an earlier server reads it, too.
            assert!(golden::hex(&payload.seal()).starts_with(&bytes), "{payload:?}");
        }
        assert_eq!(golden::sealed("09").open::<Intent>(), Err(Unreadable));
    }

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
