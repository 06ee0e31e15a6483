//! What a page may ask of the server, and the types that travel between the two. The server implements
//! the traits and puts them into context; the pages and the HTTP handlers call them and nothing else.
//!
//! Every method that touches a store takes the [`Access`] of the person asking and checks their role itself,
//! so that no page and no handler can forget to. Absence is `Ok(None)`; failure is `Err`.

pub mod alerts;
pub mod changes;
pub mod database;
pub mod deprecated;
pub mod devices;
pub mod error;
pub mod idempotency;
pub mod jobs;
pub mod lab;
pub mod people;
pub mod performance;
pub mod product;
pub mod products;
pub mod profiles;
pub mod review;
pub mod runs;
pub mod tokens;
pub mod traces;
pub mod usage;
pub mod webhooks;
pub mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    handle::Handle,
    ids::{JobId, OpId, ProductId, Seq, StoreId, UserId},
    op::Op,
    query::{Facet, ListQuery, Window},
    role::Role,
};

use crate::{
    error::AppError,
    jobs::{BadRow, JobDetail, JobView},
    people::{Me, MemberView},
    product::{HistoryEntry, Name, Neighbours, ProductView, Receipt, Source, Submission},
    products::{Bookmark, FacetValues, Listing, Opening, Part},
};

/// A person in a store with a role: the proof that membership was looked up. Made by [`People`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    pub user: UserId,
    pub store: StoreId,
    pub role: Role,
}

/// The list, the products, and the one way to change them.
#[async_trait]
pub trait Catalogue: Send + Sync {
    async fn list(&self, who: &Access, window: &Window) -> Result<Listing, AppError>;

    /// What the page of a list opens with. A window behind the end becomes the last one. Nothing waits for facets
    /// that would take a moment.
    async fn opening(&self, who: &Access, window: &Window) -> Result<Opening, AppError>;

    /// The first values of every facet of a list.
    async fn facets(&self, who: &Access, query: &ListQuery) -> Result<Vec<FacetValues>, AppError>;

    /// The values of one facet that contain a text.
    async fn facet(&self, who: &Access, query: &ListQuery, facet: Facet, containing: &str) -> Result<FacetValues, AppError>;

    /// The last change of the store that lists and products have now: whatever is read afterwards is as new, or newer.
    async fn as_of(&self, who: &Access) -> Result<Seq, AppError>;

    /// The same, where nothing has to be asked or waited for to know it; none where it has, or where one may not look.
    fn known_as_of(&self, who: &Access) -> Option<Seq>;

    /// The next `count` products of a list, 250 at most, behind a bookmark or from its beginning. Paging through a list that changes
    /// meanwhile shows every product once that stays where it is in it.
    async fn part(&self, who: &Access, query: &ListQuery, behind: Option<&Bookmark>, count: u32) -> Result<Part, AppError>;

    /// Whole products, 250 at most, in the order asked for; those that are not there are left out, as are those in the trash.
    async fn products(&self, who: &Access, ids: &[ProductId]) -> Result<Vec<ProductView>, AppError>;

    async fn product(&self, who: &Access, handle: &Handle) -> Result<Option<ProductView>, AppError>;

    /// A product as it is in memory, for a change that is done by [`Self::submit_upon`]: somebody else may have changed it a moment ago.
    /// None when it is not there, whatever the reason; then it has to be read.
    async fn known(&self, who: &Access, name: Name<'_>) -> Result<Option<ProductView>, AppError>;

    /// The product before and the product behind one in a list.
    async fn neighbours(&self, who: &Access, query: &ListQuery, product: ProductId) -> Result<Neighbours, AppError>;

    /// The changes of a product, latest first, 50 at most, those before `before` where it is given.
    async fn history(&self, who: &Access, product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, AppError>;

    /// Does one op of a page. The same op again answers as the first time did.
    async fn submit(&self, who: &Access, op: Op) -> Result<Receipt, AppError> {
        self.submit_from(who, Source::Page.into(), op).await
    }

    /// Does one op of whatever source, which the history names. The same op again answers as the first time did, where it may be retried.
    async fn submit_from(&self, who: &Access, how: Submission, op: Op) -> Result<Receipt, AppError>;

    /// The same if its product is still at the version that the op was made for. None when it has gone on: nothing was done then, and the op
    /// may be made anew under its id.
    async fn submit_upon(&self, who: &Access, how: Submission, op: Op, version: Seq) -> Result<Option<Receipt>, AppError>;

    /// What an op was answered that was submitted before; none when it is unknown in this store. For whoever may submit.
    async fn receipt(&self, who: &Access, op: OpId) -> Result<Option<Receipt>, AppError>;
}

/// People, their sessions and their stores.
#[async_trait]
pub trait People: Send + Sync {
    /// Checks a password and opens a session; the secret goes into a cookie and is kept nowhere else.
    /// `address` is where the attempt comes from, so that many wrong ones slow down.
    async fn sign_in(&self, email: &str, password: &str, address: &str) -> Result<SessionSecret, AppError>;

    async fn sign_out(&self, session: &SessionSecret) -> Result<(), AppError>;

    /// Who a session belongs to; none when it is unknown or has run out.
    async fn me(&self, session: &SessionSecret) -> Result<Option<(Access, Me)>, AppError>;

    /// Goes on in another store one belongs to.
    async fn switch_store(&self, session: &SessionSecret, store: StoreId) -> Result<(), AppError>;

    /// The same person in another store, which they belong to; none where they do not.
    async fn in_store(&self, who: &Access, store: StoreId) -> Result<Option<Access>, AppError>;

    async fn members(&self, who: &Access) -> Result<Vec<MemberView>, AppError>;
}

/// Work in the background.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Starts to import an uploaded file, which is then the job's own.
    async fn start_import(&self, who: &Access, upload: Upload, options: ImportOptions) -> Result<JobId, AppError>;

    /// The same with an id of the caller's: a job that has it is not started again.
    async fn start_import_as(&self, who: &Access, id: JobId, upload: Upload, options: ImportOptions) -> Result<(), AppError>;

    /// Imports for good what a finished dry run has looked at.
    async fn import_after_dry_run(&self, who: &Access, dry_run: JobId) -> Result<JobId, AppError>;

    /// The same with an id of the caller's: a job that has it is not started again.
    async fn import_after_dry_run_as(&self, who: &Access, id: JobId, dry_run: JobId) -> Result<(), AppError>;

    /// The latest 100.
    async fn jobs(&self, who: &Access) -> Result<Vec<JobView>, AppError>;

    async fn job(&self, who: &Access, id: JobId) -> Result<Option<JobDetail>, AppError>;

    /// Bad rows behind line `after`, in order, 1,000 at most.
    async fn bad_rows(&self, who: &Access, id: JobId, after: u64) -> Result<Vec<BadRow>, AppError>;

    /// Asks a job to stop; it does between two batches.
    async fn cancel(&self, who: &Access, id: JobId) -> Result<(), AppError>;
}

/// A file the server holds, on its way to a job.
#[derive(Debug)]
pub struct Upload {
    /// As the person knows it.
    pub file_name: String,
    /// Where the server put it.
    pub path: std::path::PathBuf,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    pub dry_run: bool,
    pub overwrite: bool,
}

/// What a session cookie holds. Never logged: it prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret(pub String);

impl std::fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionSecret(..)")
    }
}

/// All ports, as they stand in context. A request takes several copies of it.
#[derive(Clone)]
pub struct Ports(Arc<AllPorts>);

/// Each port by its name.
pub struct AllPorts {
    pub catalogue: Arc<dyn Catalogue>,
    pub changes: Arc<dyn changes::Changes>,
    pub people: Arc<dyn People>,
    pub jobs: Arc<dyn Jobs>,
    pub writing: Arc<dyn writing::Writing>,
    pub runs: Arc<dyn runs::Runs>,
    pub reviews: Arc<dyn review::Reviews>,
    pub usage: Arc<dyn usage::Usage>,
    pub tokens: Arc<dyn tokens::Tokens>,
    pub idempotency: Arc<dyn idempotency::Idempotency>,
    pub deprecated: Arc<dyn deprecated::Deprecated>,
    pub devices: Arc<dyn devices::Devices>,
    pub database: Arc<dyn database::DatabaseFigures>,
    pub performance: Arc<dyn performance::Performance>,
    pub lab: Arc<dyn lab::Lab>,
    pub traces: Arc<dyn traces::Traces>,
    pub profiles: Arc<dyn profiles::Profiles>,
    pub webhooks: Arc<dyn webhooks::Webhooks>,
    pub alerts: Arc<dyn alerts::Alerts>,
}

impl Ports {
    pub fn new(all: AllPorts) -> Self {
        Self(Arc::new(all))
    }
}

impl std::ops::Deref for Ports {
    type Target = AllPorts;

    fn deref(&self) -> &AllPorts {
        &self.0
    }
}
