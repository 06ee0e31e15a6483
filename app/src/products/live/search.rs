//! The bar's search box while the list is on the page: it searches as one types.

use std::time::Duration;

use super::{List, Live};
use crate::{
    frame::search_box,
    products::state::address::{Place, searching},
};

/// As long as one needs for the next letter.
const TYPING: Duration = Duration::from_millis(120);

/// What was typed before the page came alive is searched for now; otherwise the box shows what the address searches for.
pub(super) fn wake(list: List, is_served: bool) {
    list.with(|live| if is_served { live.on_type() } else { live.tell_search() });
}

impl Live {
    pub(super) fn on_type(&mut self) {
        let list = self.list;
        self.filters.typing.run(TYPING, move || {
            list.with(Self::narrow);
        });
    }

    /// With Enter.
    pub(super) fn on_sent(&mut self) {
        self.narrow();
        self.enter();
    }

    /// Searches for what is typed.
    fn narrow(&mut self) {
        let Some(text) = search_box().map(|input| input.value().trim().to_owned()) else { return };
        if self.is_here() && self.place.query.search != text {
            let place = Place { query: searching(&self.place.query, &text), row: 0 };
            self.replace(&place);
            // The address follows; the list need not wait for it.
            self.follow(place);
        }
    }

    /// The box follows the address, unless it says so already in its own way.
    pub(super) fn tell_search(&self) {
        if let Some(input) = search_box()
            && input.value().trim() != self.place.query.search
        {
            input.set_value(&self.place.query.search);
        }
    }
}
