//! Whether one list is a part of another.

use super::{Facet, ListQuery, Sort};

impl ListQuery {
    /// Which products, whatever their order: two lists with the same products have the same.
    #[must_use]
    pub fn view(&self) -> Self {
        Self { sort: Sort::default(), search: self.search.trim().to_owned(), ..self.clone() }
    }

    /// Whether every product of this list is in another one, too, whatever there is in the store. It may be without this being told.
    pub fn is_within(&self, other: &Self) -> bool {
        let is_narrower = |facet: Facet| {
            let (own, others) = (self.chosen(facet), other.chosen(facet));
            others.is_empty() || (!own.is_empty() && own.iter().all(|value| others.contains(value)))
        };
        let search = other.search.trim();
        (search.is_empty() || search == self.search.trim())
            && Facet::ALL.into_iter().all(is_narrower)
            && other.price_min.is_none_or(|min| self.price_min.is_some_and(|own| own >= min))
            && other.price_max.is_none_or(|max| self.price_max.is_some_and(|own| own <= max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_within(one: &str, other: &str) -> bool {
        ListQuery::from_address(one).is_within(&ListQuery::from_address(other))
    }

    #[test]
    fn p10_a_list_that_is_narrower_in_everything_is_a_part_of_the_other() {
        for (one, other) in [
            ("", ""),
            ("q=lamp&sort=title", ""),
            ("vendor=Acme&q=lamp", "vendor=Acme"),
            ("vendor=Acme", "vendor=Acme&vendor=Best"),
            ("vendor=Acme&price_min=500&price_max=700", "vendor=Acme&price_min=400&price_max=800"),
            ("q=+lamp+&sort=-price", "q=lamp"),
        ] {
            assert!(is_within(one, other), "{one} in {other}");
        }
    }

    #[test]
    fn p10_any_other_list_may_have_products_that_are_elsewhere() {
        for (one, other) in [
            ("", "vendor=Acme"),
            ("vendor=Acme&vendor=Best", "vendor=Acme"),
            ("q=lamps", "q=lamp"),
            ("price_min=300", "price_min=400"),
            ("", "price_max=400"),
            ("status=active", "missing=image"),
        ] {
            assert!(!is_within(one, other), "{one} in {other}");
        }
    }

    #[test]
    fn a_view_is_a_list_without_its_order() {
        assert_eq!(ListQuery::from_address("q=+oak+&sort=title").view().to_address(), "q=oak");
    }
}
