//! What the page is made of, asked of the ports.

use std::future::Future;

use domain::{query::pairs, role::Permission};
use leptos::prelude::use_context;
use maud::html;
use ports::{
    error::AppError,
    tokens::{TokenSecret, TokenView},
};

use super::{address::address, form, markup};
use crate::{
    context::{Now, authorised},
    forms::{Form, store},
};

/// A form that was sent, and could not be answered by leading to another page.
#[derive(Clone, Debug)]
pub enum Sent {
    /// What could not be made, with what is wrong with it.
    Refused(Form),
    /// A new token. Its secret is in this answer and in no other.
    Made(TokenView, TokenSecret),
}

/// What is in the page.
pub(super) fn page(search: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let now = use_context::<Now>().ok_or(AppError::Internal);
    let sent = use_context::<Sent>();
    let (store, _) = store();
    let address = address();
    let value = |name: &str| pairs(search).find(|(known, _)| known == name).map(|(_, value)| value);
    let (new, all) = (value("new").is_some(), value("all").is_some());
    let revoked = value("done").is_some_and(|done| done == "revoked");
    async move {
        let (ports, who) = asked?;
        let Now(now) = now?;
        let done = html! { p.done role="status" { @if revoked { "Revoked." } } };
        let page = markup::Page { store: &store, me: who.user, sees_all: who.role.may(Permission::Manage), now, address: &address, done };
        let made = match &sent {
            Some(Sent::Refused(form)) => return Ok(page.form(form).into_string()),
            None if new => return Ok(page.form(&form::empty()).into_string()),
            Some(Sent::Made(token, secret)) => Some((token, secret)),
            None => None,
        };
        let tokens = ports.tokens.tokens(&who).await?;
        Ok(page.list(&tokens, all, made).into_string())
    }
}
