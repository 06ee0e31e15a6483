//! A change of a figure as it is shown, and the forms that say what becomes of it.

use domain::clock::Timestamp;
use leptos::prelude::use_context;
use maud::{Markup, html};
use ports::lab::{ChangePoint, LONGEST_NOTE, Settlement, Standing};

use crate::{
    forms::{Form, done, elsewhere, store},
    ui::format,
};

/// A form that was sent, and was refused.
#[derive(Clone, Debug)]
pub struct Sent(pub Form);

/// What the forms of a page need to know.
pub(super) struct Forms {
    pub(super) store: String,
    pub(super) sent: Option<Form>,
    pub(super) done: Markup,
}

/// How a change is told.
pub(super) struct Told<'a> {
    /// What it is of.
    pub(super) what: Markup,
    pub(super) shown: &'a dyn Fn(f64) -> String,
    /// Where more of it is seen.
    pub(super) links: Markup,
    /// Where its forms are sent.
    pub(super) path: &'a str,
}

/// Those that are settled, at most.
const SETTLED: usize = 50;

impl Forms {
    /// To be read before anything is waited for.
    pub(super) fn of_context(search: &str) -> Self {
        let (store, _) = store();
        Self { store, sent: use_context::<Sent>().map(|sent| sent.0), done: done(search) }
    }

    /// Above everything: a change that is not there any more has no place of its own.
    pub(super) fn trouble(&self, points: &[ChangePoint]) -> Markup {
        let sent = self.sent.as_ref().filter(|sent| !points.iter().any(|point| point.id.to_string() == sent.text("id")));
        html! { @if let Some(why) = sent.and_then(|sent| sent.why("")) { p.error role="alert" { (why) } } }
    }

    fn of(&self, point: &ChangePoint) -> Option<&Form> {
        self.sent.as_ref().filter(|sent| sent.text("id") == point.id.to_string())
    }
}

/// What nobody has said anything of, and what somebody has.
pub(super) fn changes<'a>(points: &'a [ChangePoint], now: Timestamp, forms: &Forms, told: impl Fn(&'a ChangePoint) -> Told<'a>) -> Markup {
    let (open, settled): (Vec<&ChangePoint>, Vec<&ChangePoint>) = points.iter().partition(|point| point.is_open());
    html! {
        (forms.trouble(points))
        section.part aria-labelledby="open-h" {
            h2 #open-h { "Changes" }
            @if open.is_empty() { p.muted { "Nothing has changed that nobody has said anything of." } } @else {
                div { @for point in open { (change(point, now, forms, &told(point))) } }
            }
        }
        @if !settled.is_empty() {
            section.part aria-labelledby="settled-h" {
                h2 #settled-h { "Seen to" }
                div { @for point in settled.into_iter().take(SETTLED) { (change(point, now, forms, &told(point))) } }
            }
        }
    }
}

fn change(point: &ChangePoint, now: Timestamp, forms: &Forms, told: &Told<'_>) -> Markup {
    let Told { what, shown, links, path } = told;
    let (tone, word) = if point.is_worse { ("bad", "Worse") } else { ("ok", "Better") };
    let tone = if point.is_open() { tone } else { "off" };
    html! {
        div.slow id={ "c-" (point.id) } {
            p { span.badge data-tone=(tone) { (word) } " " (what) }
            p { "From " (shown(point.before)) " to " (shown(point.after)) (by(point)) ", since " time datetime=(point.at) { (format::moment(point.at)) } ", as " (point.votes) " of 3 see it." }
            p.muted { (built(point)) }
            (standing(point, now))
            div.line {
                (links)
                @if point.is_open() { (accept(point, forms, path)) }
            }
            @if point.is_open() { (file(point, forms, path)) }
        }
    }
}

/// ` (12 % more)`
pub(super) fn by(point: &ChangePoint) -> String {
    match point.percent() {
        None => String::new(),
        Some(percent) if percent < 0.0 => format!(" ({:.0} % less)", -percent),
        Some(percent) => format!(" ({percent:.0} % more)"),
    }
}

fn built(point: &ChangePoint) -> Markup {
    let builds = &point.builds;
    html! {
        @if builds.since.is_empty() {
            "No build began around then"
            @if !builds.before.is_empty() { "; " code { (builds.before) } " served already" }
            ": look for what else has changed."
        } @else {
            @for (at, build) in builds.since.iter().enumerate() { @if at > 0 { ", " } code { (build) } }
            " began around then"
            @if !builds.before.is_empty() { ", after " code { (builds.before) } }
            "."
        }
    }
}

fn standing(point: &ChangePoint, now: Timestamp) -> Markup {
    let Standing::Settled { how, note, by, at } = &point.standing else { return html! {} };
    let word = match how {
        Settlement::Accepted => "Accepted as the new baseline",
        Settlement::Filed => "Filed",
    };
    html! {
        p { (word) " by " (by.as_deref().unwrap_or("somebody who has gone")) ", " (format::ago(*at, now)) @if !note.is_empty() { ": " (note) } @else { "." } }
    }
}

fn accept(point: &ChangePoint, forms: &Forms, path: &str) -> Markup {
    html! {
        form method="post" action=(path) {
            (hidden(point, forms, Settlement::Accepted))
            button.btn { "Accept as new baseline" span.vh { " of change " (point.id) } }
        }
    }
}

fn file(point: &ChangePoint, forms: &Forms, path: &str) -> Markup {
    let sent = forms.of(point);
    let why = sent.and_then(|sent| sent.why(""));
    let id = format!("note-{}", point.id);
    let about = why.map(|_| format!("{id}-h"));
    html! {
        details open[why.is_some()] {
            summary { "File with a note" span.vh { ", change " (point.id) } }
            form.stack method="post" action={ (path) "#c-" (point.id) } {
                (hidden(point, forms, Settlement::Filed))
                div.field {
                    div.field-top { label for=(id) { "Note" } }
                    input.input id=(id) name="note" type="text" maxlength=(LONGEST_NOTE) value=(sent.map_or("", |sent| sent.text("note"))) autocomplete="off"
                        aria-invalid=[why.map(|_| "true")] aria-describedby=[about.as_deref()];
                    @if let Some(why) = why { p.error id=[about.as_deref()] role="alert" { (why) } }
                }
                button.btn { "File" }
            }
        }
    }
}

fn hidden(point: &ChangePoint, forms: &Forms, how: Settlement) -> Markup {
    html! {
        (elsewhere(&forms.store))
        input type="hidden" name="id" value=(point.id);
        input type="hidden" name="do" value=(how.name());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use ports::lab::Builds;

    use super::*;

    /// A change that nobody has said anything of.
    pub(in crate::performance) fn point(id: i64, metric: &str, subject: &str, before: f64, after: f64) -> ChangePoint {
        ChangePoint {
            id,
            metric: metric.into(),
            subject: subject.into(),
            unit: "ms".into(),
            at: Timestamp::from_micros(1_760_000_000_000_000),
            before,
            after,
            is_worse: after > before,
            votes: 3,
            builds: Builds { before: "old".into(), since: vec!["<new>".into()] },
            standing: Standing::Open,
            found_at: Timestamp::from_micros(1_760_000_000_000_000),
        }
    }

    pub(in crate::performance) fn forms(sent: Option<Form>) -> Forms {
        Forms { store: "shop".into(), sent, done: html! {} }
    }

    fn shown(points: &[ChangePoint], sent: Option<Form>) -> String {
        let now = Timestamp::from_micros(1_760_000_100_000_000);
        let told = |point: &ChangePoint| Told {
            what: html! { (point.subject) },
            shown: &|value| format!("{value} ms"),
            links: html! {},
            path: "/performance/lab",
        };
        changes(points, now, &forms(sent), told).into_string()
    }

    #[test]
    fn a_change_is_told_with_its_builds_and_can_be_accepted_or_filed() {
        let html = shown(&[point(7, "p95", "<b>list</b>", 10.0, 15.0)], None);

        assert!(html.contains("data-tone=\"bad\">Worse<") && html.contains("From 10 ms to 15 ms (50 % more)"), "{html}");
        assert!(html.contains("<code>&lt;new&gt;</code> began around then, after <code>old</code>"), "{html}");
        assert!(html.contains("name=\"do\" value=\"accepted\"") && html.contains("name=\"do\" value=\"filed\""), "{html}");
        assert!(html.contains("&lt;b&gt;list") && !html.contains("<b>list") && !html.contains("style="), "{html}");
    }

    #[test]
    fn what_somebody_has_said_is_told_and_not_asked_again() {
        let by = Some("Ada".to_owned());
        let at = Timestamp::from_micros(1_760_000_000_000_000);
        let standing = Standing::Settled { how: Settlement::Filed, note: "See <the> plan".into(), by, at };

        let html = shown(&[ChangePoint { standing, ..point(7, "p95", "list", 10.0, 5.0) }], None);

        assert!(html.contains("Filed by Ada") && html.contains("See &lt;the&gt; plan") && html.contains("Seen to"), "{html}");
        assert!(!html.contains("<form") && html.contains("Nothing has changed that nobody"), "{html}");
    }

    #[test]
    fn a_form_that_was_refused_keeps_what_was_typed_beside_its_change() {
        let mut form = Form::sent(vec![("id".into(), "7".into()), ("note".into(), "x".into())]);
        form.refuse("", "Too long.");

        let html = shown(&[point(7, "p95", "list", 10.0, 15.0), point(8, "p95", "list", 10.0, 15.0)], Some(form.clone()));
        let gone = shown(&[point(8, "p95", "list", 10.0, 15.0)], Some(form));

        assert_eq!((html.matches("Too long.").count(), html.matches("<details open").count()), (1, 1), "{html}");
        assert!(html.contains("value=\"x\""), "{html}");
        assert!(gone.contains("Too long.") && !gone.contains("<details open"), "{gone}");
    }
}
