//! What a provider has made of a product: before and after, and how good both are.

use domain::{
    field::{Field, Value},
    money::{Cost, Currency},
    words::{
        Words,
        check::{Finding, FindingKind},
        part::Part,
    },
};
use maud::{Markup, html};
use ports::{error::AppError, writing::Preview};

use crate::{
    review::markup::parts::{change_note, compared, findings, findings_at, label, label_among, lengths, scores, side},
    ui::format::number,
};

pub(super) fn markup(preview: &Preview, currency: Currency) -> Markup {
    let Preview { handle, before, after, scores_before, scores_after, findings: found, provider, model, tokens_in, tokens_out, cost } = preview;
    let (texts, same): (Vec<_>, Vec<_>) = texts(before, after).into_iter().partition(|(_, before, after)| before != after);
    let same: Vec<String> = same.iter().map(|(field, ..)| label(field)).collect();
    let parts: Vec<Part> = texts.iter().filter_map(|(field, ..)| Part::of(field)).collect();
    let elsewhere: Vec<&Finding> = found.iter().filter(|finding| !parts.contains(&finding.part) && finding.kind != FindingKind::Unchanged).collect();
    let took = if *cost == Cost::ZERO {
        "No cost".to_owned()
    } else {
        format!("{} tokens in, {} out: {}", number(*tokens_in), number(*tokens_out), cost.shown(currency))
    };
    html! {
        div.preview {
            p {
                b { "Nothing was saved." } " By " (provider) @if !model.is_empty() { ", " (model) } ". " (took) ". "
                a.link href={ "/products/" (handle) } { "Open the product" }
            }
            div.scores { (scores(scores_before, scores_after)) }
            (findings(&elsewhere))
            @if texts.is_empty() { p { "Every part stays as it is." } }
            @else if !same.is_empty() { p.muted { "As it is: " (same.join(", ")) "." } }
            @for (at, (field, before, after)) in texts.iter().enumerate() {
                @let here = findings_at(found, &parts, at);
                @let sides = compared(field, before, after, &here);
                @let name = label_among(field, texts.iter().map(|(field, ..)| field));
                section.words aria-label=(name) data-on {
                    header {
                        h3 { (name) }
                        span.small.muted.num {
                            @if let Some(note) = change_note(sides.change) { (note) " " }
                            @if let Some(length) = lengths(field, before, after) { (length) }
                        }
                    }
                    (findings(&here))
                    div.sides {
                        div.side { h4 { "Now" } (side(&sides.before, sides.change)) }
                        div.side.suggested { h4 { "Suggestion" } (side(&sides.after, sides.change)) }
                    }
                }
            }
        }
    }
}

/// Why there is no preview.
pub(super) fn refused(error: &AppError) -> Markup {
    html! { p.error role="alert" { (error) } }
}

/// Every field that was written, with what is there at present.
fn texts(before: &Words, after: &Words) -> Vec<(Field, Value, Value)> {
    after
        .fields()
        .into_iter()
        .map(|(field, value)| {
            let was = before.get(&field).unwrap_or_default();
            (field, was, value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::ImageId,
        words::score::{Point, Score, Scores},
    };

    use super::*;

    fn preview() -> Preview {
        let words = |title: &str, alt: &str| Words {
            title: Some(title.into()),
            alts: [(ImageId::new(domain::clock::Timestamp::from_micros(1), [1; 10]), alt.to_owned())].into(),
            ..Words::default()
        };
        let score = |value| Score { value, points: vec![Point { got: 3, of: 5, says: "The title names the <material>.".into() }] };
        Preview {
            handle: "lamp".parse().unwrap(),
            before: words("LAMP oak", ""),
            after: words("Oak lamp, cheap <script>", "An oak lamp"),
            scores_before: Scores { quality: score(40), seo: score(20) },
            scores_after: Scores { quality: score(82), seo: score(70) },
            findings: vec![Finding { part: Part::Title, kind: FindingKind::Banned, excerpt: "cheap <b>".into() }],
            provider: "Mistral".into(),
            model: "mistral-small".into(),
            tokens_in: 1_200,
            tokens_out: 90,
            cost: Cost(4_200),
        }
    }

    #[test]
    fn a_preview_shows_both_texts_their_scores_and_what_it_cost() {
        let html = markup(&preview(), Currency::EUR).into_string();

        for part in [
            "Nothing was saved.",
            "<span class=\"muted\">40</span> → <b>82</b>",
            "EUR 0.0042",
            "1,200 tokens in, 90 out",
            "Picture text",
            "An oak lamp",
            "data-tone=\"bad\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn texts_of_a_provider_are_never_markup() {
        let html = markup(&preview(), Currency::EUR).into_string();

        assert!(!html.contains("<script>") && !html.contains("<material>") && !html.contains("cheap <b>"), "{html}");
    }

    #[test]
    fn what_stays_is_named_and_not_shown_twice() {
        let all = preview();
        let same = Preview { after: Words { title: all.before.title.clone(), ..all.after.clone() }, ..all };

        let html = markup(&same, Currency::EUR).into_string();

        assert!(html.contains("As it is: Title.") && !html.contains("aria-label=\"Title\""), "{html}");
        assert!(html.contains("data-tone=\"bad\""), "what was found is told all the same: {html}");
    }

    #[test]
    fn what_costs_nothing_says_so() {
        let free = Preview { cost: Cost::ZERO, ..preview() };

        assert!(markup(&free, Currency::EUR).into_string().contains("No cost."));
    }
}
