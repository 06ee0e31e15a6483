//! A query as the part of an address behind the `?`, and back. What is not understood is left out, so
//! that an old or mistyped address still shows a list.

use super::{Facet, ListQuery, Sort, SortKey};
use crate::money::Money;

/// More values of one filter than anybody chooses are cut, so that an address cannot cost the server much.
const MOST_VALUES: usize = 200;

impl ListQuery {
    /// `q=lamp&vendor=Acme&sort=-price`; empty for the whole list in its default order.
    pub fn to_address(&self) -> String {
        let mut address = String::new();
        let mut put = |name: &str, value: &str| {
            if !address.is_empty() {
                address.push('&');
            }
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
        };
        if !self.search.is_empty() {
            put("q", &self.search);
        }
        for facet in Facet::ALL {
            for value in self.chosen(facet) {
                put(facet.name(), &value);
            }
        }
        if let Some(price) = self.price_min {
            put("price_min", &price.0.to_string());
        }
        if let Some(price) = self.price_max {
            put("price_max", &price.0.to_string());
        }
        if self.sort != Sort::default() {
            put("sort", &self.sort.to_address());
        }
        address
    }

    /// Reads `name=value` pairs; the leading `?` may be there.
    pub fn from_address(address: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs(address) {
            // PostgreSQL holds no such text, and a query is written down where a run was started with it.
            let value = if value.contains('\0') { value.replace('\0', " ") } else { value };
            match name.as_str() {
                "q" => query.search = value.chars().take(200).collect(),
                "price_min" => query.price_min = price(&value),
                "price_max" => query.price_max = price(&value),
                "sort" => query.sort = Sort::from_address(&value).unwrap_or_default(),
                name => {
                    if let Some(facet) = Facet::from_name(name) {
                        let chosen = query.chosen(facet);
                        if !value.is_empty() && chosen.len() < MOST_VALUES && !chosen.contains(&value) {
                            query = query.toggled(facet, &value);
                        }
                    }
                }
            }
        }
        query
    }
}

impl Sort {
    /// `title`, or `-title` for descending.
    pub fn to_address(self) -> String {
        let sign = if self.descending { "-" } else { "" };
        format!("{sign}{}", self.key.name())
    }

    pub fn from_address(text: &str) -> Option<Self> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        SortKey::from_name(name).map(|key| Self { key, descending })
    }
}

/// In minor units. There are no others than those a product may have.
fn price(text: &str) -> Option<Money> {
    text.parse().ok().filter(|price| (0..=Money::MAX.0).contains(price)).map(Money)
}

/// The decoded `name=value` pairs of an address, in order.
pub fn pairs(address: &str) -> impl Iterator<Item = (String, String)> {
    address.strip_prefix('?').unwrap_or(address).split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// Percent-encoding of `application/x-www-form-urlencoded` (WHATWG URL, section 5.2).
pub fn encode(text: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => into.push(char::from(byte)),
            b' ' => into.push('+'),
            byte => {
                into.push('%');
                into.push(char::from(HEX[usize::from(byte >> 4)]));
                into.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => decoded.push(b' '),
            b'%' => match (digit(at + 1), digit(at + 2)) {
                (Some(high), Some(low)) => {
                    decoded.push((high * 16 + low) as u8);
                    at += 2;
                }
                _ => decoded.push(b'%'),
            },
            byte => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::product::{Missing, Status};

    #[test]
    fn what_no_database_can_hold_is_not_looked_for() {
        let query = ListQuery::from_address("q=oak%00lamp&vendor=A%00");
        assert_eq!((query.search.as_str(), query.vendor), ("oak lamp", vec!["A ".to_owned()]));
    }

    #[test]
    fn a_query_stands_in_the_address() {
        let query = ListQuery {
            search: "blue lämp".into(),
            status: vec![Status::Active],
            vendor: vec!["A & B".into()],
            missing: vec![Missing::Image],
            price_min: Some(Money(500)),
            sort: Sort { key: SortKey::Price, descending: true },
            ..ListQuery::default()
        };

        assert_eq!(query.to_address(), "q=blue+l%C3%A4mp&status=active&missing=image&vendor=A+%26+B&price_min=500&sort=-price");
        assert_eq!(ListQuery::from_address(&query.to_address()), query);
    }

    #[test]
    fn nonsense_in_the_address_is_left_out() {
        let query = ListQuery::from_address("?status=sold&sort=colour&price_min=x&page=3&&=&vendor=&%zz=1&status=draft");

        assert_eq!(query, ListQuery { status: vec![Status::Draft], ..ListQuery::default() });
    }

    #[test]
    fn absurd_prices_in_the_address_are_left_out() {
        let query = ListQuery::from_address("price_min=-9223372036854775808&price_max=9223372036854775807");

        assert_eq!(query, ListQuery::default());
    }

    proptest! {
        #[test]
        fn any_query_survives_its_address(search in "[^\\x00\n]{0,40}", vendor in proptest::collection::hash_set("[^\\x00\n]{1,20}", 0..4), min in proptest::option::of(0..1_000_000_i64)) {
            let query = ListQuery { search, vendor: vendor.into_iter().collect(), price_min: min.map(Money), ..ListQuery::default() };
            prop_assert_eq!(ListQuery::from_address(&query.to_address()), query);
        }

        #[test]
        fn any_address_is_read(address in ".{0,200}") {
            let _ = ListQuery::from_address(&address);
        }
    }
}
