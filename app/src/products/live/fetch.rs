//! Which rows are fetched when, and what is done with the answers.

use leptos::task::spawn_local;
use ports::{error::AppError, products::Listing};

use super::Live;
use crate::products::{
    api,
    state::{
        address::Place,
        line::lines,
        pages::{BLOCK, Leisure, ListId, Request},
    },
};

/// Requests for one list at the same time.
const MOST_PENDING: usize = 3;

/// Their rows must not stand among this store's.
const ELSEWHERE: &str = "You have gone to another store in another tab. Reload this page to see its products.";

impl Live {
    /// Asks for the rows that are missing.
    pub(super) fn fetch(&mut self) {
        self.ask(Leisure::default());
    }

    /// Asks for rows that have changed, and for those one may scroll to.
    pub(super) fn fetch_at_leisure(&mut self) {
        self.ask(Leisure { renew: true, ahead: self.used });
    }

    fn ask(&mut self, leisure: Leisure) {
        // After a failure nothing is asked for until somebody wants to try again.
        if self.failure.is_some() {
            return;
        }
        while let Some((request, address)) = self.next_request(leisure) {
            let list = self.list;
            spawn_local(async move {
                let answer = api::list(address, request.start, BLOCK).await;
                list.with(|live| live.answered(request, answer));
            });
        }
    }

    fn answered(&mut self, request: Request, answer: Result<Listing, AppError>) {
        self.pending.retain(|pending| *pending != request);
        let is_asked = self.target() == request.list;
        let answer =
            answer.and_then(|listing| if Some(listing.store) == self.store { Ok(listing) } else { Err(AppError::Invalid(ELSEWHERE.to_owned())) });
        let listing = match answer {
            Ok(listing) => listing,
            Err(error) => {
                self.pages.failed(request);
                if is_asked {
                    self.failure = Some(error);
                    self.tell();
                }
                return;
            }
        };
        self.pages.put(request.list, lines(listing, self.currency), BLOCK);
        match self.next.take_if(|(list, _)| *list == request.list) {
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
    fn refresh(&mut self) {
        let Some(total) = self.pages.totals(self.shown).map(|totals| totals.total) else { return };
        if total == self.scroll.rows() {
            self.paint();
            return;
        }
        let top = self.scroll.set_rows(total);
        // Before there were totals the row could only be guessed.
        let top = if self.used { top } else { self.scroll.jump(self.row) };
        self.put(top);
    }

    /// Follows the address: to another list, or to another row of this one.
    pub(super) fn follow(&mut self, place: Place) {
        let address = place.query.to_address();
        let row = place.row;
        let is_other = self.place.query != place.query;
        let is_searched = self.place.query.search != place.query.search;
        self.place = place;
        let mut open = None;
        if self.pages.address(self.target()) != Some(&address) {
            let list = self.pages.open(&address);
            self.row = row;
            self.next = None;
            self.entering = false;
            // What has failed was another question.
            self.failure = None;
            if list == self.shown || self.has_upper_rows(list, row) {
                open = Some(list);
            } else {
                self.next = Some((list, row));
            }
        } else if self.row != row {
            self.row = row;
            match &mut self.next {
                Some((_, asked)) => *asked = row,
                None => self.jump(row),
            }
        }
        if is_other {
            self.tell_query();
        }
        // Otherwise what stands in the box may be on its way to the address.
        if is_searched {
            self.tell_search();
        }
        match open {
            Some(list) => self.show(list, row),
            None => self.tell(),
        }
        self.fetch();
    }

    /// Shows a list whose upper rows are there.
    fn show(&mut self, list: ListId, row: u32) {
        let Some(total) = self.pages.totals(list).map(|totals| totals.total) else { return };
        self.shown = list;
        self.moved = true;
        self.active = None;
        self.picks.forget_row();
        self.scroll.set_rows(total);
        let top = self.scroll.jump(row);
        self.put(top);
        self.tell();
        if std::mem::take(&mut self.entering) {
            self.activate_first();
        }
    }

    pub(super) fn try_again(&mut self) {
        self.failure = None;
        self.tell();
        self.fetch();
    }

    /// Whether the server is there again: what the device had in its place is asked for anew.
    pub(super) fn look_for_the_server(&mut self) {
        if self.pages.totals(self.target()).is_some_and(|totals| totals.held.is_some()) {
            self.look_again();
        }
    }

    /// Asks whether what is shown is still so.
    pub(super) fn look_again(&mut self) {
        if let Some(address) = self.pages.address(self.target()).map(str::to_owned) {
            self.pages.open(&address);
            self.fetch();
        }
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
        let visible = match self.next {
            Some((_, row)) => row..row + self.scroll.fitting(),
            None => self.scroll.visible(),
        };
        // Until somebody is at the list, what one sees is enough.
        let drawn = if self.used && self.next.is_none() { self.scroll.drawn(self.slots.len() as u32) } else { visible.clone() };
        let request = self.pages.next_request(list, visible, drawn, &self.pending, leisure)?;
        self.pending.push(request);
        Some((request, self.pages.address(list)?.to_owned()))
    }
}
