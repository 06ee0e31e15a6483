//! One run in a line.

use leptos::prelude::*;
use ports::runs::RunView;

use super::steer::Steer;
use crate::{
    runs::{
        api::Steering,
        state::standing::{badge, cost, counts, done, outcome, time, waits_for_word},
    },
    ui::{
        at_once::{at_once, changing},
        progress::Progress,
        time::Time,
        values::capital,
    },
};

#[component]
pub(super) fn Row(run: Memo<Option<RunView>>, may_run: bool, refresh: Callback<()>) -> impl IntoView {
    let Some(first) = run.get_untracked() else { return at_once(()) };
    let RunView { id, subject, who, created_at, provider, .. } = first;
    let with = move |told: fn(&RunView) -> String| move || run.with(|run| run.as_ref().map(told).unwrap_or_default());
    let look = Memo::new(move |_| run.with(|run| run.as_ref().map(badge)));
    let bar = Memo::new(move |_| run.with(|run| run.as_ref().is_some_and(|run| !run.state.is_over() && run.message.is_empty())));
    let number = move |part: fn(&RunView) -> u64| Signal::derive(move || run.with(|run| run.as_ref().map_or(0, part)));
    let label = subject.clone();
    let middle = changing(move || {
        if bar.get() {
            at_once(view! { <Progress done=number(|run| done(&run.progress)) of=number(|run| run.progress.total) label=label.clone() /> })
        } else {
            at_once(view! { <span class="muted">{with(outcome)}</span> })
        }
    });
    let name = subject.clone();
    let can = Memo::new(move |_| run.with(|run| run.as_ref().map(Can::of)).filter(|_| may_run).unwrap_or_default());
    let actions = changing(move || {
        let steer = |what: Steering, words: &str| {
            Steer { id, what, words: words.to_owned(), label: Some(format!("{words} {name}")), class: "btn ghost", cap: None, refresh }.view()
        };
        let Can { look, pause, resume, cancel } = can.get();
        let look =
            look.then(|| at_once(view! { <a class="btn" href=format!("/runs/{id}") aria-label=format!("Look at the sample of {name}")>"Look"</a> }));
        let pause = pause.then(|| steer(Steering::Pause, "Pause"));
        let resume = resume.then(|| steer(Steering::Resume, "Resume"));
        let cancel = cancel.then(|| steer(Steering::Cancel, "Cancel"));
        at_once(view! { <div class="acts">{look}{pause}{resume}{cancel}</div> })
    });
    at_once(view! {
        <li class="job run" data-run=id.to_string() data-state=with(|run| run.state.name().to_owned())>
            <div class="what">
                <a class="cut" href=format!("/runs/{id}")><b>{capital(&subject)}</b></a>
                <span class="muted small">{format!("{provider}, by {who}, ")}<Time at=created_at /></span>
            </div>
            <span class="badge" data-tone=move || look.get().map(|look| look.0)>{move || look.get().map(|look| look.1)}</span>
            {middle}
            <span class="num">{with(counts)}</span>
            <span class="num">{with(|run| cost(&run.progress, None, run.currency))}</span>
            <span class="num muted">{with(time)}</span>
            {actions}
        </li>
    })
}

/// What can be done about a run from its line.
#[derive(Clone, Copy, Default, PartialEq)]
struct Can {
    look: bool,
    pause: bool,
    resume: bool,
    cancel: bool,
}

impl Can {
    fn of(run: &RunView) -> Self {
        let active = !run.state.is_over() && !run.cancelling;
        let look = active && waits_for_word(run);
        Self { look, pause: active && !run.paused, resume: active && run.paused && !look, cancel: active }
    }
}

#[cfg(test)]
mod tests {
    use ports::{jobs::JobState, runs::RunProgress};

    use super::*;
    use crate::runs::state::standing::tests::run;

    #[test]
    fn a_line_offers_what_can_be_done() {
        let can = |state, paused, sampled, cancelling| {
            let Can { look, pause, resume, cancel } =
                Can::of(&RunView { paused, cancelling, ..run(state, RunProgress { sampled, ..RunProgress::default() }) });
            [look, pause, resume, cancel]
        };

        assert_eq!(can(JobState::Running, false, false, false), [false, true, false, true]);
        assert_eq!(can(JobState::Queued, true, false, false), [false, false, true, true]);
        assert_eq!(can(JobState::Queued, true, true, false), [true, false, false, true]);
        assert_eq!(can(JobState::Running, false, false, true), [false; 4]);
        assert_eq!(can(JobState::Done, false, false, false), [false; 4]);
    }
}
