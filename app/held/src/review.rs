//! The review queue as a device holds it: whole queues or their first parts, as the server gave them at some moment.
//!
//! An answer is made of one of them alone. What is of two moments in one list would be true of neither.

use domain::{
    clock::Timestamp,
    ids::{Seq, UserId},
};
use ports::review::{Assignee, Card, HeldQueue, Queue, QueueFilter, ReviewStatus};

/// The first part of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptQueue {
    pub filter: QueueFilter,
    pub queue: Queue,
    /// When it was so, by the device's clock.
    pub at: Timestamp,
    /// A change of the store that it knows of.
    pub seq: Seq,
}

/// What would be answered to a question about a queue, of what is here; none when there is nothing to tell it from.
///
/// `is_decided` says of a suggestion whether the person has decided about it behind a change. It is not in the queue any more for them.
pub fn queue(kept: &[KeptQueue], filter: &QueueFilter, me: UserId, is_decided: impl Fn(&Card, Seq) -> bool) -> Option<Queue> {
    let source = kept.iter().filter(|source| source.tells(filter)).max_by_key(|source| (source.is_whole(), source.filter == *filter, source.at));
    let Some(source) = source else {
        // That nothing of it is here is told with what is known of the store.
        let Queue { currency, may_decide, .. } = kept.iter().max_by_key(|other| other.at)?.queue;
        let held = HeldQueue { of: None, as_of: kept.iter().map(|other| other.at).max()? };
        return Some(Queue { total: 0, odd: 0, cards: Vec::new(), next: None, currency, may_decide, held: Some(held) });
    };
    let is_exact = source.filter == *filter;
    let mut cards: Vec<Card> = source.queue.cards.iter().filter(|card| is_exact || fits(card, filter, me)).cloned().collect();
    if filter.newest != source.filter.newest {
        cards.reverse();
    }
    let (all, odd) = (cards.len() as u64, cards.iter().filter(|card| is_odd(card)).count() as u64);
    // The server goes by the type that a product had when the suggestion was written, which is not told here.
    let is_counted = source.is_whole() && filter.product_type == source.filter.product_type;
    let of = if is_exact { Some(source.queue.total) } else { is_counted.then_some(all) };
    if filter.status == ReviewStatus::Open {
        cards.retain(|card| !is_decided(card, source.seq));
    }
    let done = all - cards.len() as u64;
    let of = of.map(|of| of.saturating_sub(done).max(cards.len() as u64));
    Some(Queue {
        total: of.unwrap_or(cards.len() as u64),
        odd: if is_exact { source.queue.odd } else { odd },
        cards,
        next: None,
        held: Some(HeldQueue { of, as_of: source.at }),
        ..source.queue
    })
}

/// One suggestion, as it was last seen in any queue.
pub fn card(kept: &[KeptQueue], is_it: impl Fn(&Card) -> bool) -> Option<Card> {
    let found = kept.iter().filter_map(|source| Some((source.at, source.queue.cards.iter().find(|card| is_it(card))?)));
    found.max_by_key(|(at, _)| *at).map(|(_, card)| card.clone())
}

impl KeptQueue {
    /// Whether nothing of it is missing here.
    const fn is_whole(&self) -> bool {
        self.queue.next.is_none()
    }

    /// Whether all that is here of another queue is in this one, and in its order.
    fn tells(&self, other: &QueueFilter) -> bool {
        let QueueFilter { status, assignee, run, product_type, odd, newest } = &self.filter;
        *status == other.status
            && (*assignee == Assignee::Anybody || *assignee == other.assignee)
            && (run.is_none() || *run == other.run)
            && (product_type.is_none() || *product_type == other.product_type)
            && (odd.is_none() || *odd == other.odd)
            // The last of a queue of which only the first are here cannot be told.
            && (*newest == other.newest || self.is_whole())
    }
}

/// Whether a suggestion is in a queue; its status is looked at before.
fn fits(card: &Card, filter: &QueueFilter, me: UserId) -> bool {
    let assignee = card.assignee.as_ref().map(|(user, _)| *user);
    let is_whose = match filter.assignee {
        Assignee::Anybody => true,
        Assignee::Me => assignee == Some(me),
        Assignee::Nobody => assignee.is_none(),
    };
    is_whose
        && filter.run.is_none_or(|run| card.run == Some(run))
        && filter.product_type.as_ref().is_none_or(|wanted| card.product_type == *wanted)
        && filter.odd.is_none_or(|odd| is_odd(card) == odd)
}

fn is_odd(card: &Card) -> bool {
    !card.findings.is_empty()
}
