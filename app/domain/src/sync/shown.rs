//! What a person sees of all this: four states of a change, and one indicator.

use super::{
    end::End,
    intent::{Intent, Payload},
    outbox::{Loaded, Saved, State},
};
use crate::clock::Timestamp;

/// In the order of how much they ask of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Nothing to be done.
    Synced,
    /// On its way, and safe.
    Saved,
    NeedsYou,
    /// Only on the screen.
    NotSaved,
}

/// The state of one change; `saved` is none for what is not in the outbox.
pub const fn shown(saved: Option<&Saved>) -> Shown {
    match saved {
        None => Shown::NotSaved,
        Some(saved) => match &saved.state {
            State::Pending => Shown::Saved,
            State::Quarantined => Shown::NeedsYou,
            State::Ended { end: End::Conflict(_) | End::Rejected(_), .. } => Shown::NeedsYou,
            State::Ended { .. } | State::Discarded { .. } => Shown::Synced,
        },
    }
}

/// Whether a later op says what is to become of the conflict or the refusal of an earlier one: it keeps what somebody else wrote, or wants something
/// else of the same fields or of the same suggestion.
pub fn settles(later: &Saved, earlier: &Saved) -> bool {
    let intent = |saved: &Saved| saved.draft.payload.open::<Payload>().ok().map(|payload| payload.intent);
    if later.draft.lane != earlier.draft.lane || later.draft.user != earlier.draft.user || later.number <= earlier.number {
        return false;
    }
    match (intent(later), intent(earlier)) {
        (Some(Intent::KeepTheirs { conflict }), _) => conflict == earlier.draft.id,
        (Some(Intent::Edit(wanted)), Some(Intent::Edit(before))) => {
            wanted.iter().any(|wanted| before.iter().any(|before| before.field == wanted.field))
        }
        (Some(Intent::Review { version, .. }), Some(Intent::Review { version: before, .. })) => version == before,
        _ => false,
    }
}

/// What the corner of the screen says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indicator {
    /// Changes that the server does not have yet.
    pub pending: usize,
    /// Of those, which the server has turned away for now.
    pub quarantined: usize,
    /// Whole seconds since the oldest of them was saved. A clock that was set back makes it 0.
    pub oldest_seconds: Option<u64>,
    pub trouble: Option<Stopped>,
}

/// Why nothing goes out, where a person can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    SignIn,
    /// This build is too old for anything but sending what it has.
    OldBuild,
}

impl Indicator {
    pub fn of(loaded: &Loaded, now: Timestamp, trouble: Option<Stopped>) -> Self {
        let age = |oldest: Timestamp| u64::try_from(now.micros().saturating_sub(oldest.micros()) / 1_000_000).unwrap_or(0);
        Self { pending: loaded.count + loaded.quarantined, quarantined: loaded.quarantined, oldest_seconds: loaded.oldest.map(age), trouble }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{DeviceId, OpId, ProductId, ReviewId, UserId, VersionId},
        sync::{
            end::Refusal,
            intent::Verdict,
            outbox::{Draft, Outbox},
            wire::Sealed,
        },
    };

    #[test]
    fn p03_every_op_is_in_one_of_four_states() {
        let nil = uuid::Uuid::nil();
        let draft = Draft { id: OpId(nil), lane: ProductId(nil), user: UserId(nil), payload: Sealed::default(), row: None, at: Timestamp::default() };
        let with = |state| shown(Some(&Saved { number: 1, reducer: 1, draft: draft.clone(), state }));
        let ended = |end| State::Ended { end, seq: None, at: Timestamp::default() };

        assert_eq!(shown(None), Shown::NotSaved);
        assert_eq!([with(State::Pending), with(ended(End::Applied)), with(ended(End::NoOp))], [Shown::Saved, Shown::Synced, Shown::Synced]);
        assert_eq!([with(State::Quarantined), with(ended(End::Rejected(Refusal::Deleted)))], [Shown::NeedsYou; 2]);
    }

    #[test]
    fn p03_a_decision_that_did_not_hold_is_settled_by_the_next_one_about_the_same_suggestion() {
        let nil = uuid::Uuid::nil();
        let decision = |number: u8, version: u128| {
            let intent = Intent::Review {
                review: ReviewId(nil),
                version: VersionId(uuid::Uuid::from_u128(version)),
                verdict: Verdict::Reject { reason: String::new() },
            };
            let payload = Payload { intent, at: Timestamp::default(), batch: None }.seal();
            let id = OpId(uuid::Uuid::from_u128(number.into()));
            let draft = Draft { id, lane: ProductId(nil), user: UserId(nil), payload, row: None, at: Timestamp::default() };
            Saved { number: number.into(), reducer: 2, draft, state: State::Pending }
        };

        assert!(settles(&decision(2, 5), &decision(1, 5)));
        assert!(!settles(&decision(2, 6), &decision(1, 5)) && !settles(&decision(1, 5), &decision(2, 5)));
    }

    #[test]
    fn p05_the_age_of_the_oldest_change_is_told_whatever_the_clock_says() {
        let at = Timestamp::from_micros(10_000_000);
        let meta = Outbox::new(DeviceId(uuid::Uuid::nil())).meta;
        let loaded = Loaded { meta, pending: Vec::new(), count: 2, quarantined: 1, oldest: Some(at) };

        let age = |now: Timestamp| Indicator::of(&loaded, now, None).oldest_seconds;

        assert_eq!((age(at.plus_seconds(61)), age(at.plus_seconds(-315_360_000))), (Some(61), Some(0)));
        assert_eq!(Indicator::of(&loaded, at, None).pending, 3);
    }
}
