//! Counting the bytes of an answer whose length nobody knows before it is sent: it is compressed on the way, or made while it is sent.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http_body_util::BodyExt;
use measuring::metric;

use super::Traced;

/// Tells how long a body was when that is gone: what was not taken was not sent.
struct Sent {
    bytes: u64,
    route: &'static str,
    traced: Arc<Traced>,
}

/// Counts the bytes of an answer: at once where its length is known, which costs nothing that was not there, and else as they go.
pub(super) fn count(response: &mut Response, route: &'static str, traced: &Arc<Traced>) {
    if let Some(length) = response.body().size_hint().exact() {
        traced.recorder().record(metric::HTTP_BYTES, route, "", length);
        return;
    }
    let mut sent = Sent { bytes: 0, route, traced: traced.clone() };
    let counted = std::mem::take(response.body_mut()).map_frame(move |frame| {
        sent.add(frame.data_ref());
        frame
    });
    *response.body_mut() = Body::new(counted);
}

impl Sent {
    fn add(&mut self, part: Option<&Bytes>) {
        self.bytes += part.map_or(0, Bytes::len) as u64;
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.traced.recorder().record(metric::HTTP_BYTES, self.route, "", self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, response::IntoResponse};
    use futures::stream;

    use super::*;

    fn streamed() -> Response {
        let parts = [Bytes::from_static(b"12345"), Bytes::from_static(b"678")].map(Ok::<_, std::io::Error>);
        Body::from_stream(stream::iter(parts)).into_response()
    }

    fn counted(traced: &Traced) -> Vec<(String, u64)> {
        traced.recorder().take().into_iter().map(|(series, sketch)| (series.of, sketch.sum())).collect()
    }

    #[tokio::test]
    async fn what_is_compressed_on_the_way_is_counted_when_it_was_sent() {
        let traced = Arc::new(Traced::for_tests());
        let mut answer = streamed();
        count(&mut answer, "GET /products", &traced);
        let before = counted(&traced);

        let body = to_bytes(answer.into_body(), 100).await.unwrap();

        assert_eq!((before, body.as_ref(), counted(&traced)), (vec![], b"12345678".as_slice(), vec![("GET /products".to_owned(), 8)]));
    }

    #[tokio::test]
    async fn of_one_that_nobody_takes_to_its_end_that_is_counted_which_was_taken() {
        let traced = Arc::new(Traced::for_tests());
        let mut answer = streamed();
        count(&mut answer, "GET /products", &traced);

        let refused = to_bytes(answer.into_body(), 6).await;

        assert!(refused.is_err());
        assert!(matches!(&counted(&traced)[..], [(_, 1..=8)]));
    }
}
