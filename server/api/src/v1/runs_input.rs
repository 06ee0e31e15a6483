//! A run as it is asked for.

use domain::{
    handle::Handle,
    ids::ProviderId,
    money::{Cost, Currency},
    words::part::Part,
};
use ports::{
    Access,
    error::AppError,
    runs::{RunSpec, Selection},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::runs_filter::RunFilter;
use crate::{
    body::Object,
    format,
    options::Api,
    problem::{Kind, Problem},
};

/// More products than these are chosen by a filter.
const MOST_PRODUCTS: usize = 10_000;

/// What a run is to do. Name its products by `products` or by `filter`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRun {
    /// The handles of single products.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 10_000, example = json!(["oak-lamp"]))]
    products: Option<Vec<String>>,
    /// All products that match when the run starts; `{}` is the whole catalogue.
    #[serde(default)]
    #[schema(value_type = Option<RunFilter>)]
    filter: Option<Object<RunFilter>>,
    /// Who writes. Without it, the first of the store's providers that is enabled.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    provider_id: Option<ProviderId>,
    /// What is written: of `title`, `description`, `seo_title`, `seo_description`, `tags` and `alt`. Without it, what the store's brief
    /// says.
    #[serde(default)]
    #[schema(min_items = 1, example = json!(["title", "description"]))]
    parts: Option<Vec<String>>,
    /// Leave alone what is not empty.
    #[serde(default)]
    only_empty: bool,
    /// Write again what has not changed since it was written last.
    #[serde(default)]
    again: bool,
    /// The most that it may cost, a decimal number in the store's currency; it pauses there. Without it, nothing but the store's budget
    /// limits it.
    #[serde(default)]
    #[schema(example = "5.00")]
    cap: Option<String>,
    /// Pause after ten products, to look at them and to know what the rest will cost.
    #[serde(default)]
    sample_first: bool,
}

impl NewRun {
    /// With a provider and parts for what was left open.
    pub(super) async fn spec(self, api: &Api, who: &Access) -> Result<RunSpec, Problem> {
        let currency = api.currency(who).await?;
        let (selection, parts, cap) = (selection(self.products, self.filter, currency)?, parts(self.parts)?, cap(self.cap.as_deref())?);
        let provider = match self.provider_id {
            Some(provider) => provider,
            None => usual(api, who).await?,
        };
        let parts = match parts {
            Some(parts) => parts,
            None => api.ports.writing.briefs(who).await?.brief.parts,
        };
        Ok(RunSpec { selection, provider, parts, only_empty: self.only_empty, again: self.again, cap, sample_first: self.sample_first })
    }
}

/// The one that is asked first.
async fn usual(api: &Api, who: &Access) -> Result<ProviderId, AppError> {
    let providers = api.ports.writing.providers(who).await?.into_iter();
    let first = providers.filter(|provider| provider.enabled).min_by_key(|provider| provider.position);
    Ok(first.map_or(ProviderId::BUILT_IN, |provider| provider.id))
}

fn selection(products: Option<Vec<String>>, filter: Option<Object<RunFilter>>, currency: Currency) -> Result<Selection, Problem> {
    match (products, filter) {
        (Some(products), None) => handles(products).map(Selection::Products),
        (None, Some(Object(filter))) => filter.query(currency).map(Selection::Matching).map_err(|problem| problem.under("/filter")),
        (Some(_), Some(_)) => Err(Problem::pointer(Kind::Unacceptable, "/filter", "Name products, or a filter: both at once are not understood.")),
        (None, None) => {
            let detail = "Name the products, or send a filter. An empty filter is the whole catalogue.";
            Err(Problem::pointer(Kind::Unacceptable, "/filter", detail))
        }
    }
}

fn handles(products: Vec<String>) -> Result<Vec<Handle>, Problem> {
    if products.is_empty() {
        return Err(Problem::pointer(Kind::Unacceptable, "/products", "No product is named. Name at least one."));
    }
    if products.len() > MOST_PRODUCTS {
        let detail = format!("There are {} products. Name 10,000 at most, or send a filter.", products.len());
        return Err(Problem::pointer(Kind::Unacceptable, "/products", detail));
    }
    let wrong = |index: usize, text: &str| {
        let detail = format!("{text:?} is not a handle. Name products by their handles.");
        Problem::pointer(Kind::Unacceptable, format!("/products/{index}"), detail)
    };
    products.into_iter().enumerate().map(|(index, text)| text.parse().map_err(|_| wrong(index, &text))).collect()
}

fn parts(names: Option<Vec<String>>) -> Result<Option<Vec<Part>>, Problem> {
    let Some(names) = names else { return Ok(None) };
    if names.is_empty() {
        return Err(Problem::pointer(Kind::Unacceptable, "/parts", "Name at least one part, or leave this out."));
    }
    let mut parts = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let known = || Part::ALL.map(Part::name).join(", ");
        let wrong = || Problem::pointer(Kind::Unacceptable, format!("/parts/{index}"), format!("{name:?} is none of: {}.", known()));
        let part = Part::from_name(name).ok_or_else(wrong)?;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    Ok(Some(parts))
}

pub(super) fn cap(text: Option<&str>) -> Result<Option<Cost>, Problem> {
    text.map(format::read_cost).transpose().map_err(|reason| Problem::pointer(Kind::Unacceptable, "/cap", reason.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::from_json;

    type Read = (Selection, Option<Vec<Part>>, Option<Cost>);

    /// What it comes to without asking for anything.
    fn read(json: &str) -> Result<Read, Problem> {
        let new: NewRun = from_json(json.as_bytes())?;
        Ok((selection(new.products, new.filter, Currency::EUR)?, parts(new.parts)?, cap(new.cap.as_deref())?))
    }

    #[test]
    fn a_run_is_over_named_products_or_over_a_filter() {
        let (named, parts, cap) = read(r#"{"products":["oak-lamp"],"parts":["tags","title","tags"],"cap":"0.05"}"#).unwrap();
        let (all, none, uncapped) = read(r#"{"filter":{}}"#).unwrap();

        assert_eq!(named, Selection::Products(vec!["oak-lamp".parse().unwrap()]));
        assert_eq!((parts, cap), (Some(vec![Part::Tags, Part::Title]), Some(Cost(50_000))));
        assert_eq!((all, none, uncapped), (Selection::Matching(domain::query::ListQuery::default()), None, None));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let many = format!(r#"{{"products":[{}]}}"#, vec!["\"a\""; MOST_PRODUCTS + 1].join(","));
        for (json, status, pointer) in [
            ("{}", 422, "/filter"),
            (r#"{"products":["a"],"filter":{}}"#, 422, "/filter"),
            (r#"{"products":[]}"#, 422, "/products"),
            (r#"{"products":["a","Oak Lamp"]}"#, 422, "/products/1"),
            (many.as_str(), 422, "/products"),
            (r#"{"filter":{"price_min":"cheap"}}"#, 422, "/filter/price_min"),
            (r#"{"filter":{"colour":"red"}}"#, 400, "/filter/colour"),
            (r#"{"filter":{},"parts":[]}"#, 422, "/parts"),
            (r#"{"filter":{},"parts":["title","colour"]}"#, 422, "/parts/1"),
            (r#"{"filter":{},"cap":"-1"}"#, 422, "/cap"),
            (r#"{"filter":{},"cap":5}"#, 400, "/cap"),
            (r#"{"filter":{},"provider_id":"x"}"#, 400, "/provider_id"),
            (r#"{"filter":{},"model":"x"}"#, 400, "/model"),
        ] {
            let problem = serde_json::to_value(read(json).unwrap_err()).unwrap();
            assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&status.into(), &pointer.into()), "{json:.80}: {problem}");
        }
    }
}
