//! What the person has decided about suggestions on this device: the server's answers may be from before.

use domain::{
    ids::{ProductId, Seq, UserId},
    sync::{
        intent::{Intent, Payload},
        outbox::{Saved, State},
    },
};
use ports::review::Card;

/// The products whose suggestions were decided about, and the changes that made it so; none before the server knows.
pub(super) struct Decisions(Vec<(ProductId, Option<Seq>)>);

impl Decisions {
    /// Ops of others stay theirs: they may share a device, and nothing else.
    pub(super) fn of(ops: &[Saved], user: UserId) -> Self {
        let decided = |saved: &Saved| {
            let at = match &saved.state {
                State::Pending | State::Quarantined => None,
                State::Ended { end, seq: Some(seq), .. } if end.is_done() => Some(*seq),
                State::Ended { .. } | State::Discarded { .. } => return None,
            };
            let Payload { intent, .. } = saved.draft.payload.open().ok()?;
            // What is none of these is a decision, also one of another kind.
            let is_other = matches!(
                intent,
                Intent::Edit(_) | Intent::AdjustPrice { .. } | Intent::Create { .. } | Intent::Delete | Intent::Restore | Intent::KeepTheirs { .. }
            );
            (!is_other).then_some((saved.draft.lane, at))
        };
        Self(ops.iter().filter(|saved| saved.draft.user == user).filter_map(decided).collect())
    }

    /// Whether an open suggestion that was told of at a change was decided about behind it. A product has one at a time.
    pub(super) fn have(&self, card: &Card, seq: Seq) -> bool {
        self.0.iter().any(|(product, at)| *product == card.product && at.is_none_or(|at| at > seq))
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::Timestamp,
        ids::{OpId, VersionId},
        sync::{end::End, outbox::Draft},
    };

    use super::*;
    use crate::review::state::seat::tests::card;

    fn user(number: u8) -> UserId {
        UserId::new(Timestamp::from_micros(1), [number; 10])
    }

    fn op(number: u8, intent: Intent, state: State) -> Saved {
        let at = Timestamp::from_micros(1);
        let payload = Payload { intent, at, batch: None }.seal();
        let draft = Draft { id: OpId::new(at, [number; 10]), lane: card(number).product, user: user(1), payload, row: None, at };
        Saved { number: number.into(), reducer: 1, draft, state }
    }

    #[test]
    fn p07_what_one_has_decided_is_known_until_the_answer_knows_it_too() {
        let decide = |number: u8| Intent::Decide { version: VersionId::new(Timestamp::from_micros(1), [number; 10]), approve: true };
        let ended = |end| State::Ended { end, seq: Some(Seq(9)), at: Timestamp::from_micros(1) };
        let ops = [
            op(1, decide(1), State::Pending),
            op(2, decide(2), ended(End::Applied)),
            op(3, decide(3), ended(End::Rejected(domain::sync::end::Refusal::NotAllowed))),
            op(4, Intent::Delete, State::Pending),
        ];

        let decisions = Decisions::of(&ops, user(1));

        let have = |seq| [1, 2, 3, 4].map(|number| decisions.have(&card(number), Seq(seq)));
        assert_eq!((have(8), have(9)), ([true, true, false, false], [true, false, false, false]));
        assert!(!Decisions::of(&ops, user(2)).have(&card(1), Seq(1)));
    }
}
