//! The search box: a form that leads to the list. The list, while it is there, answers as one types.

use domain::{money::Currency, query::ListQuery};
use leptos::prelude::*;

use crate::{
    products::{PATH, fields_kept},
    ui::icon::Icon,
};

pub(super) fn search_box(address: &str, currency: Currency) -> impl IntoView + use<> {
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    let here = path.ends_with(PATH);
    let text = if here { ListQuery::from_address(search).search } else { String::new() };
    // As a plain form, a search of the list keeps its filters and its order.
    let kept = if here { fields_kept(search, currency) } else { Vec::new() };
    view! {
        <form class="find" role="search" action=PATH>
            <Icon name="search" />
            <input
                class="input"
                r#type="search"
                name="q"
                placeholder="Search products"
                aria-label="Search products"
                aria-keyshortcuts="/"
                autocomplete="off"
                value=text
            />
            <kbd aria-hidden="true">"/"</kbd>
            {kept.into_iter().map(|(name, value)| view! { <input r#type="hidden" name=name value=value /> }).collect_view()}
        </form>
    }
}
