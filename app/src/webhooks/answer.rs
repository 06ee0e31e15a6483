//! What the page is made of, asked of the ports.

use std::future::Future;

use domain::{clock::Timestamp, ids::WebhookId, query::pairs, role::Permission};
use leptos::prelude::use_context;
use ports::{
    Access, Ports,
    error::AppError,
    webhooks::{DeliveryView, WebhookSecret, WebhookView},
};

use super::{form, log, markup};
use crate::{
    context::{Now, authorised},
    forms::{Form, done, store},
};

/// A form that was sent, and could not be answered by leading to another page.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A webhook, with what is wrong with it.
    Refused(Form),
    /// A new webhook. Its secret is in this answer and in no other.
    Made(WebhookView, WebhookSecret),
    /// A new secret, and until when the one from before is good.
    Rotated(WebhookView, WebhookSecret, Timestamp),
    /// What came of a test.
    Tested(WebhookId, Result<DeliveryView, AppError>),
    /// Something is sent again: back to the log.
    Again(WebhookId),
    /// What is to be sent again was not understood.
    NotAgain(WebhookId, Form),
}

/// How many lines of a log are on one page.
const LINES: u32 = 50;

/// What is in the page.
pub(super) fn page(search: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let asked = authorised();
    let now = use_context::<Now>().ok_or(AppError::Internal);
    let sent = use_context::<Sent>();
    let (store, _) = store();
    let value = |name: &str| pairs(search).find(|(known, _)| known == name).map(|(_, value)| value);
    let (new, edited, logged, behind) = (value("new"), value("edit"), value("log"), value("behind"));
    let done = done(search);
    async move {
        let (ports, who) = asked?;
        let Now(now) = now?;
        if !who.role.may(Permission::Manage) {
            return Ok(markup::for_owners().into_string());
        }
        let page = markup::Page { store: &store, now, done };
        let id = |text: &str| text.parse::<WebhookId>().map_err(|_| AppError::NotFound);
        let (logged, again) = match &sent {
            Some(Sent::Again(id)) => (Some(*id), Some(Form::default())),
            Some(Sent::NotAgain(id, form)) => (Some(*id), Some(form.clone())),
            None => (logged.as_deref().map(id).transpose()?, None),
            Some(_) => (None, None),
        };
        if let Some(id) = logged {
            let hook = webhook(&ports, &who, id).await?;
            let behind = behind.as_deref().map(|text| log::read_bookmark(text).ok_or(AppError::NotFound)).transpose()?;
            let lines = ports.webhooks.deliveries(&who, id, behind, LINES).await?;
            let is_sent = matches!(sent, Some(Sent::Again(_)));
            return Ok(page.log(&hook, &lines, &again.unwrap_or_default(), is_sent).into_string());
        }
        match &sent {
            Some(Sent::Refused(form)) => {
                let known = match form.text("id") {
                    "" => None,
                    text => Some(webhook(&ports, &who, id(text)?).await?),
                };
                return Ok(page.form(form, known.as_ref()).into_string());
            }
            None if new.is_some() => return Ok(page.form(&form::empty(), None).into_string()),
            None => {
                if let Some(edited) = &edited {
                    let known = webhook(&ports, &who, id(edited)?).await?;
                    return Ok(page.form(&form::of(&known), Some(&known)).into_string());
                }
            }
            Some(_) => {}
        }
        let webhooks = ports.webhooks.webhooks(&who).await?;
        Ok(page.list(&webhooks, sent.as_ref()).into_string())
    }
}

async fn webhook(ports: &Ports, who: &Access, id: WebhookId) -> Result<WebhookView, AppError> {
    ports.webhooks.webhook(who, id).await?.ok_or(AppError::NotFound)
}
