//! What the page is made of, asked of the ports.

use std::future::Future;

use domain::{
    handle::Handle,
    ids::ProviderId,
    money::Currency,
    product::Missing,
    query::{Facet, ListQuery, Window, pairs},
};
use leptos::prelude::use_context;
use ports::{
    Access, Ports,
    error::AppError,
    writing::{Preview, ProviderView},
};

use super::{form, markup, preview};
use crate::{
    context::authorised,
    forms::{Form, done, store},
};

/// A form that was sent, and could not be answered by leading to another page.
#[derive(Clone, Debug)]
pub enum Sent {
    /// The store's brief or the template of a product type, with what is wrong with it.
    Brief { template: Option<String>, form: Form },
    /// A preview, for as long as the page has not come alive.
    Preview { handle: String, provider: String, answer: Result<Box<Preview>, AppError> },
}

/// What is offered to choose from for a preview.
pub(super) struct Choices {
    pub(super) providers: Vec<ProviderView>,
    pub(super) handle: String,
    pub(super) provider: String,
    /// What has come of it.
    pub(super) answer: String,
}

/// What is in the page.
pub(super) fn page(search: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let sent = use_context::<Sent>();
    let (store, currency) = store();
    let template = pairs(search).find(|(name, _)| name == "template").map(|(_, name)| name.trim().to_owned());
    let done = done(search);
    async move {
        let (ports, who) = asked?;
        let view = ports.writing.briefs(&who).await?;
        let (template, sent_form) = match &sent {
            Some(Sent::Brief { template, form }) => (template.clone(), Some(form.clone())),
            Some(Sent::Preview { .. }) => (None, None),
            None => (template.filter(|name| !name.is_empty()), None),
        };
        let page = markup::Page { store: &store, may_edit: view.may_edit, done };
        if let Some(name) = template {
            let known = view.templates.iter().find(|(known, _)| *known == name).map(|(_, brief)| brief);
            let form = sent_form.unwrap_or_else(|| form::of(known.unwrap_or(&form::empty_template()), true));
            return Ok(page.template(&name, known.is_some(), &form, &view.brief).into_string());
        }
        let form = sent_form.unwrap_or_else(|| form::of(&view.brief, false));
        let choices = if view.may_edit { Some(choices(&ports, &who, sent, currency).await?) } else { None };
        let types = ports.catalogue.facet(&who, &ListQuery::default(), Facet::ProductType, "").await.map(|types| types.values).unwrap_or_default();
        let types: Vec<String> = types.into_iter().map(|count| count.value).filter(|name| !name.is_empty()).collect();
        Ok(page.brief(&form, &view.templates, &types, choices.as_ref()).into_string())
    }
}

/// A preview, in place.
pub(super) fn preview(handle: &str, provider: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let (_, currency) = store();
    let ids = product_and_provider(handle, provider);
    async move {
        let (ports, who) = asked?;
        let (product, provider) = ids?;
        let made = ports.writing.preview(&who, &product, provider).await?;
        Ok(preview::markup(&made, currency).into_string())
    }
}

/// What a preview is asked for, as it was typed.
pub fn product_and_provider(handle: &str, provider: &str) -> Result<(Handle, ProviderId), AppError> {
    // People paste the address of a product's page.
    let handle = handle.trim();
    let handle = handle.rsplit_once("/products/").map_or(handle, |(_, handle)| handle);
    let handle = handle.split(['?', '#', '/']).next().unwrap_or_default().to_lowercase();
    if handle.is_empty() {
        return Err(AppError::Invalid("Choose a product: write its handle, which is the last part of its address.".into()));
    }
    let product = handle.parse().map_err(|_| AppError::Invalid(format!("“{handle}” is no handle. It is the last part of a product's address.")))?;
    let provider = provider.parse().map_err(|_| AppError::Invalid("Choose a provider.".into()))?;
    Ok((product, provider))
}

async fn choices(ports: &Ports, who: &Access, sent: Option<Sent>, currency: Currency) -> Result<Choices, AppError> {
    let mut providers = ports.writing.providers(who).await?;
    providers.retain(|provider| provider.enabled || provider.id == ProviderId::BUILT_IN);
    let (handle, provider, answer) = match sent {
        Some(Sent::Preview { handle, provider, answer }) => {
            let answer = answer.map_or_else(|error| preview::refused(&error), |made| preview::markup(&made, currency));
            (handle, provider, answer.into_string())
        }
        _ => (poor_one(ports, who).await?, String::new(), String::new()),
    };
    Ok(Choices { providers, handle, provider, answer })
}

/// A product without a description; the latest where every one has one.
async fn poor_one(ports: &Ports, who: &Access) -> Result<String, AppError> {
    for query in [ListQuery { missing: vec![Missing::Description], ..ListQuery::default() }, ListQuery::default()] {
        let listing = ports.catalogue.list(who, &Window { query, start: 0, count: 1 }).await?;
        if let Some(row) = listing.rows.first() {
            return Ok(row.handle.to_string());
        }
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_named_by_its_handle_or_by_its_address() {
        let built_in = ProviderId::BUILT_IN.to_string();
        let named = |text: &str| product_and_provider(text, &built_in).map(|(handle, _)| handle.to_string());

        assert_eq!(named(" Oak-Lamp "), Ok("oak-lamp".to_owned()));
        assert_eq!(named("https://vitrine.example/products/oak-lamp?q=oak#x"), Ok("oak-lamp".to_owned()));
        assert!(named("").is_err_and(|error| error.to_string().contains("Choose a product")));
        assert!(named("oak lamp").is_err_and(|error| error.to_string().contains("“oak lamp” is no handle")));
        assert!(product_and_provider("oak-lamp", "").is_err());
    }
}
