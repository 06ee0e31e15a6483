//! The page's address: which list, and where in it one is.

use domain::{
    money::{Currency, Money},
    query::{Facet, ListQuery, Sort, SortKey, pairs},
};

use super::chips::Filter;

pub(crate) const PATH: &str = "/products";

/// A list and the row at its upper edge, from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub(crate) query: ListQuery,
    pub(crate) row: u32,
}

impl Place {
    /// Reads an address: besides what a query has, `row=1` is the first row, `start=50` leaves out 50 rows, and
    /// `from` and `to` are prices as the form sends them when a person has typed them.
    pub(crate) fn of(search: &str, currency: Currency) -> Self {
        let value = |name| pairs(search).find(|(known, _)| known == name).map(|(_, value)| value);
        let number = |name| value(name).and_then(|text| text.trim().replace([',', ' '], "").parse::<u32>().ok());
        let price = |name| value(name).and_then(|text| Money::parse(&text, currency).ok());
        let mut query = ListQuery::from_address(search);
        query.price_min = price("from").or(query.price_min);
        query.price_max = price("to").or(query.price_max);
        let row = number("row").map(|row| row.saturating_sub(1)).or_else(|| number("start")).unwrap_or(0);
        Self { query, row }
    }

    pub(crate) fn address(&self) -> String {
        let list = address(&self.query);
        match (self.row, list.contains('?')) {
            (0, _) => list,
            (row, false) => format!("{list}?row={}", row + 1),
            (row, true) => format!("{list}&row={}", row + 1),
        }
    }
}

/// The address of a list.
pub(crate) fn address(query: &ListQuery) -> String {
    crate::ui::address::address(PATH, &query.to_address())
}

/// The address of the rows behind `start`, for those who turn pages.
pub(crate) fn page(query: &ListQuery, start: u32) -> String {
    let list = address(query);
    match (start, list.contains('?')) {
        (0, _) => list,
        (start, false) => format!("{list}?start={start}"),
        (start, true) => format!("{list}&start={start}"),
    }
}

/// What a form sends along so that the rest of the list stays as it is.
pub(crate) fn kept(query: &ListQuery, but: Changed) -> Vec<(&'static str, String)> {
    let mut kept = Vec::new();
    if !query.search.is_empty() {
        kept.push(("q", query.search.clone()));
    }
    for facet in Facet::ALL {
        if but != Changed::Filter(Filter::Facet(facet)) {
            kept.extend(query.chosen(facet).into_iter().map(|value| (facet.name(), value)));
        }
    }
    if but != Changed::Filter(Filter::Price) {
        kept.extend(query.price_min.map(|price| ("price_min", price.0.to_string())));
        kept.extend(query.price_max.map(|price| ("price_max", price.0.to_string())));
    }
    if but != Changed::Sort && query.sort != Sort::default() {
        kept.push(("sort", query.sort.to_address()));
    }
    kept
}

/// What a form is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Changed {
    Filter(Filter),
    Sort,
    Row,
}

/// The list searched for something else.
pub(crate) fn searching(query: &ListQuery, text: &str) -> ListQuery {
    ListQuery { search: text.to_owned(), ..query.clone() }
}

/// The list ordered by a column: the other way round when it already is.
pub(crate) fn sorted(query: &ListQuery, key: SortKey) -> ListQuery {
    let descending = if query.sort.key == key { !query.sort.descending } else { key == SortKey::Updated };
    ListQuery { sort: Sort { key, descending }, ..query.clone() }
}

#[cfg(test)]
mod tests {
    use domain::product::Status;

    use super::*;

    fn read(search: &str) -> Place {
        Place::of(search, Currency::EUR)
    }

    #[test]
    fn a_place_stands_in_the_address() {
        let place = Place { query: ListQuery { search: "lamp".into(), ..ListQuery::default() }, row: 731_399 };

        assert_eq!(place.address(), "/products?q=lamp&row=731400");
        assert_eq!(read("q=lamp&row=731400"), place);
        assert_eq!(Place::default().address(), "/products");
        assert_eq!(Place { row: 9, ..Place::default() }.address(), "/products?row=10");
    }

    #[test]
    fn rows_are_counted_from_one_and_pages_from_nothing() {
        assert_eq!(read("row=1").row, 0);
        assert_eq!(read("row=0").row, 0);
        assert_eq!(read("row=12,000").row, 11_999);
        assert_eq!(read("row=last").row, 0);
        assert_eq!(read("start=50").row, 50);
        assert_eq!(page(&ListQuery::default(), 50), "/products?start=50");
        assert_eq!(page(&read("q=lamp").query, 0), "/products?q=lamp");
    }

    #[test]
    fn prices_are_read_as_they_are_typed() {
        let query = read("from=19.90&to=1,299&price_min=5").query;

        assert_eq!((query.price_min, query.price_max), (Some(Money(1_990)), Some(Money(129_900))));
        assert_eq!(read("from=cheap&price_min=5").query.price_min, Some(Money(5)));
    }

    #[test]
    fn a_form_keeps_what_it_is_not_about() {
        let query = ListQuery {
            search: "lamp".into(),
            status: vec![Status::Active],
            price_min: Some(Money(5)),
            sort: Sort { key: SortKey::Title, descending: false },
            ..ListQuery::default()
        };
        let names = |but| kept(&query, but).into_iter().map(|field| field.0).collect::<Vec<_>>();

        assert_eq!(names(Changed::Filter(Filter::Facet(Facet::Status))), ["q", "price_min", "sort"]);
        assert_eq!(names(Changed::Filter(Filter::Price)), ["q", "status", "sort"]);
        assert_eq!(names(Changed::Sort), ["q", "status", "price_min"]);
        assert_eq!(names(Changed::Row), ["q", "status", "price_min", "sort"]);
    }

    #[test]
    fn a_column_is_ordered_by_and_then_turned_round() {
        let by_price = sorted(&ListQuery::default(), SortKey::Price);

        assert_eq!(by_price.sort, Sort { key: SortKey::Price, descending: false });
        assert!(sorted(&by_price, SortKey::Price).sort.descending);
        assert!(sorted(&by_price, SortKey::Updated).sort.descending);
    }
}
