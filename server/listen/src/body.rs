//! Bodies on their way in and out, at a pace that is kept.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{BoxError, body::Body};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    limits::Rate,
    pace::Pace,
    watch::{OnItsWay, Running},
};

/// What is known of a request's body from beside it.
#[derive(Debug)]
pub(crate) struct Arrival {
    last: Mutex<Instant>,
    too_slow: AtomicBool,
}

/// The body of a request.
pub(crate) struct Intake {
    inner: Incoming,
    pace: Pace,
    rate: Rate,
    arrival: Arc<Arrival>,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// The body of an answer. The request has ended when this has.
///
/// It goes out in pieces. Handed over in one, a megabyte is either taken or not, and whoever takes it slowly looks like somebody who
/// takes nothing.
pub(crate) struct Outflow {
    inner: Body,
    /// What is left of the part that is handed over at the moment.
    rest: Bytes,
    way: OnItsWay,
    _running: Running,
}

/// As much as HTTP/2 has in a frame.
const PIECE: usize = 16 << 10;

#[derive(Debug, thiserror::Error)]
#[error("the body of a request came too slowly")]
struct TooSlow;

impl Arrival {
    pub(crate) fn new() -> Self {
        Self { last: Mutex::new(Instant::now()), too_slow: AtomicBool::new(false) }
    }

    /// When something of the body came last; the head at first.
    pub(crate) fn last(&self) -> Instant {
        *self.moment()
    }

    pub(crate) fn is_too_slow(&self) -> bool {
        self.too_slow.load(Ordering::Relaxed)
    }

    fn moment(&self) -> MutexGuard<'_, Instant> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intake {
    pub(crate) fn new(inner: Incoming, rate: Rate, arrival: Arc<Arrival>) -> Self {
        Self { inner, pace: Pace::default(), rate, arrival, alarm: None }
    }

    fn given_up(&self) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.arrival.too_slow.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(TooSlow.into())))
    }
}

impl HttpBody for Intake {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let me = &mut *self;
        let polled = Pin::new(&mut me.inner).poll_frame(context);
        let now = Instant::now();
        if let Poll::Ready(frame) = polled {
            me.pace.rest(now);
            *me.arrival.moment() = now;
            if let Some(Ok(frame)) = &frame {
                me.pace.passed(frame.data_ref().map_or(0, Bytes::len), me.rate);
                if me.pace.is_too_slow(now, me.rate) {
                    return me.given_up();
                }
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        me.pace.wait(now);
        let deadline = me.pace.deadline(now, me.rate);
        let alarm = me.alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        if alarm.as_mut().poll(context).is_ready() { me.given_up() } else { Poll::Pending }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Outflow {
    pub(crate) fn new(inner: Body, way: OnItsWay, running: Running) -> Self {
        Self { inner, rest: Bytes::new(), way, _running: running }
    }
}

impl HttpBody for Outflow {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let me = &mut *self;
        if me.rest.is_empty() {
            match Pin::new(&mut me.inner).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => me.rest = data,
                    Err(trailers) => {
                        me.way.taken(Some(0));
                        return Poll::Ready(Some(Ok(trailers)));
                    }
                },
                other => {
                    me.way.taken(None);
                    return other;
                }
            }
        }
        let piece = me.rest.split_to(me.rest.len().min(PIECE));
        me.way.taken(Some(piece.len()));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, inner) = (self.rest.len() as u64, self.inner.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
