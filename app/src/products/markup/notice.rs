//! What stands in the place of the rows, or above them, when there is something to say.

use maud::{Markup, html};
use ports::error::AppError;
use ports::products::Held;

use super::icon;
use crate::{
    products::state::{
        address::{Place, address, searching},
        chips::{set, unfiltered},
        line::Totals,
    },
    ui::notice::sign_in,
};

/// What there is to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Notice {
    /// Nothing: there are rows, or they are on their way.
    Nothing,
    /// There are rows, and more of them could not be fetched.
    Stopped,
    NotLoaded,
    /// The store has no product.
    Empty,
    /// No product is in this list.
    NoMatch,
    /// No product of this list is on the device, which does not have all of them.
    NotHere,
}

impl Notice {
    pub(crate) fn of(totals: Option<&Totals>, failure: Option<&AppError>) -> Self {
        match (totals, failure) {
            (None, Some(_)) => Self::NotLoaded,
            (Some(_), Some(_)) => Self::Stopped,
            (Some(totals), None) if totals.total == 0 && totals.held.is_some_and(|held| !held.has_all()) => Self::NotHere,
            (Some(totals), None) if totals.of == 0 && totals.held.is_none_or(Held::is_whole) => Self::Empty,
            (Some(totals), None) if totals.total == 0 => Self::NoMatch,
            _ => Self::Nothing,
        }
    }

    pub(crate) const fn is_instead_of_rows(self) -> bool {
        !matches!(self, Self::Nothing | Self::Stopped)
    }

    pub(crate) fn markup(self, place: &Place, failure: Option<&AppError>, may_run: bool) -> Markup {
        match self {
            Self::Nothing | Self::Stopped => html! {},
            Self::NotLoaded => {
                let told = failure.map(ToString::to_string).unwrap_or_default();
                notice("alert", "circle-alert", "The products could not be loaded", &told, &mend(failure, place))
            }
            Self::Empty if may_run => {
                let text = "Import a Shopify product export. A dry run shows what would be new or changed before anything is written.";
                notice("status", "package", "Bring in your catalogue", text, &html! { a.btn href="/imports" { "Import a file" } })
            }
            Self::Empty => {
                let text = "There is no product in this store yet. An owner or an editor can import a catalogue.";
                notice("status", "package", "Bring in your catalogue", text, &html! {})
            }
            Self::NoMatch => no_match(place),
            Self::NotHere => {
                let told = "The rest is on the server, and is looked through once it can be reached.";
                notice("status", "cloud-off", "Nothing on this device matches", told, &widen(place))
            }
        }
    }
}

/// Stands above the rows that are there.
pub(crate) fn band(failure: Option<&AppError>, place: &Place) -> Markup {
    html! {
        div.band.bad role="alert" {
            (icon("circle-alert"))
            span { @if let Some(failure) = failure { (failure) } }
            (mend(failure, place))
        }
    }
}

/// What one can do about a failure. Before the page has come alive, trying again is a link to the same page.
fn mend(failure: Option<&AppError>, place: &Place) -> Markup {
    html! {
        @if failure == Some(&AppError::SignedOut) { a.btn href=(sign_in(&place.address())) rel="external" { "Sign in" } }
        @else { a.btn href=(place.address()) data-act="again" { "Try again" } }
    }
}

fn no_match(place: &Place) -> Markup {
    let query = &place.query;
    let search = query.search.trim();
    let filters = set(query).len();
    let heading = if search.is_empty() { "No product matches these filters".to_owned() } else { format!("No product matches “{search}”") };
    let advice = match (search.is_empty(), filters) {
        (true, _) => "Take a filter away to see more.",
        (false, 0) => "Search for something shorter, or for another word.",
        (false, 1) => "A filter is on as well. Take it away, or search for something shorter.",
        (false, _) => "Filters are on as well. Take one away, or search for something shorter.",
    };
    notice("status", "search-x", &heading, advice, &widen(place))
}

/// The ways to a list with more in it.
fn widen(place: &Place) -> Markup {
    let query = &place.query;
    html! {
        @if !set(query).is_empty() { a.btn href=(address(&unfiltered(query))) { "Clear filters" } }
        @if !query.search.trim().is_empty() { a.btn href=(address(&searching(query, ""))) { "Clear search" } }
    }
}

fn notice(role: &str, sign: &str, heading: &str, text: &str, next: &Markup) -> Markup {
    html! {
        div.notice role=(role) {
            (icon(sign))
            h2 { (heading) }
            p { (text) }
            div.line { (next) }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::Seq};

    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

    fn totals(total: u32, held: Option<Held>) -> Totals {
        Totals { total, of: total, as_of: Seq(1), held }
    }

    fn held(rows: u32, of: Option<u32>) -> Held {
        Held { rows, of, has_list: false, as_of: NOON }
    }

    #[test]
    fn p10_what_is_not_downloaded_is_never_called_no_match() {
        let told = |total: u32, held: Option<Held>| Notice::of(Some(&totals(total, held)), None);

        assert_eq!([told(0, Some(held(5, Some(9)))), told(0, Some(held(5, None)))], [Notice::NotHere; 2]);
        assert_eq!(
            (told(3, Some(held(5, Some(9)))), told(0, Some(held(0, Some(0)))), told(0, None)),
            (Notice::Nothing, Notice::Empty, Notice::Empty)
        );
        let of_all = Totals { of: 9, ..totals(0, Some(held(9, Some(9)))) };
        assert_eq!(Notice::of(Some(&of_all), None), Notice::NoMatch);
        assert_eq!(told(0, Some(Held { has_list: true, ..held(5, Some(9)) })), Notice::NoMatch);
        let page = Notice::NotHere.markup(&Place::default(), None, true).into_string();
        assert!(page.contains("Nothing on this device matches") && !page.contains("No product"), "{page}");
    }
}
