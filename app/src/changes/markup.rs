//! The page as HTML text.

use maud::{Markup, html};

/// Before anything is known, and where there is no script.
pub(super) fn unknown() -> String {
    html! {
        div data-part="changes" {
            (head())
            noscript { p { "What is kept on a device only its browser knows: this page needs scripts." } }
        }
        div data-part="here" {}
    }
    .into_string()
}

fn head() -> Markup {
    html! {
        header.page-head { h1 tabindex="-1" { "Changes on this device" } }
        p.muted { "What you change is kept on this device first and sent as soon as there is a connection. It stays here until the server has said what became of it." }
    }
}

#[cfg(feature = "hydrate")]
pub(super) use self::known::{Named, page};

#[cfg(any(feature = "hydrate", test))]
mod known {
    use domain::{clock::Timestamp, field::Value, money::Currency, sync::end::Differing};
    use maud::{Markup, html};

    use super::{
        super::{
            safety::{self, Safety},
            state::{Line, Listed, Standing},
        },
        head,
    };
    use crate::{
        review::state::address::card_address,
        ui::{
            diff::{Piece, words},
            format,
            values::{label, readable},
        },
    };

    /// What a product is called by.
    pub(in crate::changes) struct Named {
        pub handle: String,
        pub title: String,
    }

    /// What is inside the part of the page that is about changes. `elsewhere` is how many changes wait in other stores.
    pub(in crate::changes) fn page(
        listed: &Listed,
        elsewhere: usize,
        name: impl Fn(&Line) -> Option<Named>,
        currency: Currency,
        now: Timestamp,
        safety: Option<Safety>,
    ) -> String {
        let line = |line: &Line| html! { li.change { (about(line, &name, now)) (standing(line, currency)) } };
        let is_empty = elsewhere == 0 && listed.needs.is_empty() && listed.waits.is_empty() && listed.ended.is_empty();
        html! {
            (head())
            @if !listed.needs.is_empty() {
                section.part aria-labelledby="needs-h" {
                    header.line {
                        h2.grow #needs-h { "Needs you (" (listed.needs.len()) ")" }
                        @if listed.needs.len() > 1 {
                            button.btn type="button" data-do="mine" data-op="all" { "Keep all mine" }
                            button.btn type="button" data-do="theirs" data-op="all" { "Keep all theirs" }
                        }
                    }
                    ul.stack { @for one in &listed.needs { (line(one)) } }
                }
            }
            @if !listed.waits.is_empty() {
                section.part aria-labelledby="waits-h" {
                    h2 #waits-h { "Saved on this device, not sent yet (" (listed.waits.len()) ")" }
                    ul.stack { @for one in &listed.waits { (line(one)) } }
                }
            }
            @if elsewhere > 0 {
                p.muted {
                    @if elsewhere == 1 { "1 change waits in another store." } @else { (elsewhere) " changes wait in another store." }
                    " What waits there is sent from here too."
                }
            }
            @if !listed.ended.is_empty() {
                section.part aria-labelledby="ended-h" {
                    h2 #ended-h { "Sent" }
                    ul.stack { @for one in &listed.ended { (line(one)) } }
                }
            }
            @if is_empty {
                div.notice {
                    svg.icon aria-hidden="true" { use href="/icons.svg#check" {} }
                    h2 { "Everything is on the server" }
                    p { "Nothing waits on this device." }
                }
            }
            @if let Some(safety) = safety { (safety::part(safety)) }
        }
        .into_string()
    }

    fn about(line: &Line, name: &impl Fn(&Line) -> Option<Named>, now: Timestamp) -> Markup {
        html! {
            p.line {
                b.grow {
                    @match name(line) {
                        Some(named) => a.link href={ "/products/" (named.handle) } { (named.title) },
                        None => "A product",
                    }
                }
                time.muted datetime=(line.at) title=(format::moment(line.at)) { (format::ago(line.at, now)) }
            }
        }
    }

    fn standing(line: &Line, currency: Currency) -> Markup {
        let op = line.op.to_string();
        html! {
            @match &line.standing {
                Standing::Waits => p { (line.wanted) },
                Standing::NotAllowed => { p { (line.wanted) } p.error { "You may not send changes in this store now. Ask an owner of the store." } },
                Standing::Ended(words) => p { (line.wanted) " " span.badge data-tone="ok" { (words) } },
                Standing::Refused(sentence) => {
                    p { (line.wanted) }
                    p.error { (sentence) }
                    p { button.btn type="button" data-do="theirs" data-op=(op) { "Give it up" } }
                },
                Standing::Undecided(sentence, fields, review) => {
                    p { (line.wanted) }
                    p.error { (sentence) }
                    @for field in fields { (differing(field, currency)) }
                    p.line {
                        a.btn href=(card_address(*review)) { "Go to the suggestion" }
                        button.btn type="button" data-do="theirs" data-op=(op) { "Give it up" }
                    }
                },
                Standing::Differs(fields, _) => {
                    @for field in fields { (differing(field, currency)) }
                    p.line {
                        button.btn type="button" data-do="mine" data-op=(op) { "Keep mine" }
                        button.btn type="button" data-do="theirs" data-op=(op) { "Keep theirs" }
                    }
                },
            }
        }
    }

    fn differing(differing: &Differing, currency: Currency) -> Markup {
        let told = |value: &Value| readable(&differing.field, value, currency);
        let base = told(&differing.base);
        html! {
            div.conflict {
                p { b { "Somebody changed the " (label(&differing.field).to_lowercase()) " while you were away." } " Both are kept until you choose." }
                div.conflict-sides {
                    div { h3 { "Theirs" } (diff(&base, &told(&differing.theirs))) }
                    div { h3 { "Mine" } (diff(&base, &told(&differing.mine))) }
                }
            }
        }
    }

    fn diff(before: &str, after: &str) -> Markup {
        html! {
            p.diff {
                @if after.is_empty() && before.is_empty() { span.muted { "(empty)" } }
                @for piece in words(before, after) {
                    @match piece {
                        Piece::Same(text) => (text),
                        Piece::Gone(text) => del { (text) },
                        Piece::New(text) => ins { (text) },
                    }
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use domain::{
            field::Field,
            ids::{OpId, ProductId, Seq},
        };

        use super::*;

        #[test]
        fn what_somebody_typed_is_text() {
            let differing = Differing { field: Field::Title, base: Value::None, theirs: Value::text("<b>"), mine: Value::text("<script>") };
            let line = Line {
                op: OpId::new(Timestamp::from_micros(0), [1; 10]),
                product: ProductId::new(Timestamp::from_micros(0), [1; 10]),
                wanted: String::new(),
                at: Timestamp::from_micros(0),
                standing: Standing::Differs(vec![differing], Seq(1)),
            };
            let listed = Listed { needs: vec![line], ..Listed::default() };

            let html = page(&listed, 0, |_| None, Currency::EUR, Timestamp::from_micros(0), None);

            assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"), "{html}");
            assert!(html.contains("Keep mine") && html.contains("Keep theirs") && !html.contains("Keep all mine"), "{html}");
        }

        #[test]
        fn a_decision_that_did_not_hold_leads_to_its_suggestion() {
            let at = Timestamp::from_micros(0);
            let review = domain::ids::ReviewId::new(at, [2; 10]);
            let line = Line {
                op: OpId::new(at, [1; 10]),
                product: ProductId::new(at, [1; 10]),
                wanted: "Suggestion rejected: <b>".into(),
                at,
                standing: Standing::Undecided("Somebody has approved it before you.".into(), Vec::new(), review),
            };

            let html = page(&Listed { needs: vec![line], ..Listed::default() }, 0, |_| None, Currency::EUR, at, None);

            let link = format!("href=\"/review?card={review}\"");
            assert!(html.contains(&link) && html.contains("Give it up") && html.contains("rejected: &lt;b&gt;"), "{html}");
        }

        #[test]
        fn p05_what_waits_in_another_store_is_not_called_sent() {
            let with = |elsewhere| page(&Listed::default(), elsewhere, |_| None, Currency::EUR, Timestamp::from_micros(0), None);

            assert!(with(0).contains("Nothing waits on this device.") && !with(0).contains("another store"));
            assert!(with(1).contains("1 change waits in another store.") && !with(1).contains("Nothing waits"));
            assert!(with(3).contains("3 changes wait in another store."));
        }
    }
}
