//! Going through the queue.

use domain::ids::ReviewId;
use ports::review::{Cursor, Queue};

use super::{Desk, Seat};

/// Suggestions in a part of the queue.
#[cfg(feature = "hydrate")]
pub(crate) const PART: u32 = 10;

/// With so few behind the one that is shown more are asked for.
const FEW: usize = 5;

impl Desk {
    /// Puts another part behind. `decided` is what is on its way: the part may have it, and count it, still.
    pub(crate) fn put(&mut self, part: Queue, decided: &[ReviewId]) {
        self.next = part.next;
        self.odd = part.odd;
        for review in decided {
            if !self.known.contains(review) {
                self.known.push(*review);
            }
        }
        self.add(part.cards);
        self.left = part.total.saturating_sub(decided.len() as u64).max(self.seats.len() as u64);
        self.count();
    }

    /// Where the next part begins, when it is time to ask for it.
    pub(crate) fn wants(&self) -> Option<Cursor> {
        self.next.filter(|_| self.seats.len() <= self.at + 1 + FEW)
    }

    #[cfg(feature = "hydrate")]
    pub(crate) fn shown_mut(&mut self) -> Option<&mut Seat> {
        self.seats.get_mut(self.at)
    }

    /// Whether the reviewer has begun to choose or to write.
    #[cfg(feature = "hydrate")]
    pub(crate) fn is_touched(&self) -> bool {
        self.seats.iter().any(Seat::is_touched)
    }

    /// One that is on the desk, shown or not.
    #[cfg(feature = "hydrate")]
    pub(crate) fn seat_mut(&mut self, review: ReviewId) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.card.review == review)
    }

    /// Goes to the next one, or back; whether there was one.
    pub(crate) fn go(&mut self, by: isize) -> bool {
        match self.at.checked_add_signed(by).filter(|at| *at < self.seats.len()) {
            Some(at) => {
                self.at = at;
                true
            }
            None => false,
        }
    }

    /// Goes to a certain one; whether it is here.
    pub(crate) fn go_to(&mut self, review: ReviewId) -> bool {
        let place = self.seats.iter().position(|seat| seat.card.review == review);
        self.at = place.unwrap_or(self.at);
        place.is_some()
    }

    /// Takes the one that is shown off the desk, as it is decided about. The next one is shown then.
    pub(crate) fn take(&mut self) -> Option<Seat> {
        if self.at >= self.seats.len() {
            return None;
        }
        let seat = self.seats.remove(self.at);
        // Behind the last one come those that were passed over.
        if self.at >= self.seats.len() && self.next.is_none() {
            self.at = 0;
        }
        self.left = self.left.saturating_sub(1);
        self.done += 1;
        Some(seat)
    }

    /// Puts one back whose decision did not hold: behind the one that is shown.
    pub(crate) fn give_back(&mut self, seat: Seat) {
        let at = if self.seats.is_empty() { 0 } else { (self.at + 1).min(self.seats.len()) };
        self.seats.insert(at, seat);
        self.left += 1;
        self.done = self.done.saturating_sub(1);
    }

    /// Takes off the desk what is decided about elsewhere, and keeps it away; whether there was anything. What somebody is at work on stays.
    pub(crate) fn leave_out(&mut self, reviews: &[ReviewId]) -> bool {
        let mut found = false;
        for review in reviews {
            let mut counted = 1;
            match self.seats.iter().position(|seat| seat.card.review == *review) {
                Some(at) if at == self.at && (self.seats[at].is_editing || self.seats[at].is_edited()) => continue,
                Some(at) => {
                    // What is decided about here a device does not count.
                    counted = self.apart.filter(|(apart, _)| apart == review).map_or(1, |(_, counted)| counted);
                    self.seats.remove(at);
                    self.at -= usize::from(at < self.at);
                }
                // What the device has it has told without them.
                None if self.held.is_some() || self.known.contains(review) => continue,
                None => self.known.push(*review),
            }
            found = true;
            self.left = self.left.saturating_sub(counted).max(self.seats.len() as u64);
        }
        if self.at >= self.seats.len() && self.next.is_none() {
            self.at = 0;
        }
        found
    }

    /// Somebody else was faster: it is gone, and it was not decided here.
    pub(crate) fn lost(&mut self) {
        self.done = self.done.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, money::Currency};
    use ports::review::{Card, HeldQueue};

    use super::*;
    use crate::review::state::seat::tests::card;

    fn queue(numbers: std::ops::Range<u8>, total: u64) -> Queue {
        let cards: Vec<Card> = numbers.map(card).collect();
        let next = cards.last().filter(|_| (cards.len() as u64) < total).map(|card| Cursor { at: card.created_at, review: card.review });
        Queue { total, odd: 2, cards, next, currency: Currency::EUR, may_decide: true, held: None }
    }

    fn title(desk: &Desk) -> &str {
        desk.shown().map_or("", |seat| &seat.card.title)
    }

    #[test]
    fn the_next_one_is_shown_once_one_is_decided() {
        let mut desk = Desk::new(queue(0..10, 214), None);
        assert_eq!((title(&desk), desk.place()), ("Lamp 0", (1, 214)));

        let taken = desk.take();

        assert_eq!(taken.map(|seat| seat.card.title).as_deref(), Some("Lamp 0"));
        assert_eq!((title(&desk), desk.place(), desk.left()), ("Lamp 1", (2, 214), 213));
    }

    #[test]
    fn the_next_part_is_asked_for_in_time() {
        let mut desk = Desk::new(queue(0..10, 214), None);
        assert_eq!(desk.wants(), None);

        for _ in 0..4 {
            desk.take();
        }

        assert_eq!(desk.wants().map(|cursor| cursor.review), Some(card(9).review));
    }

    #[test]
    fn what_was_here_before_does_not_come_again() {
        let mut desk = Desk::new(queue(0..10, 12), None);
        desk.take();

        desk.put(queue(0..12, 11), &[]);

        assert_eq!((desk.left(), desk.place()), (11, (2, 12)));
        let mut titles = Vec::new();
        while let Some(seat) = desk.take() {
            titles.push(seat.card.title);
        }
        assert_eq!(titles.len(), 11);
        assert_eq!(titles.first().map(String::as_str), Some("Lamp 1"));
    }

    #[test]
    fn decisions_on_their_way_are_not_counted_as_left() {
        let mut desk = Desk::new(queue(0..10, 30), None);
        desk.take();
        desk.take();

        desk.put(queue(10..20, 30), &[card(0).review, card(1).review]);

        assert_eq!((desk.left(), desk.place()), (28, (3, 30)));
    }

    #[test]
    fn a_queue_that_others_have_emptied_ends() {
        let mut desk = Desk::new(queue(0..2, 9), None);
        desk.take();
        desk.take();
        assert_eq!(desk.left(), 7);

        desk.put(Queue { next: None, ..queue(0..0, 7) }, &[]);

        assert_eq!((desk.shown(), desk.left()), (None, 0));
    }

    #[test]
    fn p10_of_a_queue_that_is_only_partly_here_the_rest_stays_counted() {
        let held = HeldQueue { of: Some(214), as_of: Timestamp::from_micros(1) };
        let mut desk = Desk::new(Queue { next: None, held: Some(held), ..queue(0..2, 214) }, None);
        assert_eq!((desk.place(), desk.wants()), ((1, 214), None));

        desk.take();
        desk.take();

        assert_eq!((desk.shown(), desk.left(), desk.is_partly_elsewhere()), (None, 212, true));
        // All of a queue is all of it.
        let held = HeldQueue { of: Some(2), ..held };
        let desk = Desk::new(Queue { next: None, held: Some(held), ..queue(0..2, 2) }, None);
        assert!(!desk.is_partly_elsewhere());
    }

    #[test]
    fn one_goes_to_and_fro_and_stops_at_the_ends() {
        let mut desk = Desk::new(queue(0..3, 3), None);

        assert!(!desk.go(-1) && desk.go(1) && desk.go(1) && !desk.go(1));
        assert_eq!((title(&desk), desk.place()), ("Lamp 2", (3, 3)));
        assert!(desk.is_last() && !desk.is_first());
    }

    #[test]
    fn those_that_were_passed_over_come_again_at_the_end() {
        let mut desk = Desk::new(queue(0..3, 3), None);
        desk.go(2);

        desk.take();

        assert_eq!((title(&desk), desk.place()), ("Lamp 0", (2, 3)));
    }

    #[test]
    fn a_decision_that_did_not_hold_comes_back_behind_the_one_that_is_shown() {
        let mut desk = Desk::new(queue(0..3, 3), None);
        let Some(seat) = desk.take() else { panic!() };
        let review = seat.card.review;

        desk.give_back(seat);

        assert_eq!((title(&desk), desk.place()), ("Lamp 1", (1, 3)));
        assert!(desk.go_to(review));
        assert_eq!(title(&desk), "Lamp 0");
    }

    #[test]
    fn the_last_one_that_comes_back_is_shown() {
        let mut desk = Desk::new(queue(0..1, 1), None);
        let Some(seat) = desk.take() else { panic!() };
        assert_eq!((desk.shown(), desk.place()), (None, (1, 1)));

        desk.give_back(seat);

        assert_eq!(title(&desk), "Lamp 0");
    }

    #[test]
    fn what_somebody_else_has_decided_counts_for_nobody_here() {
        let mut desk = Desk::new(queue(0..3, 3), None);
        desk.take();

        desk.lost();

        assert_eq!((desk.done(), desk.place()), (0, (1, 2)));
    }

    #[test]
    fn what_an_earlier_page_has_decided_is_left_out() {
        let mut desk = Desk::new(queue(0..10, 30), None);
        desk.go(1);
        let decided = [card(0).review, card(1).review, card(20).review];

        assert!(desk.leave_out(&decided) && !desk.leave_out(&decided));

        assert_eq!((title(&desk), desk.left(), desk.done()), ("Lamp 2", 27, 0));
        desk.put(queue(15..25, 30), &decided);
        assert_eq!(desk.left(), 27);
        assert!(!desk.go_to(card(20).review) && desk.go_to(card(21).review));
    }

    #[test]
    fn p10_what_a_device_counts_already_without_what_was_decided_is_not_counted_down_again() {
        let held = HeldQueue { of: Some(214), as_of: Timestamp::from_micros(1) };
        let queue = |total| Queue { next: None, held: Some(held), ..queue(1..4, total) };
        let decided = card(0).review;
        // One was led to it by its address.
        let mut part = Desk::new(queue(214), Some(card(0)));
        let mut whole = Desk::new(queue(3), Some(card(0)));
        assert_eq!((title(&part), part.left(), whole.left()), ("Lamp 0", 214, 4));

        assert!(part.leave_out(&[decided]) && whole.leave_out(&[decided]));

        assert_eq!((title(&part), part.left(), whole.left()), ("Lamp 1", 214, 3));
        // Another tab decides about one that was counted.
        assert!(part.leave_out(&[decided, card(2).review]));
        assert_eq!(part.left(), 213);
    }

    #[test]
    fn what_somebody_is_at_work_on_is_not_taken_away() {
        let mut desk = Desk::new(queue(0..3, 3), None);
        desk.seats[0].is_editing = true;

        assert!(!desk.leave_out(&[card(0).review]));
        assert!(desk.leave_out(&[card(1).review]));
        assert_eq!((title(&desk), desk.place()), ("Lamp 0", (1, 2)));
    }

    #[test]
    fn one_suggestion_can_be_shown_first() {
        let desk = Desk::new(queue(0..3, 3), Some(card(2)));

        assert_eq!((title(&desk), desk.place()), ("Lamp 2", (1, 3)));
        assert_eq!(Desk::new(queue(0..0, 0), Some(card(2))).place(), (1, 1));
    }
}
