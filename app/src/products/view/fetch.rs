//! Which rows are fetched when, and what is done with the answers.

use leptos::{prelude::*, task::spawn_local};
use ports::{error::AppError, products::Listing};

use super::list::{Kept, List, set};
use crate::products::{
    api,
    state::{
        address::Place,
        pages::{BLOCK, Leisure, ListId, Request},
    },
};

/// Requests for one list at the same time.
const MOST_PENDING: usize = 3;

impl List {
    /// Asks for the rows that are missing.
    pub(super) fn fetch(self) {
        self.ask(Leisure::default());
    }

    /// Asks for rows that have changed, and for those one may scroll to.
    pub(super) fn fetch_at_leisure(self) {
        let ahead = self.kept.try_with_value(|kept| kept.used).unwrap_or_default();
        self.ask(Leisure { renew: true, ahead });
    }

    fn ask(self, leisure: Leisure) {
        // After a failure nothing is asked for until somebody wants to try again.
        if self.failure.with_untracked(Option::is_some) {
            return;
        }
        while let Some(Some((request, address))) = self.kept.try_update_value(|kept| kept.next_request(leisure)) {
            spawn_local(async move {
                let answer = api::list(address, request.start, BLOCK).await;
                self.answered(request, answer);
            });
        }
    }

    fn answered(self, request: Request, answer: Result<Listing, AppError>) {
        let known = self.kept.try_update_value(|kept| {
            kept.pending.retain(|pending| *pending != request);
            kept.target() == request.list
        });
        let Some(is_asked) = known else { return };
        let listing = match answer {
            Ok(listing) => listing,
            Err(error) => {
                if is_asked {
                    self.failure.set(Some(error));
                }
                return;
            }
        };
        let next = self.kept.try_update_value(|kept| {
            kept.pages.put(request.list, listing, BLOCK);
            kept.next.take_if(|(list, _)| *list == request.list)
        });
        match next.flatten() {
            Some((list, row)) => self.show(list, row),
            None if is_asked => self.refresh(),
            None => {}
        }
        self.fetch();
        if is_asked {
            self.rest_soon();
        }
    }

    /// The list that is shown has new rows, or more of them, or fewer.
    fn refresh(self) {
        let known = self.kept.try_update_value(|kept| {
            let totals = kept.pages.totals(kept.list).cloned()?;
            let top = (totals.total != kept.scroll.rows()).then(|| {
                // Before there were totals the row could only be guessed.
                let row = kept.row;
                let guessed = !kept.used;
                let top = kept.scroll.set_rows(totals.total);
                if guessed { kept.scroll.jump(row) } else { top }
            });
            Some((totals, top))
        });
        let Some(Some((totals, top))) = known else { return };
        set(self.totals, Some(totals));
        match top {
            Some(top) => self.put(top),
            None => self.paint(),
        }
    }

    /// Follows the address: to another list, or to another row of this one.
    pub(super) fn follow(self, place: Place) {
        let address = place.query.to_address();
        let (mut open, mut jump) = (None, None);
        self.kept.update_value(|kept| {
            let target = kept.target();
            if kept.pages.address(target) != Some(&address) {
                let list = kept.pages.open(&address);
                kept.row = place.row;
                kept.next = None;
                if list == kept.list || kept.has_upper_rows(list, place.row) {
                    open = Some(list);
                } else {
                    kept.next = Some((list, place.row));
                }
            } else if kept.row != place.row {
                kept.row = place.row;
                match &mut kept.next {
                    Some((_, row)) => *row = place.row,
                    None => jump = Some(place.row),
                }
            }
        });
        if let Some(row) = jump {
            self.jump(row);
        }
        set(self.waiting, self.kept.with_value(|kept| kept.next.is_some()));
        if let Some(list) = open {
            self.show(list, place.row);
        }
        // What has failed was another question.
        if open.is_some() || self.waiting.get_untracked() {
            set(self.failure, None);
        }
        self.fetch();
    }

    /// Shows a list whose upper rows are there.
    fn show(self, list: ListId, row: u32) {
        let known = self.kept.try_update_value(|kept| {
            let totals = kept.pages.totals(list).cloned()?;
            let address = kept.pages.address(list)?.to_owned();
            kept.list = list;
            kept.moved = true;
            kept.scroll.set_rows(totals.total);
            Some((kept.scroll.jump(row), totals, address))
        });
        let Some(Some((top, totals, address))) = known else { return };
        set(self.waiting, false);
        set(self.totals, Some(totals));
        set(self.shown, address);
        self.active.set(None);
        self.put(top);
    }

    pub(super) fn try_again(self) {
        set(self.failure, None);
        self.fetch();
    }
}

impl Kept {
    /// The list the address asks for, shown or not.
    fn target(&self) -> ListId {
        self.next.map_or(self.list, |(list, _)| list)
    }

    fn has_upper_rows(&self, list: ListId, row: u32) -> bool {
        let Some(totals) = self.pages.totals(list) else { return false };
        let end = row.saturating_add(self.scroll.fitting()).min(totals.total);
        self.pages.has(list, end.saturating_sub(self.scroll.fitting()).min(row)..end)
    }

    fn next_request(&mut self, leisure: Leisure) -> Option<(Request, String)> {
        let list = self.target();
        if self.pending.iter().filter(|pending| pending.list == list).count() >= MOST_PENDING {
            return None;
        }
        let (visible, drawn) = match self.next {
            Some((_, row)) => (row..row + self.scroll.fitting(), row..row + self.scroll.fitting()),
            None => (self.scroll.visible(), self.scroll.drawn(self.slots.len() as u32)),
        };
        let request = self.pages.next_request(list, visible, drawn, &self.pending, leisure)?;
        self.pending.push(request);
        Some((request, self.pages.address(list)?.to_owned()))
    }
}
