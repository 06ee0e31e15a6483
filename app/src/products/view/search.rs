//! The bar's search box while the list is on the page: it searches as one types.

use std::time::Duration;

use domain::query::ListQuery;
use leptos::prelude::*;

use super::list::List;
use crate::{
    frame::search::{Search, Typed},
    products::state::address::address,
    ui::later::Later,
};

/// Takes the search box over for as long as the list is there.
pub(super) fn listen(list: List) {
    let Some(search) = use_context::<Search>() else { return };
    let narrow = move |text: &str| {
        let query = list.place.with_untracked(|place| place.query.clone());
        if query.search != text {
            list.replace(address(&ListQuery { search: text.to_owned(), ..query }));
        }
    };
    let later = Later::new();
    let told = Callback::new(move |event: Typed| {
        let text = search.text.get_untracked().trim().to_owned();
        match event {
            Typed::Changed => later.run(Duration::from_millis(120), move || {
                if list.is_here() {
                    narrow(&text);
                }
            }),
            Typed::Sent => {
                narrow(&text);
                list.enter();
            }
        }
    });
    Effect::new(move || {
        search.listener.set_value(Some(told));
        // What stands in the box follows the address.
        let text = list.place.with(|place| place.query.search.clone());
        search.text.maybe_update(|shown| {
            let other = shown.trim() != text;
            if other {
                *shown = text;
            }
            other
        });
    });
    on_cleanup(move || {
        search.listener.try_set_value(None);
    });
}
