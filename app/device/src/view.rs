//! Asking the server which rows a view has.

use domain::{
    ids::UserId,
    sync::wire::{PROTO, Sealed, Span, Trouble, View, ViewReply, ViewRows},
};

use crate::http;

/// Answers that are put together at most: of a larger store a device keeps a part in any case.
const MOST_PARTS: usize = 40;

/// The newest rows of a view, at least as many as there is room for if it has them.
pub(crate) async fn rows(address: &str, user: UserId, view: &str, room: usize) -> Result<ViewRows, Trouble> {
    let mut all: Option<ViewRows> = None;
    for _ in 0..MOST_PARTS {
        let below = all.as_ref().and_then(|all| all.spans.first()).map(|span| span.from);
        let asked = View { proto: PROTO, user: Some(user), view: view.to_owned(), below };
        let ViewRows { of, as_of, spans, more } = http::ask::<ViewReply>(address, &Sealed::of(&asked), || ()).await?.rows;
        let before = all.take().unwrap_or(ViewRows { of, as_of, ..ViewRows::default() });
        let is_all = !more || spans.is_empty();
        let rows = ViewRows { spans: Span::union(&spans, &before.spans), more: !is_all, ..before };
        if is_all || Span::total(&rows.spans) >= room {
            return Ok(rows);
        }
        all = Some(rows);
    }
    Ok(all.unwrap_or_default())
}
