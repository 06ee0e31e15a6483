//! What the API is given by the server around it.

use std::{net::SocketAddr, pin::Pin, sync::Arc};

use async_trait::async_trait;
use axum::{body::Body, http::HeaderMap, response::Response};
use cache::Cache;
use domain::{clock::Clock, ids::JobId};
use ports::{Access, Ports, Upload, error::AppError};

use crate::currency::Currencies;

pub struct ApiOptions {
    /// Does what a request that may write has begun in a task of its own, where it is not known to be part of it: what it reads is read where
    /// it is decided what is written, and not from memory or a copy.
    pub deciding: fn(Writing) -> Writing,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn RandomBytes>,
    pub gate: Arc<dyn Gate>,
    pub files: Arc<dyn Files>,
    /// Where finished answers are kept.
    pub cache: Cache,
    /// The address of the design system, for the page to try the API on.
    pub stylesheet: String,
}

/// A write on its way to its answer.
pub type Writing = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Where chance comes from.
pub trait RandomBytes: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Who may try to log in, and when again.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Why somebody may not log in from there, whatever the password.
    fn refuses(&self, email: &str, peer: SocketAddr, headers: &HeaderMap) -> Option<String>;

    /// After too many wrong passwords, how many seconds until the next one is looked at.
    async fn seconds_to_wait(&self, email: &str, address: &str) -> Option<u64>;
}

/// Files that come in and go out: none of them is ever in memory as a whole.
#[async_trait]
pub trait Files: Send + Sync {
    /// Takes in a catalogue file of somebody who may import; it is on the disk for good when this returns. `seen` is shown every piece
    /// of it on its way. What is refused is taken and thrown away, within bounds, so that whoever sends it hears why.
    async fn receive(
        &self,
        who: &Access,
        file_name: String,
        headers: &HeaderMap,
        body: Body,
        seen: &mut (dyn for<'b> FnMut(&'b [u8]) + Send),
    ) -> Result<Box<dyn Arrived>, NotReceived>;

    /// Takes and throws away what nobody wants to have, within bounds.
    async fn discard(&self, body: Body);

    /// The bad rows of a job that is there, as a CSV.
    fn bad_rows(&self, who: &Access, job: JobId) -> Body;

    /// The catalogue of the store as a CSV, for those who may export. It is made as fast as it is read, and breaks off when it cannot
    /// be made to its end.
    async fn catalogue(&self, who: &Access) -> Result<Body, AppError>;
}

/// A file that no job has yet. It is deleted with this, unless a job has taken it.
pub trait Arrived: Send {
    fn upload(&self) -> Upload;
}

/// Why a file was not taken in.
#[derive(Debug)]
pub enum NotReceived {
    /// It is larger than so many megabytes.
    TooLarge(u64),
    Because(AppError),
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) ports: Ports,
    pub(crate) options: ApiOptions,
    pub(crate) currencies: Currencies,
}

impl Api {
    pub(crate) fn new(ports: Ports, options: ApiOptions) -> Self {
        Self(Arc::new(Shared { ports, options, currencies: Currencies::default() }))
    }
}

impl std::ops::Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
