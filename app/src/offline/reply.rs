//! The answers.

use domain::{query::Window, role::Permission};
use held::{About, HeldStore};
use ports::error::AppError;
use serde::Serialize;

use super::{
    question::Question,
    shelf::{self, Asked},
    tab::{self, Needs, Since},
};
use crate::{frame::signed_in, product::api::Opened, ui::html::clean};

/// The most rows that one request gets from the server.
const MOST_ROWS: u32 = 200;

/// What the server would have answered; none where only the server knows.
pub(super) async fn reply(address: String) -> Option<Result<Vec<u8>, AppError>> {
    let me = signed_in()?;
    if let Some(asked) = Asked::read(&address) {
        return shelf::answer(asked, &me).await;
    }
    let question = match Question::read(&address)? {
        Ok(question) => question,
        Err(error) => return Some(Err(error)),
    };
    let about = About { store: me.store.id, currency: me.store.currency, user: me.id, editable: me.role.may(Permission::Edit) };
    let needs = if matches!(question, Question::List(_)) { Needs::First } else { Needs::All };
    tab::with(about, needs, |store, since| answer(store, since, question)).await?.map(Ok)
}

fn answer(store: &HeldStore, since: &Since<'_>, question: Question) -> Option<Vec<u8>> {
    if store.is_empty() {
        return None;
    }
    match question {
        Question::List(window) => {
            let since = since(&window.query);
            let mut listing = store.list(&Window { count: window.count.min(MOST_ROWS), ..window });
            if let (Some(held), Some(since)) = (&mut listing.held, since) {
                // What has come into it since is not known.
                (held.has_list, held.as_of) = (true, held.as_of.min(since));
            }
            written(&listing)
        }
        Question::Facets(query) => written(&store.facets(&query)),
        Question::Values { query, facet, containing } => written(&store.facet(&query, facet, &containing)),
        Question::Product { handle, list } => {
            let Some(mut product) = handle.parse().ok().and_then(|handle| store.product(&handle)) else {
                // Whether there is such a product is known where all of them are.
                return if store.held().is_whole() { written(&None::<Opened>) } else { None };
            };
            product.description_shown = clean(&product.description).html;
            let neighbours = store.neighbours(&list, product.id);
            let history = store.history(product.id);
            written(&Some(Opened { product, neighbours, history }))
        }
        Question::Names(products) => written(&store.names(&products)),
        Question::History => written(&Vec::<ports::product::HistoryEntry>::new()),
    }
}

fn written(answer: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_allocvec(answer).ok()
}
