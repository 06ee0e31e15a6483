//! What a list is asked for: its address, read strictly. A parameter that is not understood would show a list that nobody asked for.

use domain::{
    ids::StoreId,
    money::{Currency, Money},
    product::{Missing, OptimisationStatus, Status},
    query::{ListQuery, Sort, pairs},
};

use ports::products::Bookmark;

use super::products_cursor;
use crate::{
    cursor::NO_CURSOR,
    fields::{self, Fields},
    format,
    kept::PartKey,
    problem::Problem,
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 250;
/// More values of one filter than anybody chooses.
const MOST_VALUES: usize = 200;
const LONGEST_SEARCH: usize = 200;

#[derive(Debug, PartialEq)]
pub(super) struct Wanted {
    /// Without its prices, which are read in the store's currency.
    pub(super) query: ListQuery,
    pub(super) price_min: Option<String>,
    pub(super) price_max: Option<String>,
    pub(super) limit: u32,
    pub(super) cursor: Option<String>,
    pub(super) fields: Fields,
}

impl Wanted {
    pub(super) fn read(address: &str) -> Result<Self, Problem> {
        let mut wanted =
            Self { query: ListQuery::default(), price_min: None, price_max: None, limit: DEFAULT_LIMIT, cursor: None, fields: Fields::LISTED };
        let mut once: Vec<String> = Vec::new();
        for (name, value) in pairs(address) {
            if value.contains('\0') {
                return Err(Problem::parameter(&name, "A value has no NUL character."));
            }
            let query = &mut wanted.query;
            match name.as_str() {
                "status" => words(&name, &value, &mut query.status, Status::from_name, || Status::ALL.iter().map(|status| status.name()).collect())?,
                "optimisation" => words(&name, &value, &mut query.optimisation, OptimisationStatus::from_name, || {
                    OptimisationStatus::ALL.iter().map(|status| status.name()).collect()
                })?,
                "missing" => {
                    words(&name, &value, &mut query.missing, Missing::from_name, || Missing::ALL.iter().map(|missing| missing.name()).collect())?;
                }
                "vendor" => text(&name, value, &mut query.vendor)?,
                "type" => text(&name, value, &mut query.product_type)?,
                "tag" => text(&name, value, &mut query.tag)?,
                _ if once.contains(&name) => return Err(Problem::parameter(&name, "Send this once.")),
                _ => {
                    wanted.read_once(&name, value)?;
                    once.push(name);
                }
            }
        }
        Ok(wanted)
    }

    fn read_once(&mut self, name: &str, value: String) -> Result<(), Problem> {
        match name {
            "q" if value.chars().count() > LONGEST_SEARCH => {
                return Err(Problem::parameter(name, format!("A search has {LONGEST_SEARCH} characters at most.")));
            }
            "q" => self.query.search = value,
            "price_min" => self.price_min = Some(value),
            "price_max" => self.price_max = Some(value),
            "sort" => {
                let sort = Sort::from_address(&value);
                self.query.sort =
                    sort.ok_or_else(|| Problem::parameter(name, "Sort by title, vendor, price or updated; with - before it from the end."))?;
            }
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                self.limit = limit.ok_or_else(|| Problem::parameter(name, format!("A limit is a whole number from 1 to {MOST}.")))?;
            }
            "cursor" => self.cursor = Some(value),
            "fields" => {
                let unknown = |field: String| Problem::parameter(name, format!("There is no field named {field:?}. There are: {}.", fields::known()));
                self.fields = Fields::parse(&value).map_err(unknown)?;
            }
            _ => {
                let detail = "This is not a parameter of the list. There are: q, status, vendor, type, tag, optimisation, missing, price_min, \
                              price_max, sort, limit, cursor, fields.";
                return Err(Problem::parameter(name, detail));
            }
        }
        Ok(())
    }

    /// Where the part begins.
    pub(super) fn behind(&self, store: StoreId) -> Result<Option<Bookmark>, Problem> {
        let read = |text: &String| products_cursor::read(store, &self.query, text).map_err(|_| Problem::parameter("cursor", NO_CURSOR));
        self.cursor.as_ref().map(read).transpose()
    }

    /// What its answer is kept by.
    pub(super) const fn key<'a>(&'a self, store: StoreId, behind: Option<&'a Bookmark>) -> PartKey<'a> {
        PartKey { store, query: &self.query, behind, limit: self.limit, fields: self.fields }
    }

    pub(super) const fn has_prices(&self) -> bool {
        self.price_min.is_some() || self.price_max.is_some()
    }

    /// Reads the prices.
    pub(super) fn in_currency(&mut self, currency: Currency) -> Result<(), Problem> {
        let read = |name: &str, text: &Option<String>| -> Result<Option<Money>, Problem> {
            text.as_deref().map(|text| format::read_money(text, currency)).transpose().map_err(|reason| Problem::parameter(name, reason.to_string()))
        };
        self.query.price_min = read("price_min", &self.price_min)?;
        self.query.price_max = read("price_max", &self.price_max)?;
        Ok(())
    }
}

/// Some of a few words: repeated, or with commas between them.
fn words<T: PartialEq>(
    name: &str,
    value: &str,
    chosen: &mut Vec<T>,
    read: impl Fn(&str) -> Option<T>,
    known: impl Fn() -> Vec<&'static str>,
) -> Result<(), Problem> {
    for word in value.split(',') {
        let wrong = || Problem::parameter(name, format!("{word:?} is none of: {}.", known().join(", ")));
        let word = read(word.trim()).ok_or_else(wrong)?;
        if !chosen.contains(&word) {
            chosen.push(word);
        }
    }
    Ok(())
}

/// Somebody's own words, which may have commas in them: repeated.
fn text(name: &str, value: String, chosen: &mut Vec<String>) -> Result<(), Problem> {
    if value.is_empty() {
        return Err(Problem::parameter(name, "Name a value, or leave this out."));
    }
    if chosen.len() >= MOST_VALUES {
        return Err(Problem::parameter(name, format!("Choose {MOST_VALUES} values at most.")));
    }
    if !chosen.contains(&value) {
        chosen.push(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::query::SortKey;

    use super::*;

    fn parameter(address: &str) -> String {
        let problem = serde_json::to_value(Wanted::read(address).unwrap_err()).unwrap();
        assert_eq!(problem["status"], 400);
        problem["errors"][0]["parameter"].as_str().unwrap().to_owned()
    }

    #[test]
    fn an_address_asks_for_a_list() {
        let wanted =
            Wanted::read("q=oak+lamp&status=active,draft&status=archived&vendor=Smith%2C+Jones&sort=-price&limit=20&fields=id,title").unwrap();

        assert_eq!(
            wanted.query,
            ListQuery {
                search: "oak lamp".into(),
                status: vec![Status::Active, Status::Draft, Status::Archived],
                vendor: vec!["Smith, Jones".into()],
                sort: Sort { key: SortKey::Price, descending: true },
                ..ListQuery::default()
            }
        );
        assert_eq!((wanted.limit, wanted.fields), (20, Fields::parse("id,title").unwrap()));
    }

    #[test]
    fn nothing_asked_is_the_whole_list() {
        let wanted = Wanted::read("").unwrap();
        assert_eq!((wanted.query, wanted.limit, wanted.fields, wanted.cursor), (ListQuery::default(), 50, Fields::LISTED, None));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (address, name) in [
            ("limit=0", "limit"),
            ("limit=251", "limit"),
            ("limit=ten", "limit"),
            ("limit=1&limit=2", "limit"),
            ("status=sold", "status"),
            ("status=active,,draft", "status"),
            ("sort=colour", "sort"),
            ("fields=title,colour", "fields"),
            ("page=2", "page"),
            ("vendor=", "vendor"),
            ("tag=a%00b", "tag"),
        ] {
            assert_eq!(parameter(address), name, "{address}");
        }
        assert_eq!(parameter(&format!("q={}", "a".repeat(201))), "q");
        assert_eq!(parameter(&(0..201).map(|tag| format!("tag={tag}")).collect::<Vec<_>>().join("&")), "tag");
    }

    #[test]
    fn prices_are_read_in_the_currency_of_the_store() {
        let mut wanted = Wanted::read("price_min=19.90&price_max=100").unwrap();
        wanted.in_currency(Currency::EUR).unwrap();
        assert_eq!((wanted.query.price_min, wanted.query.price_max), (Some(Money(1_990)), Some(Money(10_000))));

        let mut wrong = Wanted::read("price_max=1,5").unwrap();
        assert!(serde_json::to_string(&wrong.in_currency(Currency::EUR).unwrap_err()).unwrap().contains("\"price_max\""));
    }
}
