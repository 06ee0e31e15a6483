//! The page as HTML, by the same functions on the server and in the browser.

use domain::{clock::Timestamp, field::Field, money::Cost};
use maud::{Markup, html};
use ports::review::{VersionView, VersionsView};

use super::state::{Pick, address, compared, fields, picks, version, would_change};
use crate::{
    review::markup::{
        card::tone,
        parts::{change_note, compared as marked, icon, label, label_among, lengths, scores, side, time},
    },
    ui::{format::number, marked::Change},
};

/// What is inside the page's element. `now` is none until the page has come alive.
pub(super) fn page(view: &VersionsView, search: &str, now: Option<Timestamp>) -> Markup {
    let can_go_back = view.may_decide && view.original.as_ref().is_some_and(|original| !would_change(view, original).is_empty());
    html! {
        header.page-head {
            h1 #versions-h tabindex="-1" { "Versions of " (view.title) }
            a.btn href={ "/products/" (view.handle) } { (icon("chevron-left")) "Go to the product" }
            @if can_go_back { button.btn.script type="button" data-act="original" { "Back to the original" } }
        }
        @if view.versions.is_empty() {
            div.notice role="status" {
                (icon("sparkles"))
                h2 { "No versions yet" }
                p { "When words are written for this product, each result is kept here, to be compared, used or taken back." }
                div.line { a.btn href="/runs/new" { "Start a run" } }
            }
        } @else {
            ol.versions-list aria-label="Versions, latest first" { @for one in &view.versions { (line(view, one, now)) } }
            (comparison(view, search))
        }
        dialog.dialog #use aria-labelledby="use-h" {}
    }
}

fn line(view: &VersionsView, one: &VersionView, now: Option<Timestamp>) -> Markup {
    let against = if view.original.is_some() { Pick::Original } else { Pick::Now };
    html! {
        li data-version=(one.number) {
            header {
                h2 { "Version " (number(one.number.into())) }
                @if one.active { span.badge data-tone="ok" { "In use" } }
                @if let Some(status) = one.status { span.badge data-tone=(tone(status)) { (status.label()) } }
                span.grow {}
                a.btn.ghost href=(address(view, against, Pick::Version(one.number))) { "Compare with the original" }
                @if view.may_decide && !one.active {
                    button.btn.script type="button" data-act="use" data-number=(one.number) { "Use this version" }
                }
            }
            p.small.muted.facts {
                span { "By " (by(one)) ", " (time(one.created_at, now)) }
                @if one.cost != Cost::ZERO { span.num { (one.cost.shown(view.currency)) } }
                @if one.tokens_in + one.tokens_out > 0 { span.num { (number(one.tokens_in + one.tokens_out)) " tokens" } }
                @if let Some(run) = one.run { a.link href={ "/runs/" (run) } { "Its run" } }
                @match one.findings.len() {
                    0 => {}
                    1 => span.badge data-tone="warn" { "1 finding" },
                    count => span.badge data-tone="warn" { (number(count as u64)) " findings" },
                }
            }
            @if let Some(decided) = &one.decided {
                p.small { @if let Some(status) = one.status { (status.label()) @if !decided.who.is_empty() { " by " } } (decided.who) ", " (time(decided.at, now)) @if !decided.reason.is_empty() { ": " (decided.reason) } }
            }
            @if !one.remark.is_empty() { p.small { b { "It was asked for: " } (one.remark) } }
            div.scores { (scores(&one.scores_before, &one.scores_after)) }
        }
    }
}

fn by(one: &VersionView) -> String {
    if one.model.is_empty() || one.model == one.by { one.by.clone() } else { format!("{} ({})", one.by, one.model) }
}

/// Any two beside each other. A plain form, so that it works without script.
fn comparison(view: &VersionsView, search: &str) -> Markup {
    let (from, to) = compared(search, view);
    let (Some(left), Some(right)) = (from.words(view), to.words(view)) else { return html! {} };
    let found = if let Pick::Version(number) = to { version(view, number).map_or(&[][..], |one| &one.findings) } else { &[] };
    let all = fields(&left, &right);
    let unchanged: Vec<String> = all.iter().filter(|(_, before, after)| before == after).map(|(field, ..)| label(field)).collect();
    let select = |name: &str, words: &str, chosen: Pick| {
        html! {
            label.field {
                span.small { (words) }
                select.input name=(name) { @for pick in picks(view) { option value=(pick.name()) selected[pick == chosen] { (pick.label()) } } }
            }
        }
    };
    html! {
        section.part #comparison aria-labelledby="comparison-h" {
            h2 #comparison-h { (from.label()) " beside " (to.label()) }
            form.compare action={ "/products/" (view.handle) "/versions" } {
                (select("from", "Compare", from))
                (select("to", "with", to))
                button.btn.no-script { "Compare" }
            }
            @for (field, before, after) in all.iter().filter(|(_, before, after)| before != after) {
                @let of_part: Vec<_> = found.iter().filter(|finding| domain::words::part::Part::of(field) == Some(finding.part)).collect();
                @let sides = marked(field, before, after, &of_part);
                @let name = label_among(field, all.iter().map(|(field, ..)| field));
                section.words aria-label=(name) data-on {
                    header { h3 { (name) } (note(field, before, after, sides.change)) }
                    div.sides {
                        div.side { h4 { (from.label()) } (side(&sides.before, sides.change)) }
                        div.side.suggested { h4 { (to.label()) } (side(&sides.after, sides.change)) }
                    }
                }
            }
            @if unchanged.len() == all.len() { p.muted { "Both say the same." } }
            @else if !unchanged.is_empty() { p.small.muted { "The same in both: " (unchanged.join(", ")) "." } }
        }
    }
}

fn note(field: &Field, before: &domain::field::Value, after: &domain::field::Value, change: Change) -> Markup {
    html! {
        span.small.muted.num {
            @if let Some(note) = change_note(change) { (note) " · " }
            @if let Some(length) = lengths(field, before, after) { span { (length) } }
        }
    }
}

/// What is asked before something is used. `what` is `version 3` or `the original`.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
pub(super) fn question(view: &VersionsView, pick: Pick) -> Markup {
    let words = match pick {
        Pick::Version(number) => version(view, number).map(|one| one.words.clone()),
        pick => pick.words(view),
    };
    let changed = words.map(|words| would_change(view, &words)).unwrap_or_default();
    html! {
        form method="dialog" data-pick=(pick.name()) {
            h2 #use-h { @if pick == Pick::Original { "Back to the original?" } @else { "Use " (pick.label().to_lowercase()) "?" } }
            @if changed.is_empty() { p { "The product says exactly this already." } }
            @else { p { "This changes: " (changed.join(", ")) "." } p.muted { "What is there now stays in the history and among the versions that wrote it." } }
            footer {
                button.btn type="button" data-act="close" { "Cancel" }
                button.btn.primary { @if pick == Pick::Original { "Back to the original" } @else { "Use this version" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::state::tests::view, *};

    #[test]
    fn one_can_choose_only_what_one_may() {
        let mut view = view(&["Brass lamp", "Round brass lamp"]);
        let uses = |view: &VersionsView| page(view, "", None).into_string().matches("data-act=\"use\"").count();
        assert_eq!(uses(&view), 1);

        view.may_decide = false;

        assert_eq!(uses(&view), 0);
        assert!(!page(&view, "", None).into_string().contains("data-act=\"original\""));
    }

    #[test]
    fn two_versions_stand_beside_each_other() {
        let html = page(&view(&["Brass lamp", "Round brass lamp"]), "from=1&to=2", None).into_string();

        assert!(html.contains("Version 1 beside Version 2") && html.contains("<ins class=\"new\">Round brass</ins>"), "{html}");
        assert!(html.contains("The same in both: SEO title."), "{html}");
    }

    #[test]
    fn a_product_without_versions_says_what_they_are() {
        assert!(page(&view(&[]), "", None).into_string().contains("No versions yet"));
    }
}
