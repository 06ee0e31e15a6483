//! What cards and versions have in common.

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    words::{
        check::{Finding, FindingKind},
        part::Part,
        score::{Score, Scores},
    },
};
use maud::{Markup, PreEscaped, html};

use crate::ui::{
    format,
    marked::{self, Change, Sides},
};

pub(crate) fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ "/icons.svg#" (name) } {} } }
}

/// How long ago, once the page has come alive; exactly for whoever asks.
pub(crate) fn time(at: Timestamp, now: Option<Timestamp>) -> Markup {
    let exact = format::moment(at);
    html! { time datetime=(at) title=(exact) { @if let Some(now) = now { (format::ago(at, now)) } @else { (exact) } } }
}

/// Two values of a field with what differs marked. `findings` are those of the second one.
pub(crate) fn compared(field: &Field, before: &Value, after: &Value, findings: &[&Finding]) -> Sides {
    let look: Vec<&str> = findings.iter().filter(|finding| is_at_a_place(finding.kind)).map(|finding| finding.excerpt.as_str()).collect();
    match (field, before, after) {
        (Field::Description, ..) => marked::html(&before.to_string(), &after.to_string(), &look),
        (Field::Tags, Value::List(before), Value::List(after)) => marked::list(before, after),
        _ => marked::plain(&before.to_string(), &after.to_string(), &look),
    }
}

/// Whether what was found stands somewhere in the text.
const fn is_at_a_place(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Unsupported | FindingKind::Banned | FindingKind::Instruction)
}

/// One side, as it looks. The element keeps what is in it from closing anything around it.
pub(crate) fn side(html: &str, change: Change) -> Markup {
    html! {
        @if html.trim().is_empty() { section.marked { p.muted { "(empty)" } } }
        @else { section.marked.anew[change == Change::Anew] { (PreEscaped(html)) } }
    }
}

pub(crate) const fn change_note(change: Change) -> Option<&'static str> {
    match change {
        Change::None => Some("Unchanged"),
        Change::Form => Some("Same words"),
        Change::Anew => Some("Written anew"),
        Change::Words => None,
    }
}

/// What a field is called: a picture's text by which picture it is.
pub(crate) fn label(field: &Field) -> String {
    Part::of(field)
        .map_or_else(|| field.label().to_owned(), |part| if part == Part::Alt { "Picture text".to_owned() } else { part.label().to_owned() })
}

/// The same among others: of several pictures' texts each says which it is.
pub(crate) fn label_among<'a>(field: &Field, all: impl Iterator<Item = &'a Field>) -> String {
    let alts: Vec<&Field> = all.filter(|other| Part::of(other) == Some(Part::Alt)).collect();
    match alts.iter().position(|other| *other == field) {
        Some(at) if alts.len() > 1 => format!("{} {}", label(field), at + 1),
        _ => label(field),
    }
}

/// `34 → 58 characters`, or words where a text is long.
pub(crate) fn lengths(field: &Field, before: &Value, after: &Value) -> Option<String> {
    let (count, unit): (fn(&Value) -> usize, _) = match field {
        Field::Title | Field::SeoTitle | Field::SeoDescription | Field::ImageField(..) => (|value| value.to_string().chars().count(), "characters"),
        Field::Description => (|value| crate::ui::html::text(&value.to_string()).split_whitespace().count(), "words"),
        _ => return None,
    };
    Some(format!("{} → {} {unit}", format::number(count(before) as u64), format::number(count(after) as u64)))
}

/// Both scores, before and after, with their points for whoever asks.
pub(crate) fn scores(before: &Scores, after: &Scores) -> Markup {
    html! { (score("Quality", &before.quality, &after.quality)) (score("SEO", &before.seo, &after.seo)) }
}

fn score(name: &str, before: &Score, after: &Score) -> Markup {
    let by = i16::from(after.value) - i16::from(before.value);
    let (tone, told) = match by {
        0 => ("off", "no change".to_owned()),
        1.. => ("ok", format!("+{by}")),
        _ => ("bad", by.to_string()),
    };
    html! {
        details.score {
            summary {
                span { (name) }
                span.num { span.muted { (before.value) } " → " b { (after.value) } }
                span.badge.num data-tone=(tone) { (told) }
            }
            ul.points {
                @for (at, point) in after.points.iter().enumerate() {
                    @let was = before.points.get(at).filter(|was| before.points.len() == after.points.len() && was.got != point.got);
                    li {
                        span.num { @if let Some(was) = was { span.muted { (was.got) " → " } } (point.got) span.muted { " of " (point.of) } }
                        span { (point.says) }
                    }
                }
                @if after.points.is_empty() { li { span.muted { "No points were told." } } }
            }
        }
    }
}

/// What was found, in sentences.
pub(crate) fn findings(found: &[&Finding]) -> Markup {
    html! {
        @if !found.is_empty() {
            ul.findings {
                @for finding in found { li.badge data-tone=(tone(finding.kind)) { span { (finding.says()) } } }
            }
        }
    }
}

const fn tone(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Unsupported | FindingKind::Banned | FindingKind::Instruction | FindingKind::WrongLanguage => "bad",
        FindingKind::MissingPhrase | FindingKind::TooLong | FindingKind::TooShort => "warn",
        FindingKind::Unchanged => "off",
    }
}

/// The findings that are told at a field: those of its part, at the first field of that part.
pub(crate) fn findings_at<'a>(findings: &'a [Finding], fields: &[Part], at: usize) -> Vec<&'a Finding> {
    let Some(part) = fields.get(at) else { return Vec::new() };
    if fields[..at].contains(part) {
        return Vec::new();
    }
    findings.iter().filter(|finding| finding.part == *part).collect()
}
