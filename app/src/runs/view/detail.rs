//! One run: how far it is, what the sample shows, what came of it.

use domain::{money::Cost, role::Permission};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use ports::{
    error::AppError,
    runs::{RunDetail, RunSpec, RunView},
};

use super::{banner::banner, steer::Steer};
use crate::{
    codec::Loaded,
    frame::use_me,
    runs::{
        api::{Shown, Steering, open_run},
        markup,
        state::{
            estimate::the_rest,
            standing::{badge, cost, done, moves, rest, sentence, suggestions, time, waits_for_word},
        },
    },
    ui::{
        at_once::{at_once, changing, sometimes},
        format::number,
        icon::Icon,
        opening::opening_one,
        progress::Progress,
        time::Time,
        title::title,
        trouble::{Current, Trouble, keep_current},
        values::capital,
    },
};

#[component]
pub(crate) fn Run() -> impl IntoView {
    let params = use_params_map();
    let loaded = Loaded::new_with_options(move || params.read().get("id").unwrap_or_default(), open_run, true);
    opening_one("run-page", loaded, |shown: &Shown| shown.detail.run.id.to_string(), |shown| at_once(view! { <Page shown /> }))
}

#[component]
fn Page(shown: Shown) -> impl IntoView {
    let Shown { detail, warning } = shown;
    let may_run = use_me().is_some_and(|me| me.role.may(Permission::RunJobs));
    let RunView { id, subject, who, created_at, provider, .. } = detail.run.clone();
    let told = written(&detail.spec);
    let detail = RwSignal::new(detail);
    let warning = RwSignal::new(warning);
    let ask = move || async move { open_run(id.to_string()).await?.ok_or(AppError::NotFound) };
    let take = move |latest: Shown| {
        detail.try_set(latest.detail);
        warning.try_set(latest.warning);
    };
    let moving = Memo::new(move |_| detail.with(|detail| moves(&detail.run)));
    let Current { trouble, refresh } = keep_current(move || moving.get(), ask, take);

    let rest = Memo::new(move |_| detail.with(markup::rest));
    let results = Memo::new(move |_| detail.with(markup::results));
    let failures = Memo::new(move |_| detail.with(markup::failures));
    let name = subject.clone();
    title(move || name.clone());
    at_once(view! {
        <div class="page run-page">
            <header class="page-head">
                <div>
                    <h1>{capital(&subject)}</h1>
                    <p class="muted">{format!("{provider}, by {who}, ")}<Time at=created_at />{format!(". {told}")}</p>
                </div>
                {open_reviews(detail)}
            </header>
            {banner(warning)}
            <Standing detail />
            {may_run.then(|| actions(detail, refresh))}
            <Trouble error=trouble />
            <div class="parts" inner_html=move || rest.get()></div>
            <div class="parts" inner_html=move || results.get()></div>
            <div class="parts" inner_html=move || failures.get()></div>
            <p class="line"><a class="link" href="/runs">"All runs"</a></p>
        </div>
    })
}

/// What it was asked to do, in a line.
fn written(spec: &RunSpec) -> String {
    let parts: Vec<&str> = spec.parts.iter().map(|part| part.label()).collect();
    let only = if spec.only_empty { ", only where empty" } else { "" };
    let again = if spec.again { ", also what has not changed" } else { "" };
    format!("{}{only}{again}.", parts.join(", "))
}

fn open_reviews(detail: RwSignal<RunDetail>) -> impl IntoView {
    let open = Memo::new(move |_| detail.with(|detail| (detail.run.id, detail.open_reviews)));
    sometimes(move || {
        let (id, open) = open.get();
        let address = format!("/review?run={id}");
        let words = format!("Review {}", suggestions(open));
        (open > 0).then(|| at_once(view! { <a class="btn primary" href=address><Icon name="check-check" />{words}</a> }))
    })
}

#[component]
fn Standing(detail: RwSignal<RunDetail>) -> impl IntoView {
    let look = Memo::new(move |_| detail.with(|detail| badge(&detail.run)));
    let says = Memo::new(move |_| detail.with(|detail| sentence(&detail.run)));
    let count = move |part: fn(&RunView) -> u64| Signal::derive(move || detail.with(|detail| part(&detail.run)));
    let tile = move |name: &'static str, part: fn(&RunView) -> u64| view! { <div><dt>{name}</dt><dd>{move || number(detail.with(|detail| part(&detail.run)))}</dd></div> };
    let of = move || {
        detail.with(|detail| {
            let progress = &detail.run.progress;
            let far = format!("{} of {}", number(done(progress)), number(progress.total));
            match time(&detail.run) {
                time if time.is_empty() => far,
                time => format!("{far}, {time}"),
            }
        })
    };
    let money = move || detail.with(|detail| cost(&detail.run.progress, detail.spec.cap, detail.run.currency));
    at_once(view! {
        <section class="part" aria-label="Progress" data-state=move || detail.with(|detail| detail.run.state.name())>
            <div class="line">
                <span class="badge" data-tone=move || look.get().0 role="status">{move || look.get().1}</span>
                <span class="grow"></span>
                <span class="num muted">{of}</span>
            </div>
            <Progress done=count(|run| done(&run.progress)) of=count(|run| run.progress.total) label="Progress" />
            <p>{move || says.get()}</p>
            <dl class="tiles num">
                {tile("Written", |run| run.progress.written)}
                {tile("Of those, reused", |run| run.progress.reused)}
                {tile("Skipped", |run| run.progress.skipped)}
                {tile("Failed", |run| run.progress.failed)}
                <div><dt>"Cost so far"</dt><dd>{money}</dd></div>
            </dl>
        </section>
    })
}

/// What can be done about a run, with the words on its buttons.
#[derive(Clone, Debug, Default, PartialEq)]
struct Can {
    pause: bool,
    /// What the button says that goes on, and the cap there is.
    resume: Option<(String, Option<Cost>)>,
    cancel: bool,
    retry: Option<u64>,
}

impl Can {
    fn of(detail: &RunDetail) -> Self {
        let RunDetail { run, spec, estimate, .. } = detail;
        let active = !run.state.is_over() && !run.cancelling;
        let words = || {
            if waits_for_word(run) { the_rest(rest(&run.progress), estimate.as_ref(), run.currency) } else { "Resume".to_owned() }
        };
        Self {
            pause: active && !run.paused,
            resume: (active && run.paused).then(|| (words(), spec.cap)),
            cancel: active,
            retry: (run.state.is_over() && run.progress.failed > 0).then_some(run.progress.failed),
        }
    }
}

fn actions(detail: RwSignal<RunDetail>, refresh: Callback<()>) -> impl IntoView {
    let id = detail.with_untracked(|detail| detail.run.id);
    let can = Memo::new(move |_| detail.with(Can::of));
    changing(move || {
        let steer = |what, words: String, class, cap| Steer { id, what, words, label: None, class, cap, refresh }.view();
        let Can { pause, resume, cancel, retry } = can.get();
        if !pause && resume.is_none() && !cancel && retry.is_none() {
            return ().into_any();
        }
        let retry = retry.map(|failed| {
            let words = if failed == 1 { "Try the failed one again".to_owned() } else { format!("Try the {} failed again", number(failed)) };
            steer(Steering::Retry, words, "btn", None)
        });
        let resume = resume.map(|(words, cap)| steer(Steering::Resume, words, "btn primary", cap));
        let pause = pause.then(|| steer(Steering::Pause, "Pause".to_owned(), "btn", None));
        let cancel = cancel.then(|| steer(Steering::Cancel, "Cancel the run".to_owned(), "btn danger", None));
        at_once(view! { <div class="line acts" role="group" aria-label="Run">{resume}{pause}{retry}{cancel}</div> })
    })
}

#[cfg(test)]
mod tests {
    use domain::{ids::ProviderId, money::Currency, query::ListQuery, words::part::Part};
    use ports::{
        jobs::JobState,
        runs::{Basis, Estimate, RunProgress, Selection},
    };

    use super::*;
    use crate::runs::state::standing::tests::run;

    fn detail(state: JobState, paused: bool, sampled: bool) -> RunDetail {
        let spec = RunSpec {
            selection: Selection::Matching(ListQuery::default()),
            provider: ProviderId::BUILT_IN,
            parts: vec![Part::Title, Part::SeoTitle],
            only_empty: true,
            again: false,
            cap: Some(Cost(5_000_000)),
            sample_first: true,
        };
        let progress = RunProgress { total: 5_000, written: 9, failed: 1, sampled, ..RunProgress::default() };
        let estimate = Estimate {
            products: 4_990,
            tokens_in: (0, 0, 0),
            tokens_out: (0, 0, 0),
            cost: Some((Cost(3_200_000), Cost(2_800_000), Cost(3_900_000))),
            seconds: None,
            basis: Basis::Sample,
            note: String::new(),
            budget_left: None,
        };
        let run = RunView { paused, currency: Currency::EUR, ..run(state, progress) };
        RunDetail { run, spec, results: Vec::new(), failures: Vec::new(), estimate: Some(estimate), open_reviews: 9 }
    }

    #[test]
    fn after_the_sample_the_way_on_says_what_it_costs() {
        let can = Can::of(&detail(JobState::Queued, true, true));

        let words = "Write the other 4,990 for about EUR 3.20 (EUR 2.80 to EUR 3.90)".to_owned();
        assert_eq!(can, Can { pause: false, resume: Some((words, Some(Cost(5_000_000)))), cancel: true, retry: None });
    }

    #[test]
    fn a_pause_can_be_ended_with_another_cap_and_what_failed_tried_again() {
        assert_eq!(Can::of(&detail(JobState::Queued, true, false)).resume, Some(("Resume".into(), Some(Cost(5_000_000)))));
        assert_eq!(Can::of(&detail(JobState::Running, false, false)), Can { pause: true, cancel: true, ..Can::default() });
        assert_eq!(Can::of(&detail(JobState::Done, false, true)), Can { retry: Some(1), ..Can::default() });
    }

    #[test]
    fn a_run_says_what_it_was_asked_to_write() {
        assert_eq!(written(&detail(JobState::Done, false, false).spec), "Title, SEO title, only where empty.");
    }
}
