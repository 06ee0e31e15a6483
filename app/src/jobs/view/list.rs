//! All imports, latest first, live while one of them runs.

use domain::role::Permission;
use leptos::prelude::*;
use ports::{error::AppError, jobs::JobView};

use super::{row::Row, upload::Upload};
use crate::{
    codec::Loaded,
    frame::use_me,
    jobs::{api::list_jobs, state::Pace},
    ui::{
        at_once::{at_once, sometimes},
        list::list,
        opening::opening,
        time::now,
        title::title,
        trouble::{Current, Trouble, keep_current},
    },
};

#[component]
pub(crate) fn Imports() -> impl IntoView {
    title(|| "Imports".to_owned());
    let loaded: Loaded<Result<Vec<JobView>, AppError>> = Loaded::new_with_options(|| (), |()| list_jobs(), true);
    let waits = RwSignal::new(None::<&'static str>);
    #[cfg(feature = "hydrate")]
    Effect::new(move || waits.set(matches!(loaded.get(), Some(Err(AppError::Unreachable))).then(crate::jobs::opened::waits).flatten()));
    let waits = sometimes(move || waits.get().map(|words| at_once(view! { <div class="band" role="status"><span>{words}</span></div> })));
    view! {
        {waits}
        {opening("imports", "Imports", loaded, |jobs| at_once(view! { <Page jobs /> }))}
    }
}

#[component]
fn Page(jobs: Vec<JobView>) -> impl IntoView {
    let may_run = use_me().is_some_and(|me| me.role.may(Permission::RunJobs));
    let jobs = RwSignal::new(jobs);
    let pace = RwSignal::new(Pace::default());
    let take = move |latest: Vec<JobView>| {
        pace.try_update(|pace| pace.note(latest.iter(), now().micros() / 1_000));
        jobs.try_set(latest);
    };
    let running = Memo::new(move |_| jobs.with(|jobs| jobs.iter().filter(|job| !job.state.is_over()).count()));
    let Current { trouble, refresh } = keep_current(move || running.get() > 0, list_jobs, take);

    let none = sometimes(move || {
        jobs.with(Vec::is_empty)
            .then(|| at_once(view! { <p class="muted">"No imports yet. A dry run of a file shows what it would do, and writes nothing."</p> }))
    });
    let row = move |id| {
        let job = Memo::new(move |_| jobs.with(|jobs| jobs.iter().find(|job| job.id == id).cloned()));
        at_once(view! { <Row job pace may_run refresh /> })
    };
    let each_job = list(move || jobs.with(|jobs| jobs.iter().map(|job| job.id).collect()), row);
    // Told only when it changes: how far each is stands in its line.
    let told = move || match running.get() {
        0 => "Nothing is running.".to_owned(),
        1 => "1 job is running.".to_owned(),
        count => format!("{count} jobs are running."),
    };
    at_once(view! {
        <div class="page imports">
            <header class="page-head"><h1>"Imports"</h1></header>
            {if may_run {
                at_once(view! { <Upload /> })
            } else {
                at_once(view! { <p class="muted">"Your role can look at imports. An owner or an editor of the store can start one."</p> })
            }}
            <section class="part" aria-labelledby="jobs-h">
                <header><h2 id="jobs-h">"Jobs"</h2><span class="vh" role="status">{told}</span></header>
                <Trouble error=trouble />
                {none}
                <ul class="jobs">
                    {each_job}
                </ul>
            </section>
        </div>
    })
}
