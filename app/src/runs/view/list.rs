//! What the catalogue lacks, and all runs, latest first, live while one of them runs.

use domain::role::Permission;
use leptos::{prelude::*, task::spawn_local};
use ports::{error::AppError, runs::RunView};

use super::{banner::banner, row::Row};
use crate::{
    codec::Loaded,
    frame::use_me,
    runs::{
        api::{Overview, list_runs, open_overview},
        markup,
        state::{choice::PATH, standing::moves},
    },
    ui::{
        at_once::{at_once, sometimes},
        icon::Icon,
        list::list,
        opening::opening,
        title::title,
        trouble::{Current, Trouble, keep_current},
    },
};

#[component]
pub(crate) fn Runs() -> impl IntoView {
    title(|| "Runs".to_owned());
    let loaded: Loaded<Result<Overview, AppError>> = Loaded::new_with_options(|| (), |()| open_overview(), true);
    opening("runs", "Runs", loaded, |opening| at_once(view! { <Page opening /> }))
}

#[component]
fn Page(opening: Overview) -> impl IntoView {
    let may_run = use_me().is_some_and(|me| me.role.may(Permission::RunJobs));
    let any_product = opening.picture.products > 0;
    let picture = RwSignal::new(markup::picture(&opening.picture, may_run));
    let warning = RwSignal::new(opening.warning);
    let runs = RwSignal::new(opening.runs);
    let moving = Memo::new(move |_| runs.with(|runs| runs.iter().filter(|run| moves(run)).count()));
    let look_again = move || async move {
        if let Ok(latest) = open_overview().await {
            picture.try_set(markup::picture(&latest.picture, may_run));
            warning.try_set(latest.warning);
        }
    };
    let take = move |latest: Vec<RunView>| {
        let before = moving.try_get_untracked().unwrap_or(0);
        runs.try_set(latest);
        // One has ended: the picture is another.
        if moving.try_get_untracked().is_some_and(|now| now < before) {
            spawn_local(look_again());
        }
    };
    let Current { trouble, refresh } = keep_current(move || moving.get() > 0, list_runs, take);

    let none = sometimes(move || {
        (any_product && runs.with(Vec::is_empty)).then(|| {
            let says = if may_run {
                "No runs yet. A run writes ten products first, says what the rest will cost, and waits for your word."
            } else {
                "No runs yet. An owner or an editor of the store can start one."
            };
            at_once(view! { <p class="muted">{says}</p> })
        })
    });
    let row = move |id| {
        let run = Memo::new(move |_| runs.with(|runs| runs.iter().find(|run| run.id == id).cloned()));
        at_once(view! { <Row run may_run refresh /> })
    };
    let each_run = list(move || runs.with(|runs| runs.iter().map(|run| run.id).collect()), row);
    // Told only when it changes: how far each is stands in its line.
    let told = move || match moving.get() {
        0 => "Nothing is running.".to_owned(),
        1 => "1 run is on its way.".to_owned(),
        count => format!("{count} runs are on their way."),
    };
    let begin = (may_run && any_product).then(|| at_once(view! { <a class="btn primary" href=PATH><Icon name="sparkles" />"New run"</a> }));
    at_once(view! {
        <div class="page runs">
            <header class="page-head"><h1>"Runs"</h1>{begin}</header>
            {banner(warning)}
            <div inner_html=move || picture.get()></div>
            <section class="part" aria-labelledby="runs-h" hidden=!any_product>
                <header><h2 id="runs-h">"All runs"</h2><span class="vh" role="status">{told}</span></header>
                <Trouble error=trouble />
                {none}
                <ul class="jobs">{each_run}</ul>
            </section>
        </div>
    })
}
