//! What the reviewer chooses about a suggestion, and what a decision makes of it.

use domain::{
    change::FieldConflict,
    sync::intent::{Seen, Verdict, Wanted},
    words::Words,
};
use ports::review::{CardField, Judgement};

use super::{Seat, written};

/// Why a suggestion cannot be accepted as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// No field is ticked.
    Nothing,
    /// This field was edited since, and nobody has said that it may be replaced.
    Edited(usize),
}

impl Seat {
    /// Takes what the reviewer has written into a field; the same as the suggestion is nothing.
    pub(crate) fn write(&mut self, at: usize, text: &str) {
        if let (Some(field), Some(draft)) = (self.card.fields.get(at), self.drafts.get_mut(at)) {
            draft.text = (text != written(&field.after)).then(|| text.to_owned());
        }
        self.forget_judgement();
    }

    /// Takes back what the reviewer has written into a field.
    pub(crate) fn revert(&mut self, at: usize) {
        if let Some(draft) = self.drafts.get_mut(at) {
            draft.text = None;
        }
        self.forget_judgement();
    }

    pub(crate) fn is_edited(&self) -> bool {
        self.drafts.iter().any(|draft| draft.text.is_some())
    }

    /// Whether something was chosen or written.
    #[cfg(feature = "hydrate")]
    pub(crate) fn is_touched(&self) -> bool {
        self.is_editing || self.drafts.iter().any(|draft| !draft.is_on || draft.replaces || draft.text.is_some())
    }

    /// What is as it was suggested was judged when it was written.
    fn forget_judgement(&mut self) {
        if !self.is_edited() {
            self.judgement = None;
        }
    }

    /// All fields, ticked or not, as they are judged.
    pub(crate) fn all_words(&self) -> Words {
        (0..self.drafts.len()).map(|at| (self.card.fields[at].field.clone(), self.value(at))).collect()
    }

    /// Takes what the server said of some words; whether those are what is written now. Answers to older questions are of no
    /// use.
    pub(crate) fn take_judgement(&mut self, words: &Words, judgement: Judgement) -> bool {
        let is_of_now = self.is_edited() && self.all_words() == *words;
        if is_of_now {
            self.judgement = Some(judgement);
        }
        is_of_now
    }

    /// The ticked fields with the values they would get, and what was seen of each.
    pub(crate) fn accept(&self) -> Result<Verdict, Stop> {
        let ticked = || self.card.fields.iter().zip(&self.drafts).enumerate().filter(|(_, (_, draft))| draft.is_on);
        if let Some((at, _)) = ticked().find(|(_, (field, draft))| field.changed_since.is_some() && !draft.replaces) {
            return Err(Stop::Edited(at));
        }
        let wanted = |(at, (field, _)): (usize, (&CardField, _))| {
            let (was, seen) = field.changed_since.clone().unwrap_or_else(|| (field.before.clone(), field.base));
            Wanted { field: field.field.clone(), value: self.value(at), seen: Seen::At(seen), was }
        };
        let wanted: Vec<Wanted> = ticked().map(wanted).collect();
        if wanted.is_empty() { Err(Stop::Nothing) } else { Ok(Verdict::Approve(wanted)) }
    }

    /// Notes what somebody has written meanwhile.
    pub(crate) fn note(&mut self, conflicts: &[FieldConflict]) {
        for conflict in conflicts {
            for (field, draft) in self.card.fields.iter_mut().zip(&mut self.drafts).filter(|(field, _)| field.field == conflict.field) {
                field.changed_since = Some((conflict.theirs.clone(), conflict.current));
                draft.replaces = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{
        field::{Field, Value},
        ids::Seq,
        words::{
            check::{Finding, FindingKind},
            part::Part,
            score::Scores,
        },
    };

    use super::{
        super::{Draft, tests::card},
        *,
    };

    fn accepted(seat: &Seat) -> (Words, BTreeMap<Field, Seq>) {
        let Ok(verdict) = seat.accept() else { panic!("{:?}", seat.accept()) };
        let seen = verdict.wanted().iter().map(|wanted| (wanted.field.clone(), wanted.seen.version())).collect();
        (verdict.words().unwrap(), seen)
    }

    #[test]
    fn what_is_ticked_is_accepted_as_it_was_suggested() {
        let mut seat = Seat::new(card(1));
        seat.drafts[1].is_on = false;

        let (words, seen) = accepted(&seat);

        assert_eq!((words.title.as_deref(), words.description), (Some("Brass lamp"), None));
        assert_eq!(words.tags, Some(vec!["a".into(), "b".into()]));
        assert_eq!(seen, [(Field::Title, Seq(3)), (Field::Tags, Seq(3))].into());
    }

    #[test]
    fn what_the_reviewer_has_written_goes_before_what_was_suggested() {
        let mut seat = Seat::new(card(1));
        seat.write(0, "  Brass \n lamp,  round ");
        seat.write(2, "b, c,, b ,");

        let (words, _) = accepted(&seat);

        assert!(seat.is_edited());
        assert_eq!(words.title.as_deref(), Some("Brass lamp, round"));
        assert_eq!(words.tags, Some(vec!["b".into(), "c".into()]));
    }

    #[test]
    fn what_is_written_as_it_was_suggested_is_no_edit() {
        let mut seat = Seat::new(card(1));
        seat.write(0, "Another");
        seat.write(0, "Brass lamp");
        seat.write(2, "a, b");

        assert!(!seat.is_edited());
    }

    #[test]
    fn nothing_ticked_is_nothing_to_accept() {
        let mut seat = Seat::new(card(1));
        seat.drafts.iter_mut().for_each(|draft| draft.is_on = false);

        assert_eq!(seat.accept(), Err(Stop::Nothing));
    }

    #[test]
    fn a_field_edited_since_is_not_replaced_unseen() {
        let mut seat = Seat::new(card(1));
        seat.note(&[FieldConflict { field: Field::Title, seen: Seq(3), current: Seq(9), theirs: Value::text("Their lamp"), mine: Value::None }]);
        assert_eq!(seat.accept(), Err(Stop::Edited(0)));

        seat.drafts[0].is_on = false;
        assert!(!accepted(&seat).1.contains_key(&Field::Title));

        seat.drafts[0] = Draft { is_on: true, text: None, replaces: true };
        assert_eq!(accepted(&seat).1.get(&Field::Title), Some(&Seq(9)));
        let Ok(Verdict::Approve(wanted)) = seat.accept() else { panic!() };
        assert_eq!(wanted[0].was, Value::text("Their lamp"));

        // And once more, while one looked.
        seat.note(&[FieldConflict { field: Field::Title, seen: Seq(9), current: Seq(11), theirs: Value::text("Again"), mine: Value::None }]);
        assert_eq!(seat.accept(), Err(Stop::Edited(0)));
    }

    fn judgement(excerpt: &str, value: u8) -> Judgement {
        let mut scores = Scores::default();
        scores.seo.value = value;
        Judgement { scores, findings: vec![Finding { part: Part::Title, kind: FindingKind::Unsupported, excerpt: excerpt.into() }] }
    }

    #[test]
    fn only_the_answer_about_what_is_written_now_counts() {
        let mut seat = Seat::new(card(1));
        seat.write(0, "Golden lamp");
        let older = seat.all_words();
        seat.write(0, "Golden lamp, 12 cm");

        assert!(seat.take_judgement(&seat.all_words(), judgement("12 cm", 60)));
        assert!(!seat.take_judgement(&older, judgement("Golden", 50)));

        assert_eq!((seat.findings(), seat.scores().seo.value), (&judgement("12 cm", 60).findings[..], 60));
    }

    #[test]
    fn what_was_found_stands_until_it_is_judged_anew() {
        let mut seat = Seat::new(card(1));
        seat.card.findings = judgement("Brass", 0).findings;

        seat.write(0, "Golden lamp");
        assert_eq!(seat.findings(), judgement("Brass", 0).findings);
        seat.take_judgement(&seat.all_words(), judgement("Golden", 50));
        seat.write(0, "Red lamp");

        assert_eq!(seat.findings(), judgement("Golden", 50).findings);
    }

    #[test]
    fn what_is_as_it_was_suggested_is_judged_as_it_came() {
        let mut seat = Seat::new(card(1));
        let suggested = seat.all_words();
        seat.card.scores_after.seo.value = 77;
        seat.write(0, "Golden lamp");
        seat.take_judgement(&seat.all_words(), judgement("Golden", 50));

        seat.revert(0);

        assert!(!seat.take_judgement(&suggested, judgement("Golden", 50)));
        assert_eq!((seat.findings(), seat.scores().seo.value), (&[][..], 77));
    }

    #[test]
    fn fields_that_are_not_ticked_are_judged_too() {
        let mut seat = Seat::new(card(1));
        seat.drafts[1].is_on = false;
        seat.write(0, "Golden lamp");

        let words = seat.all_words();

        assert_eq!((words.title.as_deref(), words.description.as_deref()), (Some("Golden lamp"), Some("<p>new</p>")));
    }
}
