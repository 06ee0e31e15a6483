//! The outbox as a person reads it.

use std::collections::BTreeSet;

use domain::{
    clock::Timestamp,
    ids::{OpId, ProductId, ReviewId, Seq},
    money::Currency,
    sync::{
        end::{Conflict, Differing, End},
        intent::{Intent, Payload, Seen, Verdict, Wanted},
        outbox::{Saved, State},
        shown::settles,
    },
};

use crate::{
    review::state::outbox::too_late,
    ui::values::{capital, readable},
};

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
    /// Why a decision about a suggestion did not hold, with what somebody has changed, and where to decide once more.
    Undecided(String, Vec<Differing>, ReviewId),
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
            State::Ended { end, .. }
                if end.needs_somebody()
                    && let Some(Intent::Review { review, .. }) = &intent =>
            {
                (undecided(end, *review), &mut listed.needs)
            }
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

/// A suggestion is decided about on its own page, with the words in sight.
fn undecided(end: &End, review: ReviewId) -> Standing {
    let (sentence, fields) = match end {
        End::Conflict(Conflict::Fields(fields) | Conflict::Stale(fields)) => {
            ("The product was changed since. The suggestion waits for another decision.".to_owned(), fields.clone())
        }
        End::Conflict(Conflict::Decided(decided)) => (capital(&too_late(*decided)), Vec::new()),
        End::Rejected(refusal) => (refusal.to_string(), Vec::new()),
        End::Applied | End::Merged | End::NoOp => (String::new(), Vec::new()),
    };
    Standing::Undecided(sentence, fields, review)
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
    match intent {
        Intent::Edit(wanted) => fields(wanted, currency),
        Intent::AdjustPrice { basis_points, .. } => format!("Prices changed by {}.{:02} %", basis_points / 100, basis_points.abs() % 100),
        Intent::Decide { approve: true, .. } => "Suggestion approved".to_owned(),
        Intent::Decide { approve: false, .. } => "Suggestion rejected".to_owned(),
        Intent::Review { verdict, .. } => said(verdict, currency),
        Intent::Create { handle, .. } => format!("New product {handle}"),
        Intent::Delete => "Moved to the trash".to_owned(),
        Intent::Restore => "Taken out of the trash".to_owned(),
        Intent::KeepTheirs { .. } => "Somebody else's kept".to_owned(),
    }
}

fn fields(wanted: &[Wanted], currency: Currency) -> String {
    let field = |wanted: &Wanted| format!("{}: {}", wanted.field.label(), readable(&wanted.field, &wanted.value, currency));
    match wanted {
        [one] => field(one),
        [first, rest @ ..] => format!("{}, and {} more", field(first), rest.len()),
        [] => "Nothing".to_owned(),
    }
}

/// `Suggestion rejected: Not true of the product`.
fn said(verdict: &Verdict, currency: Currency) -> String {
    let (what, more) = match verdict {
        Verdict::Approve(wanted) => ("Suggestion approved", fields(wanted, currency)),
        Verdict::Reject { .. } => ("Suggestion rejected", verdict.reason()),
        Verdict::Changes { .. } => ("Changes to a suggestion asked for", verdict.reason()),
    };
    if more.is_empty() { what.to_owned() } else { format!("{what}: {more}") }
}

#[cfg(test)]
mod tests {
    use domain::{
        field::{Field, Value},
        ids::{UserId, VersionId},
        sync::{intent::Decided, outbox::Draft},
    };

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

    fn review(verdict: Verdict) -> Intent {
        let at = Timestamp::from_micros(1);
        Intent::Review { review: ReviewId::new(at, [9; 10]), version: VersionId::new(at, [9; 10]), verdict }
    }

    #[test]
    fn decisions_about_suggestions_are_told_with_what_was_said() {
        let wanted = |field: Field, text: &str| Wanted { field, value: Value::text(text), seen: Seen::At(Seq(1)), was: Value::None };
        let told = |verdict| in_words(&review(verdict), Currency::EUR);

        let approved = told(Verdict::Approve(vec![wanted(Field::Title, "Oak lamp"), wanted(Field::SeoTitle, "Oak")]));
        assert_eq!(approved, "Suggestion approved: Title: Oak lamp, and 1 more");
        assert_eq!(told(Verdict::Reject { reason: "Not oak".into() }), "Suggestion rejected: Not oak");
        assert_eq!(told(Verdict::Reject { reason: String::new() }), "Suggestion rejected");
        assert_eq!(told(Verdict::Changes { remark: "Shorter".into() }), "Changes to a suggestion asked for: Shorter");
    }

    #[test]
    fn p03_a_decision_that_did_not_hold_leads_to_its_suggestion_until_another_one_is_made() {
        let reject = || review(Verdict::Reject { reason: String::new() });
        let too_late = || ended(End::Conflict(Conflict::Decided(Decided::Approved)));
        let stale = ended(End::Conflict(Conflict::Stale(differing())));

        let open = listed(&[saved(1, reject(), too_late())], Currency::EUR);
        let settled = listed(&[saved(1, reject(), stale), saved(2, reject(), ended(End::Applied))], Currency::EUR);

        let [Line { standing: Standing::Undecided(sentence, fields, review), .. }] = open.needs.as_slice() else { panic!("{open:?}") };
        assert_eq!((sentence.as_str(), fields.len()), ("Somebody has approved it before you. Your decision changed nothing.", 0));
        assert_eq!(*review, ReviewId::new(Timestamp::from_micros(1), [9; 10]));
        assert_eq!((settled.needs.len(), settled.ended.len()), (0, 2));
    }
}
