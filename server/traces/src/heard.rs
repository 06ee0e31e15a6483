//! What is over, for whoever counts it: a trace is kept of few, and counted are all.

use std::{fmt, sync::Arc};

use crate::model::{Kind, Outcome};

/// Something that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// A [`Kind::Job`], a call of a [`Kind::Provider`], or the [`Kind::Wait`] of a job for its turn.
    pub kind: Kind,
    pub name: &'static str,
    pub outcome: Outcome,
    /// What it was said to have come to, more closely: the note `result` of a call, [`crate::Recording::result`] of a job.
    pub word: Option<&'static str>,
    pub took_us: u64,
    /// Of a job how long a thread was at it without a pause, at the longest: see [`crate::Recording::longest_poll`]. Of others it is not told.
    pub longest_poll_us: u64,
}

/// Is told at once, by whoever did it and goes on after that.
#[derive(Clone)]
pub(crate) struct Ear(Arc<dyn Fn(Heard) + Send + Sync>);

impl Ear {
    pub(crate) fn new(hear: impl Fn(Heard) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    pub(crate) fn hear(&self, heard: Heard) {
        (self.0)(heard);
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ear")
    }
}
