//! One import: how far it is, and what came of it.

use domain::{ids::JobId, role::Permission};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate, hooks::use_params_map};
use ports::{
    error::AppError,
    jobs::{JobDetail, JobKind, JobState, JobView},
};

use super::{
    results::{BadRows, Planned, Tiles},
    row::Cancel,
};
use crate::{
    codec::Loaded,
    frame::use_me,
    jobs::{
        api::{import_for_good, open_job},
        state::{Pace, kind, looked_at, took},
    },
    ui::{
        asking::Asking,
        at_once::{at_once, changing, sometimes},
        format::products,
        icon::Icon,
        opening::opening_one,
        progress::Progress,
        time::{Time, now},
        title::title,
        trouble::{Current, Trouble, keep_current},
    },
};

#[component]
pub(crate) fn Import() -> impl IntoView {
    let params = use_params_map();
    let loaded = Loaded::new_with_options(move || params.read().get("id").unwrap_or_default(), open_job, true);
    opening_one("job-page", loaded, |detail: &JobDetail| detail.job.id.to_string(), |detail| at_once(view! { <Page detail /> }))
}

#[component]
fn Page(detail: JobDetail) -> impl IntoView {
    let may_run = use_me().is_some_and(|me| me.role.may(Permission::RunJobs));
    let JobView { id, kind: what, subject, who, created_at, .. } = detail.job.clone();
    let detail = RwSignal::new(detail);
    let pace = RwSignal::new(Pace::default());
    let ask = move || async move { open_job(id.to_string()).await?.ok_or(AppError::NotFound) };
    let take = move |latest: JobDetail| {
        pace.try_update(|pace| pace.note(std::iter::once(&latest.job), now().micros() / 1_000));
        detail.try_set(latest);
    };
    let active = Memo::new(move |_| detail.with(|detail| !detail.job.state.is_over()));
    let Current { trouble, refresh } = keep_current(move || active.get(), ask, take);

    let name = subject.clone();
    let action = changing(move || {
        if !may_run {
            at_once(())
        } else if active.get() {
            at_once(view! { <Cancel id label=format!("Cancel {name}") refresh class="btn danger" /> })
        } else if detail.with(|detail| detail.job.kind == JobKind::DryRun && detail.job.state == JobState::Done) {
            at_once(view! { <Confirm id detail /> })
        } else {
            at_once(())
        }
    });
    let name = subject.clone();
    title(move || name.clone());
    let overwrite = detail.with_untracked(|detail| detail.overwrite);
    at_once(view! {
        <div class="page job-page">
            <header class="page-head">
                <div>
                    <h1>{subject}</h1>
                    <p class="muted">
                        {format!("{} by {who}, ", kind(what))}<Time at=created_at />
                        {if overwrite { ", overwriting what was edited here" } else { ", leaving what was edited here" }}
                    </p>
                </div>
                {action}
            </header>
            <Standing detail pace />
            <Trouble error=trouble />
            <Planned detail />
            <BadRows detail />
            <p class="line"><a class="link" href="/imports">"All imports"</a></p>
        </div>
    })
}

#[component]
fn Standing(detail: RwSignal<JobDetail>, pace: RwSignal<Pace>) -> impl IntoView {
    let look = Memo::new(move |_| detail.with(|detail| told(&detail.job)));
    let bytes = move |part: fn(&JobView) -> u64| Signal::derive(move || detail.with(|detail| part(&detail.job)));
    let numbers = move || {
        detail.with(|detail| {
            let count = products(looked_at(&detail.job.progress));
            let time = if detail.job.state.is_over() { Some(took(&detail.job)) } else { pace.with(|pace| pace.left(&detail.job)) };
            match time.filter(|time| !time.is_empty()) {
                Some(time) => format!("{count}, {time}"),
                None => count,
            }
        })
    };
    let message = sometimes(move || {
        detail
            .with(|detail| (!detail.job.message.is_empty()).then(|| detail.job.message.clone()))
            .map(|message| at_once(view! { <p class="error" role="alert">{message}</p> }))
    });
    at_once(view! {
        <section class="part" aria-label="Progress" data-state=move || detail.with(|detail| detail.job.state.name())>
            <div class="line">
                <span class="badge" data-tone=move || look.get().0 role="status">{move || look.get().1}</span>
                <span class="grow"></span>
                <span class="num muted">{numbers}</span>
            </div>
            <Progress done=bytes(|job| job.progress.bytes) of=bytes(|job| job.progress.bytes_total) label="Progress" />
            {message}
            <Tiles detail />
        </section>
    })
}

/// The state in words that tell what is safe.
fn told(job: &JobView) -> (&'static str, &'static str) {
    match (job.state, job.kind) {
        (JobState::Queued, _) => ("off", "Waiting for its turn"),
        (JobState::Running, _) if job.cancelling => ("busy", "Cancelling, once the present batch is done"),
        (JobState::Running, JobKind::DryRun) => ("busy", "Running, nothing is written"),
        (JobState::Running, JobKind::Import | JobKind::Optimise) => ("busy", "Running"),
        (JobState::Done, JobKind::DryRun) => ("ok", "Dry run done, nothing written yet"),
        (JobState::Done, JobKind::Import | JobKind::Optimise) => ("ok", "Done"),
        (JobState::Failed, JobKind::DryRun) => ("bad", "Failed, nothing was written"),
        (JobState::Failed, JobKind::Import | JobKind::Optimise) => ("bad", "Failed; what was imported before stays"),
        (JobState::Cancelled, JobKind::DryRun) => ("off", "Cancelled, nothing was written"),
        (JobState::Cancelled, JobKind::Import | JobKind::Optimise) => ("off", "Cancelled; what was imported before stays"),
    }
}

/// After a dry run: import for good.
#[component]
fn Confirm(id: JobId, detail: RwSignal<JobDetail>) -> impl IntoView {
    let count = detail.with_untracked(|detail| detail.job.progress.created + detail.job.progress.changed);
    if count == 0 {
        return at_once(view! { <span class="muted">"An import would change nothing."</span> });
    }
    let asking = Asking::new();
    let navigate = use_navigate();
    let import = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        asking.ask(import_for_good(id), move |job| {
            if let Some(job) = job {
                navigate(&format!("/imports/{job}"), NavigateOptions::default());
            }
        });
    };
    let label = format!("Import {}", products(count));
    at_once(view! {
        <form method="post" action=format!("/imports/{id}/confirm") on:submit=import>
            <button class="btn primary" aria-disabled=move || asking.disabled()><Icon name="upload" />{label}</button>
            {asking.reason()}
        </form>
    })
}
