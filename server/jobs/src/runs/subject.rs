//! What a run is about, for people: `214 products missing a description`.

use domain::{
    money::{Currency, Money},
    product::{Missing, OptimisationStatus},
    query::ListQuery,
};
use ports::runs::Selection;

/// The sentence's subject is as long as a line of a list at most.
const CHARACTERS: usize = 160;
/// More values of one filter are counted instead of named.
const NAMED: usize = 2;

pub(crate) fn subject(selection: &Selection, products: u64, currency: Currency) -> String {
    let text = match selection {
        Selection::Products(_) => counted(products),
        Selection::Matching(query) if query.is_unfiltered() && products != 1 => format!("all {}", counted(products)),
        Selection::Matching(query) => format!("{}{}", counted(products), narrowed(query, currency)),
    };
    shortened(text)
}

/// `1 product`, `1,250 products`
pub(crate) fn counted(products: u64) -> String {
    if products == 1 { "1 product".into() } else { format!("{} products", grouped(products)) }
}

/// With a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn narrowed(query: &ListQuery, currency: Currency) -> String {
    let mut all = Vec::new();
    if !query.missing.is_empty() {
        all.push(format!("missing {}", any_of(&query.missing, |missing| lacking(*missing).to_owned())));
    }
    if !query.vendor.is_empty() {
        all.push(format!("by {}", named(&query.vendor, "vendors")));
    }
    if !query.product_type.is_empty() {
        all.push(format!("of type {}", named(&query.product_type, "types")));
    }
    if !query.tag.is_empty() {
        all.push(format!("tagged {}", named(&query.tag, "tags")));
    }
    if !query.status.is_empty() {
        all.push(format!("that are {}", any_of(&query.status, |status| status.name().to_owned())));
    }
    if !query.optimisation.is_empty() {
        all.push(format!("whose words are {}", any_of(&query.optimisation, |status| stage(*status).to_owned())));
    }
    match (query.price_min, query.price_max) {
        (Some(least), Some(most)) => all.push(format!("priced {} to {}", least.plain(currency), price(most, currency))),
        (Some(least), None) => all.push(format!("priced {} or more", price(least, currency))),
        (None, Some(most)) => all.push(format!("priced {} or less", price(most, currency))),
        (None, None) => {}
    }
    if !query.search.trim().is_empty() {
        all.push(format!("matching \u{201c}{}\u{201d}", query.search.trim()));
    }
    all.iter().map(|part| format!(" {part}")).collect::<Vec<_>>().join(",")
}

fn price(money: Money, currency: Currency) -> String {
    format!("{} {}", money.plain(currency), currency.code())
}

const fn lacking(missing: Missing) -> &'static str {
    match missing {
        Missing::Description => "a description",
        Missing::Image => "a picture",
        Missing::Seo => "SEO texts",
        Missing::Alt => "picture texts",
        Missing::Tags => "tags",
        Missing::Short => "a full description",
    }
}

const fn stage(status: OptimisationStatus) -> &'static str {
    match status {
        OptimisationStatus::None => "as they came",
        other => other.name(),
    }
}

/// At least one is there.
fn any_of<T>(values: &[T], name: impl Fn(&T) -> String) -> String {
    let names: Vec<String> = values.iter().map(name).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn named(values: &[String], kind: &str) -> String {
    if values.len() > NAMED { format!("any of {} {kind}", values.len()) } else { any_of(values, Clone::clone) }
}

fn shortened(text: String) -> String {
    if text.chars().nth(CHARACTERS).is_none() {
        return text;
    }
    let mut short: String = text.chars().take(CHARACTERS - 1).collect();
    short.push('\u{2026}');
    short
}

#[cfg(test)]
mod tests {
    use domain::product::Status;

    use super::*;

    fn of(query: ListQuery, products: u64) -> String {
        subject(&Selection::Matching(query), products, Currency::EUR)
    }

    #[test]
    fn a_subject_reads_as_a_person_would_say_it() {
        let usual = ListQuery::default;
        assert_eq!(of(usual(), 10_000), "all 10,000 products");
        assert_eq!(of(usual(), 1), "1 product");
        assert_eq!(subject(&Selection::Products(Vec::new()), 3, Currency::EUR), "3 products");
        assert_eq!(of(ListQuery { missing: vec![Missing::Description], ..usual() }, 214), "214 products missing a description");
        let query = ListQuery { missing: vec![Missing::Description, Missing::Seo], vendor: vec!["Acme".into()], ..usual() };
        assert_eq!(of(query, 1), "1 product missing a description or SEO texts, by Acme");
        let query = ListQuery { missing: vec![Missing::Alt, Missing::Tags, Missing::Short], ..usual() };
        assert_eq!(of(query, 12), "12 products missing picture texts, tags or a full description");
        let query = ListQuery { status: vec![Status::Draft], price_max: Some(Money(500)), search: " lamp ".into(), ..usual() };
        assert_eq!(of(query, 9), "9 products that are draft, priced 5.00 EUR or less, matching \u{201c}lamp\u{201d}");
        let query = ListQuery { tag: ["a", "b", "c"].map(String::from).to_vec(), optimisation: vec![OptimisationStatus::None], ..usual() };
        assert_eq!(of(query, 2), "2 products tagged any of 3 tags, whose words are as they came");
    }

    #[test]
    fn a_subject_is_never_longer_than_a_line() {
        let query = ListQuery { search: "lamp ".repeat(100), ..ListQuery::default() };
        assert_eq!(of(query, 2).chars().count(), CHARACTERS);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
