//! What a device has, without the rows themselves: which there are and why. It is made page by page, so that nobody has to hold all of them at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Hold, Page, Reason};
use crate::{clock::Timestamp, ids::ProductId, sync::wire::Span};

#[derive(Clone, Debug, Default)]
pub struct Survey {
    pub(super) holds: BTreeMap<u32, Hold>,
    /// Of the pages as they are stored.
    pub bytes: usize,
    /// Rows that are there, and not only wanted.
    pub rows: usize,
}

impl Survey {
    /// Looks at a page. Of rows with ops in the outbox (`mine`) it is known whatever their reasons say.
    pub fn add(&mut self, page: &Page, bytes: usize, mine: &BTreeSet<ProductId>, now: Timestamp) {
        self.bytes += bytes;
        for (ord, entry) in &page.entries {
            let aged = entry.hold.aged(now);
            let is_mine = entry.row.as_ref().map(|row| mine.contains(&row.product));
            let hold = match is_mine {
                Some(true) => aged.with(Reason::Pending, now),
                Some(false) => aged.without(Reason::Pending),
                None => aged,
            };
            self.rows += usize::from(is_mine.is_some());
            self.holds.insert(*ord, hold);
        }
    }

    /// Rows that are there or wanted.
    pub fn len(&self) -> usize {
        self.holds.len()
    }

    pub fn is_empty(&self) -> bool {
        self.holds.is_empty()
    }

    pub fn has(&self, ord: u32) -> bool {
        self.holds.contains_key(&ord)
    }

    pub fn newest(&self) -> Option<u32> {
        self.holds.last_key_value().map(|(ord, _)| *ord)
    }

    /// How many rows of a view are there or wanted.
    pub fn count(&self, spans: &[Span]) -> usize {
        spans.iter().map(|span| self.holds.range(span.from..span.end()).count()).sum()
    }

    /// Rows that are to be held for a reason and are not yet, the newest of them: of those that are there for another one (`held`), or of the others.
    pub fn unmet(&self, wished: &[Span], reason: Reason, held: bool, most: usize) -> Vec<Span> {
        let ords = wished.iter().rev().flat_map(|span| span.rows().rev());
        let is_unmet = |ord: &u32| match self.holds.get(ord) {
            Some(hold) => held && !hold.has(reason),
            None => !held,
        };
        let mut unmet: Vec<u32> = ords.filter(is_unmet).take(most).collect();
        unmet.reverse();
        Span::of(unmet)
    }

    /// Rows that are held for a reason that is none any more.
    pub fn outlived(&self, wished: &[Span], reason: Reason) -> Vec<Span> {
        let held = self.holds.iter().filter(|(_, hold)| hold.has(reason)).map(|(ord, _)| *ord);
        Span::of(held.filter(|ord| !Span::have(wished, *ord)))
    }

    /// Rows without a reason, and as many more as are above a number, least important first, by the reasons they have. Those with own work are
    /// never among them.
    pub fn spare(&self, keep: usize) -> Vec<(Hold, Vec<Span>)> {
        let mut ranked: Vec<((u8, i64), u32)> =
            self.holds.iter().filter(|(_, hold)| !hold.has_own_work()).map(|(ord, hold)| (hold.rank(), *ord)).collect();
        ranked.sort_unstable();
        let without_reason = ranked.iter().take_while(|((reasons, _), _)| *reasons == 0).count();
        let above = self.holds.len().saturating_sub(keep);
        ranked.truncate(above.max(without_reason));
        let alike = ranked.chunk_by(|((one, _), _), ((other, _), _)| one == other);
        let spare = alike.map(|rows| {
            let mut ords: Vec<u32> = rows.iter().map(|(_, ord)| *ord).collect();
            ords.sort_unstable();
            (ords.first().and_then(|ord| self.holds.get(ord)).copied().unwrap_or_default(), Span::of(ords))
        });
        spare.collect()
    }

    pub fn hold(&mut self, rows: &[Span], reason: Reason, at: Timestamp) {
        for ord in rows.iter().flat_map(|span| span.rows()) {
            let hold = self.holds.entry(ord).or_default();
            *hold = hold.with(reason, at);
        }
    }

    pub fn unhold(&mut self, rows: &[Span], reason: Reason) {
        for ord in rows.iter().flat_map(|span| span.rows()) {
            if let Some(hold) = self.holds.get_mut(&ord) {
                *hold = hold.without(reason);
            }
        }
    }

    pub fn forget(&mut self, rows: &[Span]) {
        for ord in rows.iter().flat_map(|span| span.rows()) {
            self.holds.remove(&ord);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::Seq,
        sync::{
            replica::Entry,
            wire::{Row, Sealed},
        },
    };

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    fn product(ord: u32) -> ProductId {
        ProductId(uuid::Uuid::from_u128(ord.into()))
    }

    fn page(holds: &[(u32, &[Reason])]) -> Page {
        let hold = |reasons: &[Reason]| reasons.iter().fold(Hold::default(), |hold, reason| hold.with(*reason, NOW));
        let row = |ord: u32| Row { ord, product: product(ord), version: Seq(1), body: Sealed::of(&ord) };
        Page { entries: holds.iter().map(|(ord, reasons)| (*ord, Entry { hold: hold(reasons), row: Some(row(*ord)) })).collect() }
    }

    fn survey(holds: &[(u32, &[Reason])], mine: &[u32]) -> Survey {
        let mut survey = Survey::default();
        survey.add(&page(holds), 100, &mine.iter().map(|ord| product(*ord)).collect(), NOW);
        survey
    }

    #[test]
    fn p14_the_newest_rows_of_a_view_come_first_and_those_that_are_there_need_only_the_reason() {
        let survey = survey(&[(3, &[Reason::Viewport]), (5, &[Reason::Pinned])], &[]);
        let view = [Span { from: 1, count: 9 }];

        assert_eq!(survey.unmet(&view, Reason::Pinned, false, 4), Span::of([6, 7, 8, 9]));
        assert_eq!(survey.unmet(&view, Reason::Pinned, true, 4), Span::of([3]));
        assert_eq!(
            (survey.count(&view), survey.outlived(&[], Reason::Pinned), survey.outlived(&view, Reason::Pinned)),
            (2, Span::of([5]), Vec::new())
        );
    }

    #[test]
    fn p14_rows_are_given_up_by_their_reasons_and_own_work_never() {
        let holds: [(u32, &[Reason]); 5] =
            [(1, &[Reason::Pending]), (2, &[Reason::Viewport, Reason::Conflict]), (3, &[Reason::Pinned]), (4, &[Reason::Viewport]), (7, &[])];

        let spare = |mine: &[u32], keep| survey(&holds, mine).spare(keep).into_iter().map(|(_, rows)| rows).collect::<Vec<_>>();

        assert_eq!(spare(&[], 10), [Span::of([1, 7])], "a reason that has outlived its op is none");
        assert_eq!(spare(&[], 2), [Span::of([1, 7]), Span::of([4])]);
        assert_eq!(spare(&[1, 7], 0), [Span::of([4]), Span::of([3])]);
        let by_reason: Vec<bool> = survey(&holds, &[1, 7]).spare(0).iter().map(|(hold, _)| hold.has(Reason::Pinned)).collect();
        assert_eq!(by_reason, [false, true]);
    }

    #[test]
    fn p14_what_was_in_a_view_alone_goes_with_it() {
        let mut survey = survey(&[(3, &[Reason::Pinned]), (4, &[Reason::Pinned, Reason::Viewport])], &[]);

        let outlived = survey.outlived(&[], Reason::Pinned);
        survey.unhold(&outlived, Reason::Pinned);

        assert_eq!(survey.spare(10), [(Hold::default().with(Reason::Pinned, NOW).without(Reason::Pinned), Span::of([3]))]);
        survey.forget(&Span::of([3]));
        survey.hold(&Span::of([9]), Reason::Opened, NOW);
        assert_eq!((survey.len(), survey.has(4), survey.newest()), (2, true, Some(9)));
    }
}
