//! One after the other: a page asks several things at once, and the first of them makes what the others want.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

thread_local! {
    static IS_TAKEN: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// Given back when it is dropped.
pub(super) struct Turn;

pub(super) async fn turn() -> Turn {
    poll_fn(|context| {
        if IS_TAKEN.replace(true) {
            WAITING.with_borrow_mut(|waiting| waiting.push(context.waker().clone()));
            return Poll::Pending;
        }
        Poll::Ready(Turn)
    })
    .await
}

impl Drop for Turn {
    fn drop(&mut self) {
        IS_TAKEN.set(false);
        WAITING.take().into_iter().for_each(Waker::wake);
    }
}
