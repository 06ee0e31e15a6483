//! What is asked, read from the address as the server functions write it.

use domain::{
    ids::ProductId,
    query::{Facet, ListQuery, Window, pairs},
};
use ports::error::AppError;

/// A question that a device can answer.
#[derive(Debug, PartialEq)]
pub(super) enum Question {
    List(Window),
    Facets(ListQuery),
    Values { query: ListQuery, facet: Facet, containing: String },
    Product { handle: String, list: ListQuery },
    History,
    Names(Vec<ProductId>),
}

impl Question {
    /// None when it is about something else; an error as the server would give it when it makes no sense.
    pub(super) fn read(address: &str) -> Option<Result<Self, AppError>> {
        let (_, asked) = address.split_once("/api/fn/")?;
        let (function, arguments) = asked.split_once('?').unwrap_or((asked, ""));
        let text = |name: &str| pairs(arguments).find(|(other, _)| other == name).map(|(_, value)| value).unwrap_or_default();
        let number = |name: &str| text(name).parse().unwrap_or_default();
        let list = |name: &str| ListQuery::from_address(&text(name));
        Some(Ok(match function {
            "products/list" => Self::List(Window { query: list("address"), start: number("start"), count: number("count") }),
            "products/facets" => Self::Facets(list("address")),
            "products/facet" => match Facet::from_name(&text("facet")) {
                Some(facet) => Self::Values { query: list("address"), facet, containing: text("containing") },
                None => return Some(Err(AppError::Invalid("There is no such filter.".into()))),
            },
            "product/get" => Self::Product { handle: text("handle"), list: list("list") },
            "product/history" => Self::History,
            "products/names" => Self::Names(text("products").split(',').filter_map(|id| id.parse().ok()).collect()),
            _ => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::Seq;
    use serde::Serialize;

    use super::*;

    /// A request as `server_fn` makes it of a function's arguments.
    fn read(function: &str, arguments: &impl Serialize) -> Option<Result<Question, AppError>> {
        let arguments = serde_qs::to_string(arguments).unwrap();
        Question::read(&format!("https://shop.test/api/fn/{function}?{arguments}"))
    }

    #[derive(Serialize)]
    struct List {
        address: String,
        start: u32,
        count: u32,
    }

    #[derive(Serialize)]
    struct Values {
        address: String,
        facet: String,
        containing: String,
    }

    #[derive(Serialize)]
    struct Product {
        handle: String,
        list: String,
    }

    #[derive(Serialize)]
    struct History {
        product: ProductId,
        before: Option<Seq>,
    }

    #[test]
    fn what_was_asked_is_read_as_it_was_meant() {
        let query = ListQuery { search: "50% & \"naïve\" + 1=2".into(), vendor: vec!["A&B".into(), "C+D [x]".into()], ..ListQuery::default() };
        let address = query.to_address();
        let list = List { address: address.clone(), start: 300, count: 100 };
        let values = Values { address: address.clone(), facet: "vendor".into(), containing: "é + [0]".into() };
        let product = Product { handle: "oak-lamp".into(), list: address };

        assert_eq!(read("products/list", &list), Some(Ok(Question::List(Window { query: query.clone(), start: 300, count: 100 }))));
        assert_eq!(read("products/facets", &list), Some(Ok(Question::Facets(query.clone()))));
        let asked = Question::Values { query: query.clone(), facet: Facet::Vendor, containing: "é + [0]".into() };
        assert_eq!(read("products/facet", &values), Some(Ok(asked)));
        assert_eq!(read("product/get", &product), Some(Ok(Question::Product { handle: "oak-lamp".into(), list: query })));
        let id = ProductId::new(domain::clock::Timestamp::from_micros(7), [7; 10]);
        let asked = Question::read(&format!("/api/fn/products/names?products={id}%2C{id}%2C7"));
        assert_eq!(asked, Some(Ok(Question::Names(vec![id, id]))));
        let history = History { product: "01890000-0000-7000-8000-000000000007".parse().unwrap(), before: Some(Seq(3)) };
        assert_eq!(read("product/history", &history), Some(Ok(Question::History)));
    }

    #[test]
    fn what_a_device_does_not_have_is_left_to_the_server() {
        assert_eq!(Question::read("https://shop.test/api/fn/runs/estimate?x=1"), None);
        assert_eq!(Question::read("https://shop.test/products?q=lamp"), None);
        assert!(matches!(Question::read("/api/fn/products/facet?facet=colour"), Some(Err(AppError::Invalid(_)))));
        assert_eq!(Question::read("/api/fn/products/facets"), Some(Ok(Question::Facets(ListQuery::default()))));
    }
}
