//! The server functions of runs.

#[cfg(feature = "ssr")]
use domain::ids::ProviderId;
use domain::{ids::JobId, words::part::Part};
use leptos::prelude::*;
use ports::{
    error::AppError,
    runs::{Estimate, Picture, RunDetail, RunView},
    writing::ProviderView,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::state::choice::{Choice, typed_cost};
#[cfg(feature = "ssr")]
use crate::{
    context::{answer_status, authorised},
    usage::warning,
};

/// What the page of all runs opens with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Overview {
    pub(crate) runs: Vec<RunView>,
    pub(crate) picture: Picture,
    /// HTML: that most of the month's budget is spent; empty while it is not.
    pub(crate) warning: String,
}

/// What the page of a run shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) detail: RunDetail,
    /// As in [`Overview`].
    pub(crate) warning: String,
}

/// What the page of a new run opens with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Preparation {
    /// How many products are chosen.
    pub(crate) products: u64,
    /// By what, in words: `Missing: Description`.
    pub(crate) filters: Vec<String>,
    /// Those that can be asked.
    pub(crate) providers: Vec<ProviderView>,
    /// What the store's brief has written.
    pub(crate) parts: Vec<Part>,
    /// For what stands in the address; none where it cannot be started so.
    pub(crate) estimate: Option<Result<Estimate, AppError>>,
    /// As in [`Overview`].
    pub(crate) warning: String,
}

/// What can be done about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Steering {
    Pause,
    Resume,
    Cancel,
    /// A new run over what has failed.
    Retry,
}

impl Steering {
    pub const ALL: [Self; 4] = [Self::Pause, Self::Resume, Self::Cancel, Self::Retry];

    /// As it stands in the address that a plain form is sent to.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Retry => "retry",
        }
    }

    /// Does it; the run to look at afterwards. `cap` is what was typed.
    #[cfg(feature = "ssr")]
    pub async fn steer(self, ports: &ports::Ports, who: &ports::Access, id: JobId, cap: &str) -> Result<JobId, AppError> {
        match self {
            Self::Pause => ports.runs.pause(who, id).await?,
            Self::Resume => ports.runs.resume(who, id, typed_cost(cap).map_err(AppError::Invalid)?).await?,
            Self::Cancel => ports.runs.cancel(who, id).await?,
            Self::Retry => return ports.runs.retry_failed(who, id).await,
        }
        Ok(id)
    }
}

use crate::wire::{Read, Write};

#[server(prefix = "/api/fn", endpoint = "runs/overview", protocol = Read)]
pub(crate) async fn open_overview() -> Result<Overview, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    let warning = warning(&ports, &access);
    let runs = ports.runs.runs(&access).await.inspect_err(answer_status)?;
    let picture = ports.runs.picture(&access).await.inspect_err(answer_status)?;
    Ok(Overview { runs, picture, warning: warning.await.inspect_err(answer_status)? })
}

#[server(prefix = "/api/fn", endpoint = "runs/list", protocol = Read)]
pub(crate) async fn list_runs() -> Result<Vec<RunView>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.runs.runs(&access).await.inspect_err(answer_status)
}

/// `id` as it stands in the address: what is no id is no run.
#[server(prefix = "/api/fn", endpoint = "runs/get", protocol = Read)]
pub(crate) async fn open_run(id: String) -> Result<Option<Shown>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    let warning = warning(&ports, &access);
    let Ok(id) = id.parse::<JobId>() else { return Ok(None) };
    let Some(detail) = ports.runs.run(&access, id).await.inspect_err(answer_status)? else { return Ok(None) };
    Ok(Some(Shown { detail, warning: warning.await.inspect_err(answer_status)? }))
}

/// `address` is that of the page, behind the `?`.
#[server(prefix = "/api/fn", endpoint = "runs/prepare", protocol = Read)]
pub(crate) async fn prepare(address: String) -> Result<Preparation, AppError> {
    use domain::{money::Currency, query::Window};
    use ports::runs::Selection;

    let (ports, who) = authorised().inspect_err(answer_status)?;
    let warning = warning(&ports, &who);
    let currency = use_context::<crate::context::Visitor>().and_then(|visitor| visitor.me).map_or(Currency::EUR, |me| me.store.currency);
    let choice = Choice::read(&address);
    let (products, filters) = match &choice.selection {
        Selection::Products(handles) => (handles.len() as u64, Vec::new()),
        Selection::Matching(query) => {
            let window = Window { query: query.clone(), start: 0, count: 1 };
            let listing = ports.catalogue.list(&who, &window).await.inspect_err(answer_status)?;
            (listing.total.into(), crate::products::in_words(query, currency))
        }
    };
    let writers = writers(&ports, &who).await.inspect_err(answer_status)?;
    let may_start = who.role.may(domain::role::Permission::RunJobs);
    let estimate = match choice.spec(writers.usual(), &writers.parts) {
        Ok(spec) if may_start && products > 0 => Some(ports.runs.estimate(&who, &spec).await),
        _ => None,
    };
    let warning = warning.await.inspect_err(answer_status)?;
    Ok(Preparation { products, filters, providers: writers.providers, parts: writers.parts, estimate, warning })
}

#[server(prefix = "/api/fn", endpoint = "runs/estimate", protocol = Read)]
pub(crate) async fn estimate_run(address: String) -> Result<Estimate, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    let writers = writers(&ports, &who).await.inspect_err(answer_status)?;
    let spec = Choice::read(&address).spec(writers.usual(), &writers.parts).map_err(AppError::Invalid).inspect_err(answer_status)?;
    ports.runs.estimate(&who, &spec).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "runs/start", protocol = Write)]
pub(crate) async fn start_run(address: String) -> Result<JobId, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    start(&ports, &access, &address).await.inspect_err(answer_status)
}

/// What can be done about a run; the run to look at afterwards.
#[server(prefix = "/api/fn", endpoint = "runs/steer", protocol = Write)]
pub(crate) async fn steer_run(id: JobId, what: Steering, cap: String) -> Result<JobId, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    what.steer(&ports, &access, id, &cap).await.inspect_err(answer_status)
}

/// Starts what an address or the body of a form asks for. It says for which store: meanwhile the session may have gone on to
/// another one, in another tab.
#[cfg(feature = "ssr")]
pub async fn start(ports: &ports::Ports, who: &ports::Access, address: &str) -> Result<JobId, AppError> {
    if domain::query::pairs(address).any(|(name, store)| name == "store" && store != who.store.to_string()) {
        let elsewhere = "You have gone to another store in another tab. Nothing was started. Reload the page, and start the run there.";
        return Err(AppError::Invalid(elsewhere.into()));
    }
    let choice = Choice::read(address);
    let writers = writers(ports, who).await?;
    let spec = choice.spec(writers.usual(), &writers.parts).map_err(AppError::Invalid)?;
    ports.runs.start(who, spec).await
}

/// Who can be asked, and what for.
#[cfg(feature = "ssr")]
struct Writers {
    providers: Vec<ProviderView>,
    parts: Vec<Part>,
}

#[cfg(feature = "ssr")]
impl Writers {
    /// The one that is asked first.
    fn usual(&self) -> ProviderId {
        self.providers.first().map_or(ProviderId::BUILT_IN, |provider| provider.id)
    }
}

#[cfg(feature = "ssr")]
async fn writers(ports: &ports::Ports, who: &ports::Access) -> Result<Writers, AppError> {
    let mut providers = ports.writing.providers(who).await?;
    providers.retain(|provider| provider.enabled);
    providers.sort_by_key(|provider| provider.position);
    let parts = ports.writing.briefs(who).await?.brief.parts;
    Ok(Writers { providers, parts })
}
