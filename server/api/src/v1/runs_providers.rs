//! Who can write for the store: whom a run can name.

use axum::{extract::State, http::HeaderMap};
use domain::ids::ProviderId;
use ports::writing::{ProviderKind, ProviderView};
use serde::Serialize;
use utoipa::{ToSchema, openapi::Object};

use super::{
    common::{one_of, shown},
    parameters::IfNoneMatch,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadRuns},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenListed: read);

#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderList<'a> {
    /// In the order they are asked in.
    providers: Vec<ProviderJson<'a>>,
    /// That of every price, as ISO 4217 has it.
    #[schema(example = "EUR")]
    currency: &'a str,
}

/// Who writes words. Its key and its address are the owners' alone.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
pub(crate) struct ProviderJson<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: ProviderId,
    #[schema(schema_with = kind)]
    kind: &'static str,
    name: &'a str,
    model: &'a str,
    /// Whether it can be asked.
    enabled: bool,
    /// What it costs today; null when the price table has a hole.
    #[schema(required = true)]
    price: Option<PriceJson>,
}

/// Decimal numbers, per million tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderPrice)]
pub(crate) struct PriceJson {
    #[schema(example = "0.15")]
    input: String,
    #[schema(example = "0.60")]
    output: String,
}

/// List who can write
///
/// The store's providers, in the order they are asked in. The built-in writer is always among them.
#[utoipa::path(
    get,
    path = "/providers",
    operation_id = "listProviders",
    tag = "Runs",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The providers", body = ProviderList<'static>, headers(("ETag" = String, description = "Strong: of the list as it is now.")), example = json!({
            "providers": [{
                "id": "00000000-0000-0000-0000-000000000000", "kind": "built_in", "name": "Built-in rules", "model": "", "enabled": true,
                "price": {"input": "0.00", "output": "0.00"},
            }],
            "currency": "EUR",
        })),
        (status = 304, description = "One has it already"),
        WhenListed,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn list(State(api): State<Api>, allowed: Allowed<ReadRuns>, headers: HeaderMap) -> Result<Answer, Problem> {
    let who = &allowed.bearer.access;
    let (providers, currency) = (api.ports.writing.providers(who).await?, api.currency(who).await?);
    shown(&ProviderList { providers: providers.iter().map(ProviderJson::of).collect(), currency: currency.code() }, &headers)
}

impl<'a> ProviderJson<'a> {
    fn of(provider: &'a ProviderView) -> Self {
        Self {
            id: provider.id,
            kind: provider.kind.name(),
            name: &provider.name,
            model: &provider.model,
            enabled: provider.enabled,
            price: provider.price.as_ref().map(|price| PriceJson { input: price.input.plain(), output: price.output.plain() }),
        }
    }
}

fn kind() -> Object {
    one_of(ProviderKind::ALL.map(ProviderKind::name), "How it is asked.")
}
