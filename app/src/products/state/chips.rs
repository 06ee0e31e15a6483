//! The filters in words.

use domain::{
    money::Currency,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, ListQuery},
};

use crate::ui::{badge, format};

/// What a list can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Filter {
    Facet(Facet),
    Price,
}

impl Filter {
    /// In the order they are offered.
    pub(crate) const ALL: [Self; 7] = [
        Self::Facet(Facet::Status),
        Self::Facet(Facet::Vendor),
        Self::Facet(Facet::ProductType),
        Self::Facet(Facet::Tag),
        Self::Price,
        Self::Facet(Facet::Optimisation),
        Self::Facet(Facet::Missing),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Facet(Facet::Status) => "Status",
            Self::Facet(Facet::Vendor) => "Vendor",
            Self::Facet(Facet::ProductType) => "Type",
            Self::Facet(Facet::Tag) => "Tag",
            Self::Facet(Facet::Optimisation) => "Optimisation",
            Self::Facet(Facet::Missing) => "Missing",
            Self::Price => "Price",
        }
    }

    /// The id of its menu.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Facet(Facet::Status) => "f-status",
            Self::Facet(Facet::Vendor) => "f-vendor",
            Self::Facet(Facet::ProductType) => "f-type",
            Self::Facet(Facet::Tag) => "f-tag",
            Self::Facet(Facet::Optimisation) => "f-optimisation",
            Self::Facet(Facet::Missing) => "f-missing",
            Self::Price => "f-price",
        }
    }

    /// How its values are looked for; none when there are but a few.
    pub(crate) const fn find(self) -> Option<&'static str> {
        match self {
            Self::Facet(Facet::Vendor) => Some("Search vendors"),
            Self::Facet(Facet::ProductType) => Some("Search types"),
            Self::Facet(Facet::Tag) => Some("Search tags"),
            _ => None,
        }
    }

    /// What a query narrows by here, in words; none when it does not.
    pub(crate) fn describe(self, query: &ListQuery, currency: Currency) -> Option<String> {
        match self {
            Self::Facet(facet) => {
                let chosen = query.chosen(facet);
                let words: Vec<&str> = chosen.iter().take(2).map(|value| word(facet, value)).collect();
                match chosen.len() {
                    0 => None,
                    1 | 2 => Some(words.join(", ")),
                    more => Some(format!("{} and {} more", words.join(", "), more - 2)),
                }
            }
            Self::Price => {
                let price = |price| format::money(price, currency);
                match (query.price_min, query.price_max) {
                    (None, None) => None,
                    (Some(min), None) => Some(format!("from {}", price(min))),
                    (None, Some(max)) => Some(format!("up to {}", price(max))),
                    (Some(min), Some(max)) => Some(format!("{} to {}", price(min), price(max))),
                }
            }
        }
    }

    pub(crate) fn is_set(self, query: &ListQuery) -> bool {
        match self {
            Self::Facet(facet) => !query.chosen(facet).is_empty(),
            Self::Price => query.price_min.is_some() || query.price_max.is_some(),
        }
    }

    /// The query without this filter.
    pub(crate) fn cleared(self, query: &ListQuery) -> ListQuery {
        match self {
            Self::Facet(facet) => query.chosen(facet).iter().fold(query.clone(), |query, value| query.toggled(facet, value)),
            Self::Price => ListQuery { price_min: None, price_max: None, ..query.clone() },
        }
    }
}

/// The filters a query has.
pub(crate) fn set(query: &ListQuery) -> Vec<Filter> {
    Filter::ALL.into_iter().filter(|filter| filter.is_set(query)).collect()
}

/// The query without any filter; search and order stay.
pub(crate) fn unfiltered(query: &ListQuery) -> ListQuery {
    ListQuery { search: query.search.clone(), sort: query.sort, ..ListQuery::default() }
}

/// A value of a facet as a person reads it.
pub(crate) fn word(facet: Facet, value: &str) -> &str {
    match facet {
        Facet::Status => Status::from_name(value).map_or(value, |status| badge::status(status).word),
        Facet::Optimisation => OptimisationStatus::from_name(value).map_or(value, |status| badge::optimisation(status).word),
        Facet::Missing => match Missing::from_name(value) {
            Some(Missing::Description) => "Description",
            Some(Missing::Image) => "Picture",
            Some(Missing::Seo) => "Search engine text",
            Some(Missing::Alt) => "Picture texts",
            Some(Missing::Tags) => "Tags",
            Some(Missing::Short) => "Full description",
            None => value,
        },
        Facet::Vendor | Facet::ProductType | Facet::Tag => value,
    }
}

/// The values to show when those of a menu that is open have changed: the known ones keep their place, so
/// that nothing moves under the pointer.
#[cfg(any(feature = "hydrate", test))]
pub(crate) fn in_place(shown: &[u32], now: &[u32]) -> Vec<u32> {
    let new = now.iter().filter(|value| !shown.contains(value));
    shown.iter().chain(new).copied().collect()
}

#[cfg(test)]
mod tests {
    use domain::money::Money;

    use super::*;

    const VENDOR: Filter = Filter::Facet(Facet::Vendor);

    #[test]
    fn filters_are_told_in_words() {
        let mut query = ListQuery { status: vec![Status::Active, Status::Draft], ..ListQuery::default() };
        assert_eq!(Filter::Facet(Facet::Status).describe(&query, Currency::EUR).as_deref(), Some("Active, Draft"));
        assert_eq!(VENDOR.describe(&query, Currency::EUR), None);

        let lacking = ListQuery { missing: vec![Missing::Alt, Missing::Short], ..ListQuery::default() };
        assert_eq!(Filter::Facet(Facet::Missing).describe(&lacking, Currency::EUR).as_deref(), Some("Picture texts, Full description"));

        query.vendor = ["Acme", "Bolt", "Cone", "Dorn"].map(String::from).to_vec();
        assert_eq!(VENDOR.describe(&query, Currency::EUR).as_deref(), Some("Acme, Bolt and 2 more"));

        query.price_min = Some(Money(1_000));
        assert_eq!(Filter::Price.describe(&query, Currency::EUR).as_deref(), Some("from €10.00"));
        query.price_max = Some(Money(5_000));
        assert_eq!(Filter::Price.describe(&query, Currency::EUR).as_deref(), Some("€10.00 to €50.00"));
    }

    #[test]
    fn one_filter_is_cleared_and_the_others_stay() {
        let query = ListQuery { search: "lamp".into(), vendor: vec!["A".into(), "B".into()], price_max: Some(Money(1)), ..ListQuery::default() };

        assert_eq!(set(&query), [VENDOR, Filter::Price]);
        assert_eq!(set(&VENDOR.cleared(&query)), [Filter::Price]);
        assert_eq!(set(&Filter::Price.cleared(&query)), [VENDOR]);
        assert_eq!(unfiltered(&query), ListQuery { search: "lamp".into(), ..ListQuery::default() });
    }

    #[test]
    fn values_keep_their_place_in_an_open_menu() {
        assert_eq!(in_place(&[1, 2], &[3, 2]), [1, 2, 3]);
    }
}
