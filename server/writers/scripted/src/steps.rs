//! The body of an answer, step by step.

use std::{collections::VecDeque, io, time::Duration};

use bytes::{Bytes, BytesMut};
use futures::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use tokio::time::sleep;

pub(super) enum Step {
    Send(Bytes),
    Pause(Duration),
    /// Nothing more comes, and the line stays open.
    Stall,
    /// The line breaks.
    Break,
}

pub(super) fn body_of(steps: Vec<Step>) -> UnsyncBoxBody<Bytes, io::Error> {
    if let Some(all) = at_once(&steps) {
        return Full::new(all).map_err(|never| match never {}).boxed_unsync();
    }
    let frames = stream::unfold(VecDeque::from(steps), |mut steps| async move {
        loop {
            match steps.pop_front()? {
                Step::Send(bytes) => return Some((Ok(Frame::data(bytes)), steps)),
                Step::Pause(time) => sleep(time).await,
                Step::Stall => std::future::pending().await,
                Step::Break => return Some((Err(io::Error::other("as the script says")), VecDeque::new())),
            }
        }
    });
    StreamBody::new(frames).boxed_unsync()
}

/// Without pauses all can go out together, as a fast provider's does.
fn at_once(steps: &[Step]) -> Option<Bytes> {
    let mut all = BytesMut::new();
    for step in steps {
        let Step::Send(bytes) = step else { return None };
        all.extend_from_slice(bytes);
    }
    Some(all.freeze())
}

/// An answer cut into pieces of some characters, as models give them.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let size = (text.len() / 1_000).max(12);
    while !rest.is_empty() {
        let at = rest.char_indices().nth(size).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(at);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// With a pause before each but the first.
pub(super) fn paced(events: Vec<Bytes>, pause: Duration) -> Vec<Step> {
    let mut steps = Vec::with_capacity(events.len());
    for event in events {
        if !pause.is_zero() && !steps.is_empty() {
            steps.push(Step::Pause(pause));
        }
        steps.push(Step::Send(event));
    }
    steps
}

/// About as many as a model would count.
pub(super) fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}
