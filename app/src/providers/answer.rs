//! What the page is made of, asked of the ports.

use std::future::Future;

use domain::{ids::ProviderId, query::pairs, role::Permission};
use leptos::prelude::use_context;
use ports::{
    error::AppError,
    writing::{ProviderKind, Trial},
};

use super::{form, markup};
use crate::{
    context::authorised,
    forms::{Form, done, store},
};

/// A form that was sent, and could not be answered by leading to another page.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A provider, with what is wrong with it. It has no key: what was typed there is not given out again.
    Provider(Form),
    Price(Form),
    /// What a provider answered, for as long as the page has not come alive.
    Tried(ProviderId, Result<Trial, AppError>),
}

/// What is in the page.
pub(super) fn page(search: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let sent = use_context::<Sent>();
    let (store, currency) = store();
    let value = |name: &str| pairs(search).find(|(known, _)| known == name).map(|(_, value)| value);
    let (edited, new) = (value("edit"), value("new"));
    let done = done(search);
    async move {
        let (ports, who) = asked?;
        if !who.role.may(Permission::Manage) {
            return Ok(markup::for_owners().into_string());
        }
        let mut providers = ports.writing.providers(&who).await?;
        // As they are offered for a new run.
        providers.sort_by_key(|provider| provider.position);
        let page = markup::Page { store: &store, currency, done };
        if let Some(Sent::Provider(form)) = &sent {
            let known = form.text("id").parse().ok().and_then(|id| providers.iter().find(|provider| provider.id == id));
            return Ok(page.provider(form, known).into_string());
        }
        if sent.is_none()
            && let Some(edited) = edited
        {
            let known = edited.parse().ok().and_then(|id| providers.iter().find(|provider| provider.id == id));
            let known = known.filter(|provider| provider.kind != ProviderKind::BuiltIn).ok_or(AppError::NotFound)?;
            return Ok(page.provider(&form::of(known), Some(known)).into_string());
        }
        if sent.is_none() && new.is_some() {
            return Ok(page.provider(&form::empty(form::behind(&providers)), None).into_string());
        }
        let prices = ports.writing.prices(&who).await?;
        let (price, tried) = match sent {
            Some(Sent::Price(form)) => (form, None),
            Some(Sent::Tried(id, answer)) => (Form::default(), Some((id, markup::tried(&answer).into_string()))),
            _ => (Form::default(), None),
        };
        Ok(page.list(&providers, &prices, &price, tried.as_ref()).into_string())
    }
}

/// What a provider answers, in place.
pub(super) fn trial(id: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let id = id.parse::<ProviderId>();
    async move {
        let (ports, who) = asked?;
        let id = id.map_err(|_| AppError::NotFound)?;
        let answer = ports.writing.try_provider(&who, id).await?;
        Ok(markup::tried(&Ok(answer)).into_string())
    }
}
