//! What the page is made of, asked of the ports.

use domain::{clock::Timestamp, query::pairs};
use leptos::prelude::use_context;
use ports::{Access, Ports, error::AppError};

use super::{form, markup};
use crate::forms::{self, Form};

/// A form that was sent, and could not be answered by leading to another page.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A silence, with what is wrong with it.
    Refused(Form),
    /// What came of a test of a channel.
    Tested(String, Result<(), AppError>),
    /// What was to be done could not be: a sentence.
    NotDone(String),
}

/// What the context says, which may be gone by the time the ports have answered.
pub(in crate::performance) struct Context {
    sent: Option<Sent>,
    store: String,
}

impl Context {
    pub(in crate::performance) fn read() -> Self {
        Self { sent: use_context(), store: forms::store().0 }
    }
}

pub(in crate::performance) async fn page(ports: &Ports, who: &Access, now: Timestamp, search: &str, context: Context) -> Result<String, AppError> {
    let standing = ports.alerts.standing(who).await?;
    let silenced = pairs(search).find(|(name, _)| name == "silence").map(|(_, what)| what);
    let form = match &context.sent {
        Some(Sent::Refused(form)) => form.clone(),
        _ => form::begun(silenced.as_deref()),
    };
    let page = markup::Page { store: &context.store, now, standing: &standing, sent: context.sent.as_ref(), form: &form, done: forms::done(search) };
    Ok(page.markup().into_string())
}
