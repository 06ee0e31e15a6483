//! Pictures, of which so many are kept as somebody looks at in a day.

use std::cell::Cell;

use web_sys::{Request, Response};

use crate::{
    browser::{Outcome, find, trim},
    caches::{MOST_PICTURES, PICTURES},
    files::{Keep, fetched},
};

/// How many are put in before it is looked again whether they are too many: a page brings fifty at once.
const COUNTED_EVERY: u32 = 16;

thread_local! {
    static PUT_IN: Cell<u32> = const { Cell::new(0) };
}

pub(crate) async fn picture(request: Request) -> Outcome<(Response, Option<Keep>)> {
    match find(Some(PICTURES), &request.url()).await {
        Some(kept) => Ok((kept, None)),
        None => fetched(PICTURES.to_owned(), request).await,
    }
}

/// Drops the oldest when there are too many, which is looked at now and then.
pub(crate) async fn bound() -> Outcome<()> {
    let put_in = PUT_IN.get();
    PUT_IN.set(put_in.wrapping_add(1));
    if put_in.is_multiple_of(COUNTED_EVERY) { trim(PICTURES, MOST_PICTURES).await.map(|_| ()) } else { Ok(()) }
}
