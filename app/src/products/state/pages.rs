//! The rows that have been fetched, and which to fetch next.
//!
//! Rows are fetched in blocks of [`BLOCK`] and kept for several lists, so that going back shows at once what
//! was there. Every answer says up to which change of the store it is current; a newer one makes the
//! blocks before it stale: they go on being shown until they have been fetched anew.

use std::{ops::Range, rc::Rc};

use domain::ids::Seq;

use super::line::{Line, Totals};

pub(crate) const BLOCK: u32 = 100;
const MOST_BLOCKS: usize = 60;
const MOST_LISTS: usize = 12;

#[derive(Default)]
pub(crate) struct Pages {
    lists: Vec<List>,
    /// The latest answer is last.
    blocks: Vec<Block>,
    next: u32,
}

/// Stands for a list: what is searched, filtered and ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListId(u32);

struct List {
    id: ListId,
    address: String,
    totals: Option<Totals>,
    /// Whether the server was asked since the list was opened last.
    checked: bool,
    /// Blocks that lack rows even though they were answered: not to be asked for again.
    short: Vec<u32>,
    /// Blocks that are being fetched anew or were, up to the list's latest change.
    renewed: Vec<u32>,
}

struct Block {
    list: ListId,
    start: u32,
    rows: Vec<Rc<Line>>,
    as_of: Seq,
}

/// Rows to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) list: ListId,
    pub(crate) start: u32,
}

/// What may be fetched now besides rows that are missing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Leisure {
    /// Stale rows.
    pub(crate) renew: bool,
    /// Rows next to the visible ones.
    pub(crate) ahead: bool,
}

impl Pages {
    /// The list at an address, known or new. It becomes the last to be forgotten.
    pub(crate) fn open(&mut self, address: &str) -> ListId {
        let known = self.lists.iter().position(|list| list.address == address).map(|at| self.lists.remove(at));
        let list = known.unwrap_or_else(|| {
            self.next += 1;
            List { id: ListId(self.next), address: address.to_owned(), totals: None, checked: false, short: Vec::new(), renewed: Vec::new() }
        });
        let list = List { checked: false, short: Vec::new(), ..list };
        let id = list.id;
        self.lists.push(list);
        if self.lists.len() > MOST_LISTS {
            let forgotten = self.lists.remove(0).id;
            self.blocks.retain(|block| block.list != forgotten);
        }
        id
    }

    #[cfg(feature = "hydrate")]
    pub(crate) fn address(&self, list: ListId) -> Option<&str> {
        self.list(list).map(|list| list.address.as_str())
    }

    pub(crate) fn totals(&self, list: ListId) -> Option<&Totals> {
        self.list(list).and_then(|list| list.totals.as_ref())
    }

    pub(crate) fn row(&self, list: ListId, row: u32) -> Option<&Rc<Line>> {
        self.block_of(list, row).and_then(|block| block.rows.get((row - block.start) as usize))
    }

    /// Whether every one of these rows is there.
    pub(crate) fn has(&self, list: ListId, mut rows: Range<u32>) -> bool {
        rows.all(|row| self.row(list, row).is_some())
    }

    /// Keeps an answer to a request for `count` rows.
    pub(crate) fn put(&mut self, id: ListId, (rows, start, totals): (Vec<Line>, u32, Totals), count: u32) {
        let Totals { total, as_of, held, .. } = totals;
        let Some(list) = self.lists.iter_mut().find(|list| list.id == id) else { return };
        list.checked = true;
        let newer = list.totals.as_ref().is_none_or(|known| as_of > known.as_of || known.held != held);
        // A device that has a part of the store counts the rows of its own list, which is another.
        if list.totals.as_ref().is_some_and(|known| known.held.is_some() != held.is_some()) {
            self.blocks.retain(|block| block.list != id);
        }
        if newer {
            list.short.clear();
            list.renewed.clear();
            list.totals = Some(totals);
        }
        let end = start + rows.len() as u32;
        // An older answer may lack what the latest one counts, and is no reason not to ask again.
        let is_latest = list.totals.as_ref().is_some_and(|totals| totals.as_of == as_of);
        if is_latest && end < total.min(start + count) {
            list.short.push(start / BLOCK);
        }
        // What the answer covers whole is replaced by it.
        self.blocks.retain(|block| block.list != id || block.start < start || block.start + block.rows.len() as u32 > end);
        self.blocks.push(Block { list: id, start, rows: rows.into_iter().map(Rc::new).collect(), as_of });
        if self.blocks.len() > MOST_BLOCKS {
            self.forget_one(id, start);
        }
    }

    /// A request without an answer: its rows may be asked for again.
    pub(crate) fn failed(&mut self, request: Request) {
        if let Some(list) = self.lists.iter_mut().find(|list| list.id == request.list) {
            list.renewed.retain(|block| *block != request.start / BLOCK);
        }
    }

    /// What to ask for next, so that rows `visible` are there first and rows `drawn` soon after.
    pub(crate) fn next_request(
        &mut self,
        id: ListId,
        visible: Range<u32>,
        drawn: Range<u32>,
        pending: &[Request],
        leisure: Leisure,
    ) -> Option<Request> {
        let list = self.list(id)?;
        let free = |block: &u32| !pending.contains(&Request { list: id, start: block * BLOCK });
        let asked = |start| Request { list: id, start };
        let Some(totals) = &list.totals else {
            let block = visible.start / BLOCK;
            return free(&block).then(|| asked(block * BLOCK));
        };
        let within = |rows: &Range<u32>| rows.start.min(totals.total)..rows.end.min(totals.total);
        let missing = |rows: &Range<u32>| {
            let rows = within(rows);
            blocks(&rows).find(|block| {
                let part = rows.start.max(block * BLOCK)..rows.end.min((block + 1) * BLOCK);
                free(block) && !list.short.contains(block) && !self.has(id, part)
            })
        };
        let stale =
            |block: &u32| within(&visible).any(|row| row / BLOCK == *block && self.block_of(id, row).is_some_and(|found| found.as_of < totals.as_of));
        if let Some(block) = missing(&visible).or_else(|| missing(&drawn)) {
            return Some(asked(block * BLOCK));
        }
        if !list.checked {
            let block = visible.start / BLOCK;
            let none_asked = !pending.iter().any(|request| request.list == id);
            return none_asked.then(|| asked(block * BLOCK));
        }
        if leisure.renew
            && let Some(block) = blocks(&within(&visible)).find(|block| free(block) && !list.renewed.contains(block) && stale(block))
        {
            if let Some(list) = self.lists.iter_mut().find(|list| list.id == id) {
                list.renewed.push(block);
            }
            return Some(asked(block * BLOCK));
        }
        if leisure.ahead {
            let around = drawn.start.saturating_sub(BLOCK)..drawn.end.saturating_add(BLOCK);
            return missing(&around).map(|block| asked(block * BLOCK));
        }
        None
    }

    fn list(&self, id: ListId) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    fn block_of(&self, list: ListId, row: u32) -> Option<&Block> {
        self.blocks.iter().rev().find(|block| block.list == list && (block.start..block.start + block.rows.len() as u32).contains(&row))
    }

    /// Drops a block: one of another list, or else the farthest from where one is.
    fn forget_one(&mut self, list: ListId, start: u32) {
        let farthest = (0..self.blocks.len()).max_by_key(|at| {
            let block = &self.blocks[*at];
            if block.list == list { block.start.abs_diff(start) } else { u32::MAX }
        });
        if let Some(at) = farthest {
            self.blocks.remove(at);
        }
    }
}

fn blocks(rows: &Range<u32>) -> Range<u32> {
    if rows.is_empty() { 0..0 } else { rows.start / BLOCK..(rows.end - 1) / BLOCK + 1 }
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::Timestamp,
        product::{OptimisationStatus, Status},
    };

    use super::*;

    fn line(number: u32) -> Line {
        Line {
            handle: format!("product-{number}"),
            title: format!("Product {number}"),
            status: Status::Active,
            optimisation: OptimisationStatus::None,
            vendor: String::new(),
            product_type: String::new(),
            price: String::new(),
            thumbnail: String::new(),
            updated_at: Timestamp::default(),
        }
    }

    fn listing(start: u32, count: u32, total: u32, as_of: i64) -> (Vec<Line>, u32, Totals) {
        let lines = (start..total.min(start + count)).map(line).collect();
        (lines, start, Totals { total, of: 5_000, as_of: Seq(as_of), held: None })
    }

    fn asked(pages: &mut Pages, list: ListId, visible: Range<u32>, pending: &[Request]) -> Option<u32> {
        let drawn = visible.start.saturating_sub(16)..visible.end + 16;
        pages.next_request(list, visible, drawn, pending, Leisure::default()).map(|request| request.start)
    }

    #[test]
    fn the_visible_rows_are_asked_for_before_those_around_them() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 50, 1_000, 1), 50);

        assert_eq!(asked(&mut pages, list, 190..208, &[]), Some(100));
        assert_eq!(asked(&mut pages, list, 190..208, &[Request { list, start: 100 }]), Some(200));
        pages.put(list, listing(100, 100, 1_000, 1), 100);
        pages.put(list, listing(200, 100, 1_000, 1), 100);
        assert_eq!(asked(&mut pages, list, 190..208, &[]), None);
        assert_eq!(asked(&mut pages, list, 110..128, &[]), Some(0));
        assert_eq!(asked(&mut pages, list, 0..18, &[]), None);
    }

    #[test]
    fn the_rows_a_page_came_with_count_until_a_block_covers_them() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(731, 50, 1_000, 1), 50);

        assert!(pages.has(list, 731..781));
        assert_eq!(asked(&mut pages, list, 731..749, &[]), Some(700));
        pages.put(list, listing(700, 100, 1_000, 1), 100);
        assert_eq!(pages.blocks.len(), 1);
        assert_eq!(pages.row(list, 731).map(|row| row.title.as_str()), Some("Product 731"));
    }

    #[test]
    fn a_new_list_is_asked_for_where_one_looks_at_it() {
        let mut pages = Pages::default();
        let list = pages.open("q=lamp");

        assert_eq!(asked(&mut pages, list, 540..540, &[]), Some(500));
        assert_eq!(asked(&mut pages, list, 540..540, &[Request { list, start: 500 }]), None);
    }

    #[test]
    fn a_newer_answer_makes_older_rows_stale_and_keeps_them() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 100, 1_000, 1), 100);
        pages.put(list, listing(100, 100, 999, 2), 100);
        let renew = Leisure { renew: true, ahead: false };

        assert!(pages.has(list, 0..200));
        assert_eq!(pages.totals(list).map(|totals| totals.total), Some(999));
        assert_eq!(pages.next_request(list, 0..18, 0..50, &[], Leisure::default()), None);
        assert_eq!(pages.next_request(list, 0..18, 0..50, &[], renew), Some(Request { list, start: 0 }));
        // An answer that is no newer is not asked for twice.
        assert_eq!(pages.next_request(list, 0..18, 0..50, &[], renew), None);
        pages.put(list, listing(0, 100, 999, 2), 100);
        assert_eq!(pages.next_request(list, 0..18, 0..50, &[], renew), None);
    }

    #[test]
    fn an_older_answer_does_not_set_the_totals_back() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 100, 999, 5), 100);
        pages.put(list, listing(100, 100, 1_000, 4), 100);

        assert_eq!(pages.totals(list).map(|totals| (totals.total, totals.as_of)), Some((999, Seq(5))));
    }

    #[test]
    fn rows_of_the_device_and_of_the_server_are_not_mixed() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 100, 1_000, 7), 100);
        pages.put(list, listing(100, 100, 1_000, 7), 100);
        let (lines, start, totals) = listing(200, 100, 500, 5);
        let held = Some(ports::products::Held { rows: 500, of: Some(1_000), has_list: false, as_of: Timestamp::default() });

        pages.put(list, (lines, start, Totals { held, ..totals }), 100);
        assert!(!pages.has(list, 0..1) && pages.has(list, 200..300));
        assert_eq!(pages.totals(list).map(|totals| (totals.total, totals.held)), Some((500, held)));

        pages.put(list, listing(0, 100, 1_000, 5), 100);
        assert!(pages.has(list, 0..100) && !pages.has(list, 200..201));
        assert_eq!(pages.totals(list).map(|totals| (totals.total, totals.held)), Some((1_000, None)));
    }

    #[test]
    fn a_list_that_is_opened_again_shows_what_it_has_and_is_checked_once() {
        let mut pages = Pages::default();
        let first = pages.open("");
        pages.put(first, listing(0, 100, 1_000, 1), 100);
        let other = pages.open("q=lamp");
        pages.put(other, listing(0, 3, 3, 1), 3);

        assert_eq!(pages.open(""), first);
        assert!(pages.has(first, 0..18));
        assert_eq!(asked(&mut pages, first, 0..18, &[]), Some(0));
        pages.put(first, listing(0, 100, 1_000, 1), 100);
        assert_eq!(asked(&mut pages, first, 0..18, &[]), None);
    }

    #[test]
    fn rows_that_an_answer_lacks_are_not_asked_for_for_ever() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 1, 1_000, 1), 100);

        assert_eq!(asked(&mut pages, list, 0..18, &[]), None);
    }

    #[test]
    fn rows_that_an_older_answer_lacks_are_asked_for_again() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 100, 101, 5), 100);
        pages.put(list, listing(100, 100, 100, 4), 100);

        assert_eq!(asked(&mut pages, list, 90..101, &[]), Some(100));
    }

    #[test]
    fn stale_rows_whose_request_failed_are_asked_for_again() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(0, 100, 1_000, 1), 100);
        pages.put(list, listing(100, 100, 1_000, 2), 100);
        let renew = Leisure { renew: true, ahead: false };
        let request = pages.next_request(list, 0..18, 0..50, &[], renew).expect("they are stale");

        assert_eq!(pages.next_request(list, 0..18, 0..50, &[], renew), None);
        pages.failed(request);
        assert_eq!(pages.next_request(list, 0..18, 0..50, &[], renew), Some(request));
    }

    #[test]
    fn an_empty_list_asks_for_nothing() {
        let mut pages = Pages::default();
        let list = pages.open("q=nothing");
        pages.put(list, listing(0, 100, 0, 1), 100);

        assert_eq!(asked(&mut pages, list, 0..0, &[]), None);
        assert_eq!(pages.next_request(list, 0..0, 0..0, &[], Leisure { renew: true, ahead: true }), None);
    }

    #[test]
    fn neighbours_are_fetched_at_leisure() {
        let mut pages = Pages::default();
        let list = pages.open("");
        pages.put(list, listing(300, 100, 1_000, 1), 100);
        let ahead = Leisure { renew: false, ahead: true };
        let next = |pages: &mut Pages| pages.next_request(list, 340..358, 325..375, &[], ahead).map(|request| request.start);

        assert_eq!(next(&mut pages), Some(200));
        pages.put(list, listing(200, 100, 1_000, 1), 100);
        assert_eq!(next(&mut pages), Some(400));
        pages.put(list, listing(400, 100, 1_000, 1), 100);
        assert_eq!(next(&mut pages), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut pages = Pages::default();
        for address in 0..30 {
            let list = pages.open(&format!("q={address}"));
            for block in 0..10 {
                pages.put(list, listing(block * 100, 100, 100_000, 1), 100);
            }
        }
        assert_eq!((pages.lists.len(), pages.blocks.len()), (MOST_LISTS, MOST_BLOCKS));

        let list = pages.open("");
        for block in 0..100 {
            pages.put(list, listing(block * 100, 100, 100_000, 1), 100);
        }
        assert_eq!(pages.blocks.len(), MOST_BLOCKS);
        assert!(pages.has(list, 9_000..10_000), "the blocks around the latest stay");
    }
}
