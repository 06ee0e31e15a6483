//! The queue as one goes through it: what is loaded, where one is, how many are left.

#[cfg(any(feature = "hydrate", test))]
mod walk;

use domain::{ids::ReviewId, money::Currency};
use ports::review::{Card, Cursor, HeldQueue, Queue};

#[cfg(feature = "hydrate")]
pub(crate) use self::walk::PART;
use super::seat::Seat;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Desk {
    seats: Vec<Seat>,
    at: usize,
    /// Where the next part begins; none when all are loaded.
    next: Option<Cursor>,
    /// Those of the queue that nobody has decided about, loaded or not.
    left: u64,
    /// Of those, with something wrong in them, when the queue was opened.
    pub(crate) odd: u64,
    /// Decided here.
    done: u64,
    /// Everything that was ever on this desk: it does not come a second time.
    known: Vec<ReviewId>,
    pub(crate) currency: Currency,
    pub(crate) may_decide: bool,
    /// What is known of the queue where it is the device's.
    pub(crate) held: Option<HeldQueue>,
    /// Suggestions that were there when it was opened.
    pub(crate) here: u64,
    /// What was shown first of a queue that is the device's, which has it not, and by how much it is counted.
    apart: Option<(ReviewId, u64)>,
}

impl Desk {
    /// `first` is shown first, wherever it stands in the queue.
    pub(crate) fn new(queue: Queue, first: Option<Card>) -> Self {
        let Queue { total, odd, cards, next, currency, may_decide, held } = queue;
        let here = cards.len() as u64;
        let mut desk =
            Self { seats: Vec::new(), at: 0, next, left: total, odd, done: 0, known: Vec::new(), currency, may_decide, held, here, apart: None };
        let apart = first.as_ref().map(|card| card.review).filter(|review| held.is_some() && cards.iter().all(|card| card.review != *review));
        if let Some(card) = first {
            // It may be in no queue; it is counted all the same, so that one is not at 1 of 0.
            desk.left = total.max(1);
            desk.add(vec![card]);
        }
        desk.add(cards);
        desk.count();
        desk.apart = apart.map(|review| (review, desk.left.saturating_sub(total)));
        desk
    }

    /// Once all are loaded there are no others, whatever was counted before. Of a queue that is the device's, others are on the server.
    fn count(&mut self) {
        let loaded = self.seats.len() as u64;
        if self.held.is_some() {
            self.left = self.left.max(loaded);
        } else if self.next.is_none() {
            self.left = loaded;
        }
    }

    fn add(&mut self, cards: Vec<Card>) {
        for card in cards {
            if !self.known.contains(&card.review) {
                self.known.push(card.review);
                self.seats.push(Seat::new(card));
            }
        }
    }

    pub(crate) fn shown(&self) -> Option<&Seat> {
        self.seats.get(self.at)
    }

    /// The one that is shown among all there were: `12` of `214`.
    pub(crate) fn place(&self) -> (u64, u64) {
        let all = self.done + self.left;
        ((self.done + self.at as u64 + 1).min(all), all)
    }

    pub(crate) const fn done(&self) -> u64 {
        self.done
    }

    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    /// Whether something of the queue may be on the server alone.
    pub(crate) fn is_partly_elsewhere(&self) -> bool {
        self.held.is_some_and(|held| held.of.is_none_or(|_| self.left > self.seats.len() as u64))
    }

    pub(crate) fn is_first(&self) -> bool {
        self.at == 0
    }

    pub(crate) fn is_last(&self) -> bool {
        self.at + 1 >= self.seats.len()
    }
}
