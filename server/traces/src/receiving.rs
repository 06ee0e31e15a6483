//! Waiting for the body of a request: how fast it comes is for the network and whoever asks to say, and nothing of how fast this server is.

use std::time::{Duration, Instant};

use crate::current::{Handle, current};

/// A body that is being waited for, until this is dropped: also when whoever sends it goes away.
#[derive(Debug)]
#[must_use = "a body is waited for until this is dropped"]
pub struct Receiving {
    request: Option<Handle>,
    began: Instant,
    waited: Duration,
    /// None while something else is done with what has come.
    since: Option<Instant>,
}

/// Begins to wait.
pub fn receiving() -> Receiving {
    let now = Instant::now();
    Receiving { request: current(), began: now, waited: Duration::ZERO, since: Some(now) }
}

impl Receiving {
    /// Something came.
    pub fn pause(&mut self) {
        self.waited += self.since.take().map_or(Duration::ZERO, |since| since.elapsed());
    }

    /// The next is waited for.
    pub fn go_on(&mut self) {
        self.pause();
        self.since = Some(Instant::now());
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.pause();
        if let Some(request) = &self.request {
            request.received(self.began, self.waited);
        }
    }
}
