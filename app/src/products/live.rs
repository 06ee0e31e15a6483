//! The list as it lives on the page. Its rows are drawn straight into the document: a fixed number of elements that show
//! whichever rows are near the eye, each changed only when it shows something else.

mod adopt;
mod events;
mod fetch;
mod filters;
mod menus;
mod motion;
mod picking;
mod remembered;
mod rows;
mod search;
mod tell;

use domain::{clock::Timestamp, ids::StoreId, money::Currency, query::ListQuery};
use leptos::{html::Div, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use ports::error::AppError;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::{filters::Filters, remembered::Remembered, rows::Slot, tell::Told};
use super::{
    api::FIRST_ROWS,
    markup,
    state::{
        address::{PATH, Place, address},
        left::Left,
        pages::{ListId, Pages, Request},
        picks::Picks,
        scroll::Scroll,
    },
};
use crate::{
    frame::{Hydrated, use_me},
    ui::{later::Later, time::now},
};

/// Rows there may be before it is known how many there are.
const GUESSED_ROWS: u32 = 60;

/// A handle to the list; dead once the page is gone.
#[derive(Clone, Copy)]
pub(super) struct List(StoredValue<Option<Live>, LocalStorage>);

struct Live {
    list: List,
    /// What the address asks for.
    place: Place,
    currency: Currency,
    store: Option<StoreId>,
    may_run: bool,
    root: HtmlElement,
    /// What scrolls.
    grid: HtmlElement,
    /// What is as tall as all rows.
    body: HtmlElement,
    pages: Pages,
    scroll: Scroll,
    /// The list that is shown, which may be the one before until the rows of the asked one are there.
    shown: ListId,
    /// The list that is asked for and the row to show it at, until its rows are there.
    next: Option<(ListId, u32)>,
    pending: Vec<Request>,
    failure: Option<AppError>,
    slots: Vec<Slot>,
    /// Added to a row's number it gives its slot, modulo the number of slots.
    shift: Option<u32>,
    height: u32,
    /// The row the keyboard is on.
    active: Option<u32>,
    picks: Picks,
    now: Timestamp,
    told: Told,
    filters: Filters,
    /// Whether rows have been given their places, and no longer follow each other as the server sent them.
    is_placed: bool,
    frame_asked: bool,
    /// Whether rows go by faster than one can look at their pictures.
    fast: bool,
    later: Later,
    /// Whether the list has moved since all visible rows were last there.
    moved: bool,
    /// Whether somebody is at the list, and so may scroll on.
    used: bool,
    /// The row that was last read from the address or written to it.
    row: u32,
    /// The row the page came with, which is another where the address points behind the end.
    start: u32,
    /// The row one goes on from, until it is known whether one sees it.
    left_at: Option<u32>,
    /// Whether the keyboard goes to the first row of the list that is asked for.
    entering: bool,
    pathname: Memo<String>,
    navigate: Callback<(String, bool)>,
}

/// Prepares the list, which comes alive once its element is on the page. What to put into the element; nothing where the
/// server has filled it.
pub(super) fn start(place: Memo<Place>, currency: Currency, may_run: bool, node: NodeRef<Div>) -> String {
    let is_served = use_context::<Hydrated>().is_some_and(|alive| !alive.0.get_untracked());
    let asked = place.get_untracked();
    let Remembered { mut pages, left, picks } = remembered::take();
    let shown = pages.open(&asked.query.to_address());
    let html = if is_served {
        String::new()
    } else {
        let page =
            markup::Page { place: &asked, currency, totals: pages.totals(shown), lines: &[], start: asked.row, facets: &[], failure: None, may_run };
        markup::page(&page).into_string()
    };
    let store = use_me().map(|me| me.store.id);
    let pathname = use_location().pathname;
    let navigate = use_navigate();
    let navigate = Callback::new(move |(address, replace): (String, bool)| {
        navigate(&address, NavigateOptions { resolve: false, replace, scroll: false, ..NavigateOptions::default() });
    });
    let list = List(StoredValue::new_local(None));
    let mut prepared = Some((pages, left, picks));
    Effect::new(move || {
        let Some(root) = node.get() else { return };
        let Some((mut pages, left, picks)) = prepared.take() else { return };
        let root: HtmlElement = root.into();
        let found = |selector: &str| root.query_selector(selector).ok().flatten().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let (Some(grid), Some(body)) = (found(".grid"), found(".grid-body")) else { return };
        let mut start = asked.row;
        let mut slots = rows::slots(&body);
        if is_served && let Some((lines, from, totals)) = adopt::served(&grid, &mut slots) {
            start = from;
            pages.put(shown, (lines, from, totals), FIRST_ROWS);
            rows::adopted(&mut slots, &pages, shown, from);
        }
        let rows = pages.totals(shown).map_or(asked.row.saturating_add(GUESSED_ROWS), |totals| totals.total);
        let mut scroll = Scroll::new(rows);
        // The rows to ask for first are those of the address.
        scroll.jump(start);
        let live = Live {
            list,
            left_at: left.and_then(|left| left.back(&asked.query.to_address(), asked.row)),
            place: asked.clone(),
            currency,
            store,
            may_run,
            root,
            grid,
            body,
            pages,
            scroll,
            shown,
            next: None,
            pending: Vec::new(),
            failure: None,
            slots,
            shift: None,
            height: 0,
            active: None,
            picks,
            now: now(),
            told: Told::default(),
            filters: Filters::default(),
            is_placed: false,
            frame_asked: false,
            fast: false,
            later: Later::new(),
            moved: false,
            used: false,
            row: asked.row,
            start,
            entering: false,
            pathname,
            navigate,
        };
        live.tell_picks();
        list.0.set_value(Some(live));
        events::listen(list);
        search::wake(list, is_served);
    });
    // Behind the one above: the list is there when its address is followed.
    Effect::new(move || {
        let place = place.get();
        list.with(|live| live.follow(place));
    });
    on_cleanup(move || {
        list.with(|live| {
            let left = live.left();
            remembered::keep(Remembered { pages: std::mem::take(&mut live.pages), left, picks: std::mem::take(&mut live.picks) });
        });
        list.0.try_set_value(None);
    });
    html
}

impl List {
    /// Does something with the list, if it is still there.
    fn with<T>(self, act: impl FnOnce(&mut Live) -> T) -> Option<T> {
        self.0.try_update_value(|live| live.as_mut().map(act)).flatten()
    }
}

impl Live {
    /// Leads to another list, as a link would.
    fn go(&self, query: &ListQuery) {
        self.navigate.run((address(query), false));
    }

    /// Leads to another list in place of this one.
    fn replace(&self, place: &Place) {
        self.navigate.run((place.address(), true));
    }

    /// Whether no other page is on its way.
    fn is_here(&self) -> bool {
        self.pathname.try_with_untracked(|path| path == PATH) == Some(true)
    }

    /// Whether another list is shown than the one asked for.
    fn is_waiting(&self) -> bool {
        self.next.is_some()
    }

    /// The list the address asks for, shown or not.
    fn target(&self) -> ListId {
        self.next.map_or(self.shown, |(list, _)| list)
    }

    /// Where one leaves the list.
    fn left(&self) -> Option<Left> {
        let list = self.pages.address(self.shown)?.to_owned();
        Some(Left { list, row: self.row, active: self.active? })
    }
}
