//! One import in a line.

use domain::ids::JobId;
use leptos::{ev, prelude::*};
use ports::jobs::{JobState, JobView};

use crate::{
    jobs::{
        api::cancel_job,
        state::{Pace, badge, kind, looked_at, outcome, took},
    },
    ui::{
        asking::Asking,
        at_once::{at_once, changing},
        format::products,
        progress::Progress,
        time::Time,
    },
};

#[component]
pub(super) fn Row(job: Memo<Option<JobView>>, pace: RwSignal<Pace>, may_run: bool, refresh: Callback<()>) -> impl IntoView {
    let Some(first) = job.get_untracked() else { return at_once(()) };
    let id = first.id;
    let subject = first.subject.clone();
    let with = move |told: fn(&JobView) -> String| move || job.with(|job| job.as_ref().map(told).unwrap_or_default());
    let look = Memo::new(move |_| job.with(|job| job.as_ref().map(badge)));
    let over = Memo::new(move |_| job.with(|job| job.as_ref().is_none_or(|job| job.state.is_over())));
    let bytes = move |part: fn(&JobView) -> u64| Signal::derive(move || job.with(|job| job.as_ref().map_or(0, part)));
    let label = subject.clone();
    let middle = changing(move || {
        if over.get() {
            at_once(view! { <span class="muted">{with(outcome)}</span> })
        } else {
            at_once(view! { <Progress done=bytes(|job| job.progress.bytes) of=bytes(|job| job.progress.bytes_total) label=label.clone() /> })
        }
    });
    let numbers = with(|job| match (job.state, looked_at(&job.progress)) {
        (JobState::Queued, _) | (JobState::Failed, 0) => String::new(),
        (_, count) => products(count),
    });
    let time = move || {
        job.with(|job| match job {
            Some(job) if job.state == JobState::Running => pace.with(|pace| pace.left(job)).unwrap_or_default(),
            Some(job) => took(job),
            None => String::new(),
        })
    };
    let name = subject.clone();
    let action = changing(move || {
        if may_run && !over.get() {
            at_once(view! { <Cancel id label=format!("Cancel {name}") refresh /> })
        } else {
            at_once(view! { <span></span> })
        }
    });
    at_once(view! {
        <li class="job" data-job=id.to_string() data-state=with(|job| job.state.name().to_owned())>
            <div class="what">
                <a class="cut" href=format!("/imports/{id}")><b>{subject}</b></a>
                <span class="muted small">{format!("{} by {}, ", kind(first.kind), first.who)}<Time at=first.created_at /></span>
            </div>
            <span class="badge" data-tone=move || look.get().map(|look| look.0)>{move || look.get().map(|look| look.1)}</span>
            {middle}
            <span class="num">{numbers}</span>
            <span class="num muted">{time}</span>
            {action}
        </li>
    })
}

/// Asks a job to stop. A plain form where there is no script.
#[component]
pub(super) fn Cancel(
    id: JobId,
    #[prop(into)] label: String,
    refresh: Callback<()>,
    #[prop(default = "btn ghost")] class: &'static str,
) -> impl IntoView {
    let asking = Asking::new();
    let cancel = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asking.ask(cancel_job(id), move |_| {
            refresh.try_run(());
        });
    };
    at_once(view! {
        <form method="post" action=format!("/imports/{id}/cancel") on:submit=cancel>
            <button class=class aria-label=label aria-disabled=move || asking.disabled()>"Cancel"</button>
            {asking.reason()}
        </form>
    })
}
