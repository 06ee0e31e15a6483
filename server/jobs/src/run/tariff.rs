//! What calls cost by the store's price table.

use domain::{clock::Timestamp, ids::ProviderId, money::Cost};
use store::words::records::PriceRow;

/// A store's prices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tariff {
    /// Latest first.
    prices: Vec<PriceRow>,
}

/// Per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) input: Cost,
    pub(crate) output: Cost,
}

impl Tariff {
    pub(crate) fn new(mut prices: Vec<PriceRow>) -> Self {
        prices.sort_by_key(|price| std::cmp::Reverse(price.from));
        Self { prices }
    }

    /// None where the table has a hole. The built-in rules cost nothing.
    pub(crate) fn at(&self, provider: ProviderId, model: &str, at: Timestamp) -> Option<Price> {
        if provider == ProviderId::BUILT_IN {
            return Some(Price { input: Cost::ZERO, output: Cost::ZERO });
        }
        let price = self.prices.iter().find(|price| price.provider == provider && price.model == model && price.from <= at)?;
        Some(Price { input: price.input, output: price.output })
    }
}

impl Price {
    /// Rounded up to the millionth: what costs something never costs nothing.
    pub(crate) fn of(self, tokens_in: u64, tokens_out: u64) -> Cost {
        let part = |price: Cost, tokens: u64| i128::from(price.0.max(0)) * i128::from(tokens);
        let millionths = part(self.input, tokens_in) + part(self.output, tokens_out);
        Cost(i64::try_from((millionths + 999_999) / 1_000_000).unwrap_or(i64::MAX))
    }
}

/// What to do about a hole.
pub(crate) fn hole(model: &str, at: Timestamp) -> String {
    let (year, month, day, ..) = at.civil();
    format!("There is no price for {model} from {year:04}-{month:02}-{day:02}. Add one under Settings, Providers.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISTRAL: ProviderId = ProviderId(uuid::Uuid::from_u128(7));

    fn price(from: i64, input: i64) -> PriceRow {
        PriceRow { provider: MISTRAL, model: "small".into(), from: Timestamp::from_micros(from), input: Cost(input), output: Cost(input * 3) }
    }

    #[test]
    fn the_price_of_a_call_is_the_one_of_its_day() {
        let tariff = Tariff::new(vec![price(100, 2_000_000), price(200, 1_000_000)]);
        let at = |at| tariff.at(MISTRAL, "small", Timestamp::from_micros(at)).map(|price| price.of(1_000, 200));

        assert_eq!([at(99), at(100), at(199), at(200)], [None, Some(Cost(3_200)), Some(Cost(3_200)), Some(Cost(1_600))]);
        assert_eq!(tariff.at(MISTRAL, "large", Timestamp::from_micros(200)), None);
    }

    #[test]
    fn what_costs_something_never_costs_nothing() {
        let price = Price { input: Cost(1), output: Cost::ZERO };
        assert_eq!((price.of(1, 0), price.of(0, 5), price.of(u64::MAX, u64::MAX)), (Cost(1), Cost::ZERO, Cost(18_446_744_073_710)));
        assert_eq!(Tariff::default().at(ProviderId::BUILT_IN, "", Timestamp::default()).map(|price| price.of(1_000, 1_000)), Some(Cost::ZERO));
    }

    #[test]
    fn a_hole_says_what_to_do() {
        assert_eq!(
            hole("small", Timestamp::from_micros(1_700_000_000_000_000)),
            "There is no price for small from 2023-11-14. Add one under Settings, Providers."
        );
    }
}
