//! The outbox as a person reads it.

use std::collections::BTreeSet;

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{OpId, ProductId, Seq},
    money::Currency,
    sync::{
        end::{Conflict, Differing, End},
        intent::{Intent, Payload, Seen, Wanted},
        outbox::{Saved, State},
        shown::settles,
    },
};

use crate::ui::values::readable;

/// Ends that are shown; the outbox has those of ninety days.
const ENDS: usize = 100;

/// Newest first, each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Listed {
    pub needs: Vec<Line>,
    pub waits: Vec<Line>,
    pub ended: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub op: OpId,
    pub product: ProductId,
    /// `Title: Oak lamp`.
    pub wanted: String,
    pub at: Timestamp,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Standing {
    Waits,
    /// The server lets this person send nothing.
    NotAllowed,
    /// Somebody was faster. The change number is that of the answer.
    Differs(Vec<Differing>, Seq),
    /// Why it cannot be done.
    Refused(String),
    /// What has become of it.
    Ended(&'static str),
}

/// What there is of somebody, in the order of its numbers, in words.
pub(super) fn listed(ops: &[Saved], currency: Currency) -> Listed {
    let mut listed = Listed::default();
    for (at, saved) in ops.iter().enumerate().rev() {
        let intent = saved.draft.payload.open::<Payload>().ok().map(|payload| payload.intent);
        if matches!(intent, Some(Intent::KeepTheirs { .. })) && !saved.is_waiting() {
            continue;
        }
        let is_settled = || ops[at + 1..].iter().any(|later| settles(later, saved));
        let (standing, list) = match &saved.state {
            State::Pending => (Standing::Waits, &mut listed.waits),
            State::Quarantined => (Standing::NotAllowed, &mut listed.waits),
            State::Discarded { .. } => (Standing::Ended("Thrown away"), &mut listed.ended),
            State::Ended { end, .. } if end.needs_somebody() && is_settled() => (Standing::Ended("Decided by you"), &mut listed.ended),
            State::Ended { end, seq, .. } => match end {
                End::Applied => (Standing::Ended("Saved"), &mut listed.ended),
                End::Merged => (Standing::Ended("Put together with what somebody else wrote"), &mut listed.ended),
                End::NoOp => (Standing::Ended("Was so already"), &mut listed.ended),
                End::Conflict(Conflict::Fields(fields)) => (Standing::Differs(fields.clone(), seq.unwrap_or_default()), &mut listed.needs),
                End::Conflict(Conflict::Stale(_)) => {
                    (Standing::Refused("The product was changed since this was suggested. Look at it again.".to_owned()), &mut listed.needs)
                }
                End::Conflict(Conflict::Decided(_)) => (Standing::Refused("Somebody else had decided the other way.".to_owned()), &mut listed.needs),
                End::Rejected(refusal) => (Standing::Refused(refusal.to_string()), &mut listed.needs),
            },
        };
        let wanted = intent.as_ref().map_or_else(|| "A change of another version of Vitrine".to_owned(), |intent| in_words(intent, currency));
        list.push(Line { op: saved.draft.id, product: saved.draft.lane, wanted, at: saved.draft.at, standing });
    }
    listed.ended.truncate(ENDS);
    listed
}

/// What is wanted when somebody keeps theirs against another's: upon what was there.
pub(super) fn mine(fields: &[Differing], seq: Seq) -> Intent {
    let wanted = |differing: &Differing| Wanted {
        field: differing.field.clone(),
        value: differing.mine.clone(),
        seen: Seen::At(seq),
        was: differing.theirs.clone(),
    };
    Intent::Edit(fields.iter().map(wanted).collect())
}

impl Listed {
    /// All products there is something of.
    pub(super) fn products(&self) -> BTreeSet<ProductId> {
        self.needs.iter().chain(&self.waits).chain(&self.ended).map(|line| line.product).collect()
    }
}

fn in_words(intent: &Intent, currency: Currency) -> String {
    let field = |field: &Field, value: &Value| format!("{}: {}", field.label(), readable(field, value, currency));
    match intent {
        Intent::Edit(wanted) => match wanted.as_slice() {
            [one] => field(&one.field, &one.value),
            [first, rest @ ..] => format!("{}, and {} more", field(&first.field, &first.value), rest.len()),
            [] => "Nothing".to_owned(),
        },
        Intent::AdjustPrice { basis_points, .. } => format!("Prices changed by {}.{:02} %", basis_points / 100, basis_points.abs() % 100),
        Intent::Decide { approve: true, .. } => "A suggestion approved".to_owned(),
        Intent::Decide { approve: false, .. } => "A suggestion rejected".to_owned(),
        Intent::Create { handle, .. } => format!("New product {handle}"),
        Intent::Delete => "Moved to the trash".to_owned(),
        Intent::Restore => "Taken out of the trash".to_owned(),
        Intent::KeepTheirs { .. } => "Somebody else's kept".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{ids::UserId, sync::outbox::Draft};

    use super::*;

    fn op(n: u8) -> OpId {
        OpId::new(Timestamp::from_micros(1), [n; 10])
    }

    fn saved(number: u8, intent: Intent, state: State) -> Saved {
        let at = Timestamp::from_micros(1);
        let payload = Payload { intent, at, batch: None }.seal();
        let (lane, user) = (ProductId::new(at, [1; 10]), UserId::new(at, [1; 10]));
        let draft = Draft { id: op(number), lane, user, payload, row: None, at };
        Saved { number: number.into(), reducer: 1, draft, state }
    }

    fn title(text: &str) -> Intent {
        Intent::edit(Field::Title, Seen::At(Seq(1)), Value::text("Lamp"), Value::text(text))
    }

    fn ended(end: End) -> State {
        State::Ended { end, seq: Some(Seq(7)), at: Timestamp::from_micros(1) }
    }

    fn differing() -> Vec<Differing> {
        vec![Differing { field: Field::Title, base: Value::text("Lamp"), theirs: Value::text("Theirs"), mine: Value::text("Mine") }]
    }

    #[test]
    fn p03_everything_is_in_one_place_and_says_what_has_become_of_it() {
        let conflict = || ended(End::Conflict(Conflict::Fields(differing())));
        let ops = [
            saved(1, title("A"), ended(End::Applied)),
            saved(2, title("Mine"), conflict()),
            saved(3, Intent::KeepTheirs { conflict: op(2) }, ended(End::NoOp)),
            saved(4, title("Mine"), conflict()),
            saved(5, Intent::Delete, State::Pending),
        ];

        let listed = listed(&ops, Currency::EUR);

        let told = |lines: &[Line]| lines.iter().map(|line| (line.op, line.wanted.clone(), line.standing.clone())).collect::<Vec<_>>();
        assert_eq!(told(&listed.waits), [(op(5), "Moved to the trash".to_owned(), Standing::Waits)]);
        assert_eq!(told(&listed.needs), [(op(4), "Title: Mine".to_owned(), Standing::Differs(differing(), Seq(7)))]);
        assert_eq!(listed.products().len(), 1);
        assert_eq!(listed.ended.iter().map(|line| line.op).collect::<Vec<_>>(), [op(2), op(1)]);
    }

    #[test]
    fn p04_mine_is_wanted_upon_what_the_other_one_wrote() {
        let Intent::Edit(wanted) = mine(&differing(), Seq(7)) else { panic!() };

        assert_eq!((wanted[0].seen, &wanted[0].was, &wanted[0].value), (Seen::At(Seq(7)), &Value::text("Theirs"), &Value::text("Mine")));
    }
}
