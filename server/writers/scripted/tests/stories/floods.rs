//! Answers that do not end.

use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::{Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use ports::writing::ProviderKind;
use scripted_provider::Play;
use tokio::time::{Instant, sleep};
use writers::{Body, Broken, Outcome, Wire};

use crate::support::{BOTH, Till, error, outcomes, question, settings, story, title, writers};

const GOOD: &str = r#"{"title":"Oak lamp","description":"<p>Made of oak.</p>"}"#;

/// An event that says nothing, as a provider of the kind sends it.
fn nothing(kind: ProviderKind) -> &'static str {
    if kind == ProviderKind::Anthropic { "event: ping\ndata: {\"type\":\"ping\"}\n\n" } else { "data: {\"choices\":[]}\n\n" }
}

fn last(kind: ProviderKind) -> String {
    let event = if kind == ProviderKind::Anthropic {
        serde_json::json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": GOOD } })
    } else {
        serde_json::json!({ "choices": [{ "delta": { "content": GOOD } }] })
    };
    format!("data: {event}\n\ndata: [DONE]\n\n")
}

#[tokio::test(start_paused = true)]
async fn thousands_of_events_that_say_nothing_are_read_over() {
    for kind in BOTH {
        for (noise, end) in [
            (nothing(kind).repeat(40_000), "\n"),
            (": still here\n\n".repeat(100_000), "\n"),
            ("data: {\n\n".repeat(100_000), "\n"),
            ("\n".repeat(1_000_000), ""),
        ] {
            let story = story(kind, [Play::Raw { content_type: "text/event-stream", body: format!("{noise}{end}{}", last(kind)) }]);

            assert_eq!(title(&story.ask().await), "Oak lamp");
        }
    }
}

/// Answers with the same piece again and again, for as long as somebody reads.
struct Endless {
    content_type: &'static str,
    piece: String,
    pause: Duration,
}

#[async_trait::async_trait]
impl Wire for Endless {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Body>, Broken> {
        let (piece, pause) = (Bytes::from(self.piece.clone()), self.pause);
        let pieces = stream::unfold((), move |()| {
            let piece = piece.clone();
            async move {
                sleep(pause).await;
                Some((Ok(Frame::data(piece)), ()))
            }
        });
        let body = StreamBody::new(pieces).boxed_unsync();
        Ok(Response::builder().header("content-type", self.content_type).body(body).unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_an_end_is_cut_off_by_its_size() {
    for kind in BOTH {
        for (content_type, piece) in [
            ("text/event-stream", nothing(kind).to_owned()),
            ("text/event-stream", ": still here\n".to_owned()),
            ("text/event-stream", "data: x\n".to_owned()),
            ("text/event-stream", "x".repeat(1_000)),
            ("application/json", " ".repeat(1_000)),
        ] {
            let wire = Endless { content_type, piece, pause: Duration::ZERO };
            let writers = writers(std::sync::Arc::new(wire));

            let answer = writers.writer(&settings(1, kind)).write(&question(), &Till::default()).await;

            assert_eq!(error(&answer), "Acme 1 answered with more than 2 MB. Use another model.");
            assert_eq!(outcomes(&answer), [Outcome::TooLarge]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_an_end_is_cut_off_by_the_clock() {
    for kind in BOTH {
        for content_type in ["text/event-stream", "application/json"] {
            for piece in [nothing(kind), ""] {
                let (begun, pause) = (Instant::now(), Duration::from_secs(7));
                let writers = writers(std::sync::Arc::new(Endless { content_type, piece: piece.to_owned(), pause }));

                let answer = writers.writer(&settings(1, kind)).write(&question(), &Till::default()).await;

                assert_eq!((outcomes(&answer), begun.elapsed().as_secs()), (vec![Outcome::TimedOut], 60));
            }
        }
    }
}
