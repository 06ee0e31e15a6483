//! How long a thread is at a request without a pause: whatever else waits for that thread waits for as long.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    time::Instant,
};

use crate::recorder::Recorder;

/// Does work, and notes the longest of its pieces.
pub(crate) async fn watched<F: Future>(recorder: Option<Arc<Recorder>>, work: F) -> F::Output {
    let mut work = pin!(work);
    poll_fn(|context| {
        let Some(recorder) = &recorder else { return work.as_mut().poll(context) };
        let began = Instant::now();
        let answer = work.as_mut().poll(context);
        recorder.polled(began.elapsed());
        answer
    })
    .await
}
