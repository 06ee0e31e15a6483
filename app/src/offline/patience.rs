//! How long somebody at a screen waits for the server before they are shown what the device has: where a phone has hardly any signal, a request is
//! neither answered nor lost for minutes.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use leptos::prelude::set_timeout;

const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Waiting {
    is_over: bool,
    waker: Option<Waker>,
}

/// None when there is no answer in time. It can still be waited for.
pub(crate) async fn in_time<F: Future + Unpin>(answer: &mut F) -> Option<F::Output> {
    let waiting = Arc::new(Mutex::new(Waiting::default()));
    let over = Arc::clone(&waiting);
    set_timeout(
        move || {
            let mut waiting = over.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.is_over = true;
            if let Some(waker) = waiting.waker.take() {
                waker.wake();
            }
        },
        PATIENCE,
    );
    poll_fn(|context| {
        if let Poll::Ready(answer) = Pin::new(&mut *answer).poll(context) {
            return Poll::Ready(Some(answer));
        }
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_over {
            return Poll::Ready(None);
        }
        waiting.waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await
}
