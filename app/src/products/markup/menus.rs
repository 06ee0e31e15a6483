//! The menus of the filters, which stand beside the tools so that chips can come and go.

use domain::{
    money::Money,
    query::{Facet, FacetCount, ListQuery},
};
use maud::{Markup, html};

use super::{Page, icon, tools::kept_fields};
use crate::{
    products::state::{
        address::{Changed, PATH, address},
        chips::{Filter, word},
    },
    ui::format,
};

pub(super) fn menus(page: &Page<'_>) -> Markup {
    html! {
        div.menu #f-add popover="auto" role="group" aria-label="Add a filter" {
            @for filter in Filter::ALL {
                button.menu-item popovertarget=(filter.id()) { span.grow { (filter.name()) } (icon("chevron-right")) }
            }
        }
        @for facet in Facet::ALL { (facet_menu(page, facet)) }
        (price_menu(page))
    }
}

/// The values of a facet with how many products each has.
pub(crate) fn choices(facet: Facet, values: &[FacetCount], query: &ListQuery) -> Markup {
    let chosen = query.chosen(facet);
    html! {
        @for FacetCount { value, count } in values {
            li {
                label.check {
                    input type="checkbox" name=(facet.name()) value=(value) checked[chosen.contains(value)];
                    span.cut { (word(facet, value)) }
                    span.num { (format::number(u64::from(*count))) }
                }
            }
        }
    }
}

/// What is not among the values that are shown.
pub(crate) fn hint(shown: usize, distinct: u32) -> String {
    match shown {
        0 => "There is none here.".to_owned(),
        here if distinct as usize > here => format!("{here} of {}. Search for the others.", format::number(distinct.into())),
        _ => String::new(),
    }
}

fn facet_menu(page: &Page<'_>, facet: Facet) -> Markup {
    let filter = Filter::Facet(facet);
    let values = page.facets.iter().find(|values| values.facet == facet);
    let hint = values.map_or_else(String::new, |values| hint(values.values.len(), values.distinct));
    let content = html! {
        @if let Some(words) = filter.find() { input.input.script type="search" placeholder=(words) aria-label=(words) autocomplete="off"; }
        ul { @if let Some(values) = values { (choices(facet, &values.values, &page.place.query)) } }
        p.hint hidden[hint.is_empty()] { (hint) }
    };
    menu(page, filter, &content, html! { button.btn.no-script { "Apply" } })
}

fn price_menu(page: &Page<'_>) -> Markup {
    let currency = page.currency;
    let field = |name: &str, words: &str, price: Option<Money>| {
        let value = price.map_or_else(String::new, |price| price.plain(currency));
        html! {
            label.field {
                span.small { (words) ", " (currency.code()) }
                input.input.num name=(name) inputmode="decimal" autocomplete="off" value=(value) aria-describedby="price-error";
            }
        }
    };
    let query = &page.place.query;
    let content = html! {
        div.range { (field("from", "From", query.price_min)) (field("to", "To", query.price_max)) }
        p.error #price-error role="alert" hidden {}
    };
    menu(page, Filter::Price, &content, html! { button.btn { "Apply" } })
}

fn menu(page: &Page<'_>, filter: Filter, content: &Markup, apply: Markup) -> Markup {
    let query = &page.place.query;
    html! {
        form.menu.facet id=(filter.id()) popover="auto" action=(PATH) aria-label=(filter.name()) {
            (kept_fields(query, Changed::Filter(filter)))
            (content)
            footer {
                a.btn.ghost href=(address(&filter.cleared(query))) { "Clear" }
                (apply)
            }
        }
    }
}
