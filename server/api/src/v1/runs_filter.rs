//! Which products of a catalogue, in the body of a request and of an answer: what the parameters of the list of products say.

use domain::{
    money::{Currency, Money},
    product::{Missing, OptimisationStatus, Status},
    query::ListQuery,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    format,
    problem::{Kind, Problem},
};

/// More values of one filter than anybody chooses.
const MOST_VALUES: usize = 200;
const LONGEST_SEARCH: usize = 200;

/// Which products. Values of one list are alternatives; what is empty leaves nothing out.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RunFilter {
    /// Words that must all be found in title, vendor, type, tags, handle, SKU or barcode.
    #[schema(required = false, max_length = 200)]
    q: String,
    /// Of `active`, `draft` and `archived`.
    #[schema(required = false, value_type = Vec<String>)]
    status: Vec<Status>,
    #[schema(required = false, max_items = 200)]
    vendor: Vec<String>,
    #[serde(rename = "type")]
    #[schema(required = false, max_items = 200)]
    product_type: Vec<String>,
    #[schema(required = false, max_items = 200)]
    tag: Vec<String>,
    /// Of `none`, `queued`, `suggested`, `approved`, `rejected`, `published` and `failed`.
    #[schema(required = false, value_type = Vec<String>)]
    optimisation: Vec<OptimisationStatus>,
    /// What they lack, of `description`, `image`, `seo`, `alt`, `tags` and `short`.
    #[schema(required = false, value_type = Vec<String>)]
    missing: Vec<Missing>,
    /// The least price, a decimal number in the store's currency.
    #[schema(required = false, example = "19.90")]
    price_min: Option<String>,
    /// The highest price.
    #[schema(required = false)]
    price_max: Option<String>,
}

impl RunFilter {
    pub(super) fn of(query: &ListQuery, currency: Currency) -> Self {
        let ListQuery { search, status, vendor, product_type, tag, optimisation, missing, price_min, price_max, sort: _ } = query;
        let money = |price: Option<Money>| price.map(|price| format::money(price, currency));
        Self {
            q: search.clone(),
            status: status.clone(),
            vendor: vendor.clone(),
            product_type: product_type.clone(),
            tag: tag.clone(),
            optimisation: optimisation.clone(),
            missing: missing.clone(),
            price_min: money(*price_min),
            price_max: money(*price_max),
        }
    }

    pub(super) fn query(self, currency: Currency) -> Result<ListQuery, Problem> {
        let Self { q, status, vendor, product_type, tag, optimisation, missing, price_min, price_max } = self;
        if q.chars().count() > LONGEST_SEARCH {
            return Err(Problem::pointer(Kind::Unacceptable, "/q", format!("A search has {LONGEST_SEARCH} characters at most.")));
        }
        if q.contains('\0') {
            return Err(Problem::pointer(Kind::Unacceptable, "/q", NO_NUL));
        }
        let price = |name: &str, text: Option<String>| {
            let wrong = |reason: domain::money::InvalidMoney| Problem::pointer(Kind::Unacceptable, format!("/{name}"), reason.to_string());
            text.map(|text| format::read_money(&text, currency)).transpose().map_err(wrong)
        };
        Ok(ListQuery {
            search: q,
            status: each_once(status),
            vendor: texts("vendor", vendor)?,
            product_type: texts("type", product_type)?,
            tag: texts("tag", tag)?,
            optimisation: each_once(optimisation),
            missing: each_once(missing),
            price_min: price("price_min", price_min)?,
            price_max: price("price_max", price_max)?,
            ..ListQuery::default()
        })
    }
}

const NO_NUL: &str = "A text has no NUL character.";

fn each_once<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut chosen = Vec::with_capacity(values.len());
    for value in values {
        if !chosen.contains(&value) {
            chosen.push(value);
        }
    }
    chosen
}

fn texts(name: &str, values: Vec<String>) -> Result<Vec<String>, Problem> {
    if values.len() > MOST_VALUES {
        return Err(Problem::pointer(Kind::Unacceptable, format!("/{name}"), format!("Choose {MOST_VALUES} values at most.")));
    }
    for (index, value) in values.iter().enumerate() {
        let wrong = |says: &str| Err(Problem::pointer(Kind::Unacceptable, format!("/{name}/{index}"), says));
        if value.is_empty() {
            return wrong("Name a value, or leave this out.");
        }
        if value.contains('\0') {
            return wrong(NO_NUL);
        }
    }
    Ok(each_once(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::from_json;

    fn refused(json: &str) -> (u64, String) {
        let problem = match from_json::<RunFilter>(json.as_bytes()) {
            Ok(filter) => filter.query(Currency::EUR).unwrap_err(),
            Err(problem) => problem,
        };
        let problem = serde_json::to_value(problem).unwrap();
        (problem["status"].as_u64().unwrap(), problem["errors"][0]["pointer"].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_filter_is_the_query_of_a_list() {
        let json = br#"{"q":"oak","status":["draft","draft"],"type":["Lamps, small"],"missing":["seo"],"price_max":"19.90"}"#;
        let filter: RunFilter = from_json(json).unwrap();

        let query = filter.query(Currency::EUR).unwrap();

        let expected = ListQuery {
            search: "oak".into(),
            status: vec![Status::Draft],
            product_type: vec!["Lamps, small".into()],
            missing: vec![Missing::Seo],
            price_max: Some(Money(1_990)),
            ..ListQuery::default()
        };
        assert_eq!(query, expected);
        let again = RunFilter::of(&query, Currency::EUR);
        assert_eq!(again.price_max.as_deref(), Some("19.90"));
        assert_eq!(again.query(Currency::EUR), Ok(expected));
    }

    #[test]
    fn nothing_chosen_is_the_whole_catalogue() {
        assert!(from_json::<RunFilter>(b"{}").unwrap().query(Currency::EUR).unwrap().is_unfiltered());
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        assert_eq!(refused(r#"{"colour":"red"}"#), (400, "/colour".into()));
        assert_eq!(refused(r#"{"vendor":["Acme",""]}"#), (422, "/vendor/1".into()));
        assert_eq!(refused("{\"tag\":[\"a\\u0000b\"]}"), (422, "/tag/0".into()));
        assert_eq!(refused(r#"{"price_min":"1,5"}"#), (422, "/price_min".into()));
        assert_eq!(refused(&format!(r#"{{"q":"{}"}}"#, "a".repeat(201))), (422, "/q".into()));
        let (status, pointer) = refused(r#"{"status":["sold"]}"#);
        assert!(status == 400 && pointer.starts_with("/status/0"), "{pointer}");
    }
}
