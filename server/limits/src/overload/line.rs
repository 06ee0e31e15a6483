//! Those who wait, in order of arrival. When they would wait too long for a while, it is no burst but too much: then nobody waits long
//! any more, and the newest is let in first, as the oldest are the least likely to be waited for by anybody. (Controlled delay and
//! adaptive LIFO: K. Nichols and V. Jacobson, "Controlling Queue Delay", 2012; B. Maurer, "Fail at Scale", ACM Queue 13/8, 2015.)
//!
//! Too long is told by how long the line is and how fast it moves, not by how long somebody has waited: with the newest first that says
//! nothing of the line, and it would never be found in order again.

use std::{collections::VecDeque, time::Duration};

use tokio::{sync::oneshot, time::Instant};

use super::{Class, Kind, Permit};

/// Of a class.
pub(super) const LONGEST: usize = 1_024;

/// A wait is too long from here: whoever looks at a page would rather wait a quarter of a second than be sent away.
const TARGET: Duration = Duration::from_millis(250);

/// What lasts as long is no burst.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long a class stands in line at most.
const fn patience(class: Class, overloaded: bool) -> Duration {
    match (class, overloaded) {
        (Class::Background, _) => Duration::ZERO,
        (Class::Read, false) => Duration::from_secs(1),
        (Class::Read, true) => TARGET,
        (Class::Write, false) => Duration::from_secs(2),
        (Class::Write, true) => Duration::from_secs(1),
    }
}

#[derive(Debug)]
pub(super) struct Line {
    writes: VecDeque<Waiting>,
    reads: VecDeque<Waiting>,
    /// Numbers those who come, so that they are found again.
    tickets: u64,
    /// The time from one who is let in to the next, smoothed.
    gap: Duration,
    /// When somebody was let in last, or began to wait alone.
    moved: Instant,
    /// Since when a wait has been too long.
    too_long_since: Option<Instant>,
    overloaded: bool,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    kind: Kind,
    caller: oneshot::Sender<Permit>,
}

impl Line {
    pub(super) fn new(now: Instant) -> Self {
        let (writes, reads) = (VecDeque::new(), VecDeque::new());
        Self { writes, reads, tickets: 0, gap: Duration::from_millis(1), moved: now, too_long_since: None, overloaded: false }
    }

    /// How they are known, what they wait for, and how long.
    pub(super) fn join(&mut self, class: Class, kind: Kind, now: Instant) -> (u64, oneshot::Receiver<Permit>, Duration) {
        if self.is_empty() {
            self.moved = now;
        }
        self.tickets += 1;
        let ticket = self.tickets;
        let (caller, called) = oneshot::channel();
        let queue = self.queue(class);
        if queue.len() >= LONGEST {
            queue.pop_front();
        }
        queue.push_back(Waiting { ticket, kind, caller });
        self.judge(now);
        (ticket, called, patience(class, self.overloaded))
    }

    pub(super) fn leave(&mut self, class: Class, ticket: u64, now: Instant) {
        let queue = self.queue(class);
        if let Ok(at) = queue.binary_search_by_key(&ticket, |waiting| waiting.ticket) {
            queue.remove(at);
            self.judge(now);
        }
    }

    /// Who is let in next.
    pub(super) fn next(&mut self, now: Instant) -> Option<(Kind, oneshot::Sender<Permit>)> {
        let newest_first = self.overloaded;
        let queue = if self.writes.is_empty() { &mut self.reads } else { &mut self.writes };
        let next = if newest_first { queue.pop_back() } else { queue.pop_front() }?;
        self.gap = (self.gap * 7 + (now - self.moved)) / 8;
        self.moved = now;
        self.judge(now);
        Some((next.kind, next.caller))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        self.reads.len() + self.writes.len()
    }

    pub(super) fn has_writes(&self) -> bool {
        !self.writes.is_empty()
    }

    /// Whether whoever comes now would wait too long, and has for a while.
    fn judge(&mut self, now: Instant) {
        let wait = self.gap.max(now - self.moved) * self.len() as u32;
        if wait >= TARGET {
            let since = *self.too_long_since.get_or_insert(now);
            self.overloaded |= now - since >= INTERVAL;
        } else if !self.overloaded || wait < TARGET / 2 {
            (self.too_long_since, self.overloaded) = (None, false);
        }
    }

    fn queue(&mut self, class: Class) -> &mut VecDeque<Waiting> {
        if class == Class::Write { &mut self.writes } else { &mut self.reads }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// A line of reads that are numbered, and those who wait.
    fn line_of(count: u8, now: Instant) -> (Line, Vec<oneshot::Receiver<Permit>>) {
        let mut line = Line::new(now);
        let waiting = (0..count).map(|number| line.join(Class::Read, Kind(number), now).1).collect();
        (line, waiting)
    }

    fn next(line: &mut Line, now: Instant) -> Option<u8> {
        line.next(now).map(|(kind, _)| kind.0)
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_line_that_moves_fast_is_in_order() {
        let now = Instant::now();
        let (mut line, _waiting) = line_of(200, now);

        let order: Vec<_> = (1..=200).filter_map(|tenth| next(&mut line, now + MILLI / 10 * tenth)).collect();

        assert_eq!(order, (0..200).collect::<Vec<u8>>());
    }

    #[tokio::test(start_paused = true)]
    async fn when_it_moves_slowly_for_a_while_the_newest_is_first_and_nobody_waits_long() {
        let now = Instant::now();
        let (mut line, _waiting) = line_of(100, now);

        let order: Vec<_> = (1..=8).filter_map(|turn| next(&mut line, now + MILLI * 100 * turn)).collect();
        let (_, _called, patience) = line.join(Class::Read, Kind(200), now + MILLI * 850);

        assert_eq!((order, patience), (vec![0, 1, 2, 3, 4, 5, 99, 98], TARGET));
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_line_is_short_again_it_is_in_order_again() {
        let now = Instant::now();
        let (mut line, _waiting) = line_of(100, now);
        for turn in 1..=8 {
            next(&mut line, now + MILLI * 100 * turn);
        }
        let later = now + MILLI * 1_000;
        while line.len() > 2 {
            next(&mut line, later);
        }

        let (_, _called, patience) = line.join(Class::Read, Kind(200), later);

        assert_eq!(patience, MILLI * 1_000);
        assert!(next(&mut line, later).is_some_and(|first| first != 200));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_is_not_called() {
        let now = Instant::now();
        let mut line = Line::new(now);
        let (first, _called, _) = line.join(Class::Read, Kind(1), now);
        let (_, _called_too, _) = line.join(Class::Read, Kind(2), now);

        line.leave(Class::Read, first, now);

        assert_eq!((next(&mut line, now), next(&mut line, now)), (Some(2), None));
    }
}
