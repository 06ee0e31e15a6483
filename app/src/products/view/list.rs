//! The list as it lives on the page: a fixed number of slots that show whichever rows are near the eye.

use std::{ops::Range, sync::Arc};

use domain::{clock::Timestamp, money::Currency};
use leptos::{html::Div, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use ports::{
    error::AppError,
    products::{Listing, Row},
};

use crate::{
    frame::use_me,
    products::{
        api::FIRST_ROWS,
        state::{
            address::{PATH, Place},
            pages::{ListId, Pages, Request, Totals},
            scroll::Scroll,
        },
    },
    ui::later::Later,
};

/// Rows that are drawn as placeholders before it is known how many there are.
const GUESSED_ROWS: u32 = 60;

#[derive(Clone, Copy)]
pub(super) struct List {
    /// What the address asks for.
    pub(super) place: Memo<Place>,
    /// The address of the list that is shown, which may be the one before until the asked one is there.
    pub(super) shown: RwSignal<String>,
    pub(super) totals: RwSignal<Option<Totals>>,
    pub(super) slots: RwSignal<Vec<ArcRwSignal<Slot>>>,
    /// The row the keyboard is on.
    pub(super) active: RwSignal<Option<u32>>,
    /// That row when it is drawn.
    pub(super) active_drawn: RwSignal<Option<u32>>,
    /// Whether every visible row is there.
    pub(super) filled: RwSignal<bool>,
    /// Whether another list is shown than the one asked for.
    pub(super) waiting: RwSignal<bool>,
    pub(super) failure: RwSignal<Option<AppError>>,
    /// None until the page has come alive, so that the server's page and the first one here are the same.
    pub(super) now: RwSignal<Option<Timestamp>>,
    pub(super) grid: NodeRef<Div>,
    pub(super) currency: Currency,
    pub(super) kept: StoredValue<Kept>,
}

/// What no view depends on directly.
pub(super) struct Kept {
    pub(super) pages: Pages,
    pub(super) scroll: Scroll,
    /// The list that is shown.
    pub(super) list: ListId,
    /// The list that is asked for and the row to show it at, until its rows are there.
    pub(super) next: Option<(ListId, u32)>,
    pub(super) pending: Vec<Request>,
    pub(super) slots: Vec<ArcRwSignal<Slot>>,
    /// Added to a row's number it gives its slot, modulo the number of slots.
    pub(super) shift: Option<u32>,
    pub(super) height: u32,
    /// Whether rows have been given their places, and no longer follow each other as the server sent them.
    pub(super) live: bool,
    pub(super) frame_asked: bool,
    pub(super) later: Later,
    /// Whether the list has moved since all visible rows were last there.
    pub(super) moved: bool,
    /// Whether the person has scrolled, and so may scroll on.
    pub(super) used: bool,
    /// The row that was last read from the address or written to it.
    pub(super) row: u32,
    /// The row the page came with, which is another where the address points behind the end.
    pub(super) start: u32,
    pathname: Memo<String>,
    navigate: Callback<(String, bool)>,
}

/// A place for a row. It is used for one row after the other.
#[derive(Clone, Default)]
pub(super) struct Slot {
    pub(super) row: u32,
    /// None while it is not there yet.
    pub(super) product: Option<Arc<Row>>,
    /// Where it stands in the body, in pixels; none while it stands where the server has put it.
    pub(super) top: Option<i64>,
    pub(super) active: bool,
    /// Whether there is a row for this slot.
    pub(super) used: bool,
    /// Turns over with every other product.
    pub(super) turn: bool,
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        let Self { row, product, top, active, used, turn } = self;
        let same_product = match (product, &other.product) {
            (Some(product), Some(other)) => Arc::ptr_eq(product, other) || product == other,
            (None, None) => true,
            _ => false,
        };
        (*row, *top, *active, *used, *turn) == (other.row, other.top, other.active, other.used, other.turn) && same_product
    }
}

/// What the address asks for. While another page is on its way it stays what it was.
pub(super) fn use_place(currency: Currency) -> Memo<Place> {
    let location = use_location();
    Memo::new(move |before: Option<&Place>| match before {
        Some(before) if location.pathname.with(|path| path != PATH) => before.clone(),
        _ => location.query.with(|values| Place::read(&location.search.read(), |name| values.get(name), currency)),
    })
}

pub(super) fn use_currency() -> Currency {
    use_me().map_or(Currency::EUR, |me| me.store.currency)
}

impl List {
    pub(super) fn new(place: Memo<Place>, first: Option<Result<Listing, AppError>>) -> Self {
        let asked = place.get_untracked();
        let address = asked.query.to_address();
        let mut pages = super::remembered::take();
        let list = pages.open(&address);
        let mut failure = None;
        let mut slots = Vec::new();
        let mut start = asked.row;
        match first {
            Some(Ok(listing)) => {
                start = listing.start;
                pages.put(list, listing, FIRST_ROWS);
                let there = (start..).map_while(|row| pages.row(list, row).map(|product| (row, product.clone())));
                slots =
                    there.map(|(row, product)| Slot { row, product: Some(product), used: true, ..Slot::default() }).map(ArcRwSignal::new).collect();
            }
            Some(Err(error)) => failure = Some(error),
            None => {}
        }
        let totals = pages.totals(list).cloned();
        let rows = totals.as_ref().map_or(asked.row.saturating_add(GUESSED_ROWS), |totals| totals.total);
        let navigate = use_navigate();
        Self {
            place,
            shown: RwSignal::new(address),
            active: RwSignal::new(None),
            active_drawn: RwSignal::new(None),
            filled: RwSignal::new(!slots.is_empty()),
            waiting: RwSignal::new(false),
            failure: RwSignal::new(failure),
            now: RwSignal::new(None),
            grid: NodeRef::new(),
            currency: use_currency(),
            totals: RwSignal::new(totals),
            slots: RwSignal::new(slots.clone()),
            kept: StoredValue::new(Kept {
                pages,
                scroll: Scroll::new(rows),
                list,
                next: None,
                pending: Vec::new(),
                slots,
                shift: None,
                height: 0,
                live: false,
                frame_asked: false,
                later: Later::new(),
                moved: false,
                used: false,
                row: asked.row,
                start,
                pathname: use_location().pathname,
                navigate: Callback::new(move |(address, replace): (String, bool)| {
                    navigate(&address, NavigateOptions { resolve: false, replace, scroll: false, ..NavigateOptions::default() });
                }),
            }),
        }
    }

    /// Leads to another list, as a link would.
    pub(super) fn go(self, address: String) {
        self.lead(address, false);
    }

    /// Leads to another list in place of this one.
    pub(super) fn replace(self, address: String) {
        self.lead(address, true);
    }

    fn lead(self, address: String, replace: bool) {
        if let Some(navigate) = self.kept.try_with_value(|kept| kept.navigate) {
            navigate.run((address, replace));
        }
    }

    /// Whether no other page is on its way.
    pub(super) fn is_here(self) -> bool {
        self.kept.try_with_value(|kept| kept.pathname.with_untracked(|path| path == PATH)) == Some(true)
    }

    /// Shows in every slot what belongs there now. Only slots with something new are touched.
    pub(super) fn paint(self) {
        let active = self.active.get_untracked();
        let painted = self.kept.try_update_value(|kept| {
            if !kept.live {
                return None;
            }
            kept.add_slots();
            let visible = kept.scroll.visible();
            let drawn = kept.scroll.drawn(kept.slots.len() as u32);
            let filled = kept.pages.has(kept.list, visible);
            let moved = filled && std::mem::take(&mut kept.moved);
            Some((kept.changes(&drawn, active), active.filter(|row| drawn.contains(row)), filled, moved, kept.slots.len()))
        });
        let Some(Some((changes, active_drawn, filled, moved, count))) = painted else { return };
        if self.slots.with_untracked(Vec::len) != count {
            self.kept.with_value(|kept| self.slots.set(kept.slots.clone()));
        }
        for (slot, value) in changes {
            slot.set(value);
        }
        set(self.active_drawn, active_drawn);
        set(self.filled, filled);
        if moved && let Some(performance) = window().performance() {
            // The latest is enough: a day of scrolling must not fill the memory.
            performance.clear_marks_with_mark_name("rows-filled");
            let _ = performance.mark("rows-filled");
        }
    }
}

impl Kept {
    /// There are never fewer slots than before: a taller window needs more, a lower one leaves some to spare.
    fn add_slots(&mut self) {
        let before = self.slots.len() as u32;
        let needed = self.scroll.slots().max(before);
        for _ in before..needed {
            self.slots.push(ArcRwSignal::new(Slot::default()));
        }
        // The rows that are shown stay in their slots.
        if self.shift.is_none() || needed > before {
            let first = self.slots[0].with_untracked(|slot| slot.row) % needed;
            self.shift = Some((needed - first) % needed);
        }
    }

    fn changes(&self, drawn: &Range<u32>, active: Option<u32>) -> Vec<(ArcRwSignal<Slot>, Slot)> {
        let count = self.slots.len() as u32;
        let shift = self.shift.unwrap_or_default();
        let mut rows = vec![None; self.slots.len()];
        for row in drawn.clone() {
            rows[((row % count + shift) % count) as usize] = Some(row);
        }
        let mut changes = Vec::new();
        for (slot, row) in self.slots.iter().zip(rows) {
            let change = slot.with_untracked(|before| {
                let Some(row) = row else {
                    return before.used.then(|| Slot { turn: before.turn, ..Slot::default() });
                };
                let product = self.pages.row(self.list, row);
                let handle = |row: &Arc<Row>| row.handle.clone();
                let other = product.is_some() && before.product.as_ref().map(handle) != product.map(handle);
                let now = Slot {
                    row,
                    product: product.cloned(),
                    top: Some(self.scroll.row_top(row)),
                    active: active == Some(row),
                    used: true,
                    turn: before.turn != other,
                };
                (now != *before).then_some(now)
            });
            if let Some(change) = change {
                changes.push((slot.clone(), change));
            }
        }
        changes
    }
}

/// Sets a signal when it says something else.
pub(super) fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
