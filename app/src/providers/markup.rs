//! The page as HTML.

use domain::{ids::ProviderId, money::Currency};
use maud::{Markup, html};
use ports::{
    error::AppError,
    writing::{PriceView, ProviderKind, ProviderView, Trial},
};

use super::{PATH, prices};
use crate::forms::{Field, Fields, Form, Kind, Removal, elsewhere, remove};

/// Addresses that are offered, and whose they are.
const ADDRESSES: [(&str, &str); 7] = [
    ("https://api.openai.com/v1", "OpenAI"),
    ("https://api.mistral.ai/v1", "Mistral"),
    ("https://api.anthropic.com", "Anthropic"),
    ("https://NAME.openai.azure.com/openai/v1", "Azure"),
    ("http://127.0.0.1:11434/v1", "Ollama"),
    ("http://127.0.0.1:8000/v1", "vLLM"),
    ("http://127.0.0.1:8080/v1", "llama.cpp"),
];

pub(super) struct Page<'a> {
    pub(super) store: &'a str,
    pub(super) currency: Currency,
    pub(super) done: Markup,
}

/// What everybody else sees.
pub(super) fn for_owners() -> Markup {
    html! {
        header.page-head { h1 tabindex="-1" { "Providers" } a.btn.ghost href="/settings" { "All settings" } }
        p.muted { "Owners of the store see and change who writes, and what it costs." }
    }
}

/// What a provider has answered.
pub(super) fn tried(answer: &Result<Trial, AppError>) -> Markup {
    let (works, says) = match answer {
        Ok(Trial { works, says }) => (*works, says.clone()),
        Err(error) => (false, error.to_string()),
    };
    html! {
        span.badge data-tone=(if works { "ok" } else { "bad" }) { @if works { "It works" } @else { "It does not work" } }
        " " (says)
    }
}

impl Page<'_> {
    /// All providers and their prices.
    pub(super) fn list(&self, providers: &[ProviderView], all: &[PriceView], price: &Form, tried: Option<&(ProviderId, String)>) -> Markup {
        html! {
            header.page-head {
                h1 tabindex="-1" { "Providers" }
                (self.done)
                a.btn.ghost href="/settings" { "All settings" }
                a.btn.primary href={ (PATH) "?new" } { "Add a provider" }
            }
            section.part aria-labelledby="who-h" {
                div {
                    h2 #who-h { "Who writes" }
                    p.muted { "A new run begins with the first in this order that is on, unless another is chosen. When that cannot answer, the next provider that is on is asked." }
                    p.muted { "A new provider comes last. To put one before the built-in rules, give it the order 0." }
                    p.muted { "What all may cost in a month is set in " a.link href="/usage" { "Usage" } "." }
                }
                ul { @for provider in providers { (self.row(provider, tried)) } }
            }
            (prices::part(self, providers, all, price))
        }
    }

    fn row(&self, provider: &ProviderView, answer: Option<&(ProviderId, String)>) -> Markup {
        let ProviderView { id, kind, name, base_url, model, has_key, position, enabled, price, .. } = provider;
        let answer = answer.filter(|(tried, _)| tried == id).map(|(_, html)| html.as_str()).unwrap_or_default();
        let is_built_in = *kind == ProviderKind::BuiltIn;
        let id = id.to_string();
        html! {
            li.provider id={ "p-" (id) } {
                div {
                    p { b { (name) } " " span.badge data-tone=(if *enabled { "ok" } else { "off" }) { @if *enabled { "On" } @else { "Off" } } " " span.muted.num { "Order " (position) } }
                    @if is_built_in { p.muted { "Rules inside Vitrine. No key, no network, no cost; it is not an AI." } }
                    @else {
                        p.muted { (kind.label()) " · " (model) " · " span.url { (base_url) } }
                        p.line {
                            span.muted { @if *has_key { "Has a key" } @else { "No key" } }
                            @match price {
                                Some(price) => span.muted.num { (price.input.shown(self.currency)) " in, " (price.output.shown(self.currency)) " out, a million tokens" },
                                None => span.badge data-tone="warn" { "No price: what it costs cannot be said. Add one below." },
                            }
                        }
                    }
                    form method="post" action={ (PATH) "?waits#p-" (id) } data-act="try" {
                        (elsewhere(self.store))
                        input type="hidden" name="do" value="try";
                        input type="hidden" name="id" value=(id);
                        div.line {
                            button.btn { "Try it" span.vh { ": " (name) } }
                            @if !is_built_in {
                                a.btn href={ (PATH) "?edit=" (id) } { "Edit" span.vh { " " (name) } }
                            }
                        }
                        div data-answer role="status" { (maud::PreEscaped(answer)) }
                    }
                }
            }
        }
    }

    /// The form for one provider.
    pub(super) fn provider(&self, form: &Form, known: Option<&ProviderView>) -> Markup {
        let fields = Fields { form, locked: false, prefix: "" };
        let kinds: Vec<(String, String)> =
            [ProviderKind::OpenAi, ProviderKind::Anthropic].into_iter().map(|kind| (kind.name().to_owned(), kind.label().to_owned())).collect();
        let number = |name, label, hint| fields.field(Field { name, label, hint, kind: Kind::Number });
        let has_key = known.is_some_and(|known| known.has_key);
        let key_hint = if has_key {
            "There is one, and it is not shown again. Empty leaves it as it is."
        } else {
            "Kept encrypted, and never shown again. A local server may need none."
        };
        html! {
            header.page-head {
                h1 tabindex="-1" { @match known { Some(known) => { "Provider " (known.name) } None => "Add a provider" } }
                @if let Some(known) = known {
                    (remove(&Removal {
                        id: "remove-provider",
                        action: PATH,
                        fields: &[("do", "remove"), ("id", &known.id.to_string())],
                        asks: &format!("Remove {}?", known.name),
                        explains: "Its key is deleted. What it has written and what that cost stays.",
                    }, self.store))
                }
                a.btn.ghost href=(PATH) { "Back to the providers" }
            }
            section.part aria-labelledby="provider-h" {
                div {
                    h2 #provider-h { "How it is asked" }
                    p.muted { "An address inside your own network or of plain http is asked only where the operator of the server allows it, by " code { "VITRINE_ALLOW_PROVIDER_HOSTS" } "." }
                    dl.addresses { @for (address, whose) in ADDRESSES { div { dt { (whose) } dd { code { (address) } } } } }
                }
                form.stack method="post" action=(PATH) autocomplete="off" novalidate {
                    (elsewhere(self.store))
                    @if let Some(known) = known { input type="hidden" name="id" value=(known.id); }
                    (fields.trouble())
                    (fields.field(Field { name: "kind", label: "Speaks", hint: "OpenAI, Azure, Mistral, Ollama, vLLM and llama.cpp are OpenAI-compatible.", kind: Kind::Choice(&kinds) }))
                    (fields.line("name", "Name", ""))
                    (fields.field(Field { name: "base_url", label: "Base URL", hint: "", kind: Kind::Line { list: Some("addresses") } }))
                    datalist #addresses { @for (address, whose) in ADDRESSES { option value=(address) label=(whose) {} } }
                    (fields.line("model", "Model", "As the provider names it."))
                    (fields.field(Field { name: "key", label: "Key", hint: key_hint, kind: Kind::Secret }))
                    @if has_key { (fields.check("remove_key", "yes", "Remove key")) }
                    div.brief-row {
                        (number("concurrency", "Calls at once", ""))
                        (number("timeout_seconds", "Time-out, seconds", ""))
                        (number("position", "Order", "The lowest is first; the built-in rules are at 1. Empty: last."))
                    }
                    (fields.check("enabled", "yes", "On"))
                    div.line { button.btn.primary { "Save provider" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, money::Cost};

    use super::*;
    use crate::providers::form;

    fn page() -> Page<'static> {
        Page { store: "s", currency: Currency::EUR, done: html! {} }
    }

    fn provider(price: Option<PriceView>) -> ProviderView {
        ProviderView {
            id: ProviderId::new(Timestamp::from_micros(1), [1; 10]),
            kind: ProviderKind::OpenAi,
            name: "<i>Mistral".into(),
            base_url: "https://api.mistral.ai/v1".into(),
            model: "mistral-small".into(),
            has_key: true,
            concurrency: 4,
            timeout_seconds: 60,
            position: 1,
            enabled: true,
            price,
        }
    }

    fn built_in() -> ProviderView {
        ProviderView { id: ProviderId::BUILT_IN, kind: ProviderKind::BuiltIn, name: "Built-in rules".into(), has_key: false, ..provider(None) }
    }

    fn price() -> PriceView {
        PriceView {
            provider: provider(None).id,
            model: "mistral-small".into(),
            from: Timestamp::from_micros(1_764_028_800_000_000),
            input: Cost(150_000),
            output: Cost(600_000),
        }
    }

    #[test]
    fn the_built_in_writer_is_called_what_it_is_and_cannot_be_removed() {
        let html = page().list(&[built_in()], &[], &Form::default(), None).into_string();

        assert!(html.contains("Rules inside Vitrine. No key, no network, no cost; it is not an AI."), "{html}");
        assert!(!html.contains("?edit=") && !html.contains("No price"), "{html}");
    }

    #[test]
    fn the_page_says_what_the_order_means() {
        let html = page().list(&[built_in(), ProviderView { position: 7, ..provider(None) }], &[], &Form::default(), None).into_string();

        for part in ["A new run begins with the first in this order that is on", "A new provider comes last", "Order 1", "Order 7"] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn a_model_without_a_price_is_called_out() {
        let without = page().list(&[provider(None)], &[], &Form::default(), None).into_string();
        let with = page().list(&[provider(Some(price()))], &[price()], &Form::default(), None).into_string();

        assert!(without.contains("No price:"), "{without}");
        assert!(!with.contains("No price:") && with.contains("EUR 0.15 in, EUR 0.60 out"), "{with}");
    }

    #[test]
    fn what_a_provider_is_called_and_answers_is_text() {
        let answer = tried(&Ok(Trial { works: false, says: "<script>".into() })).into_string();
        let html = page().list(&[provider(None)], &[], &Form::default(), Some(&(provider(None).id, answer))).into_string();

        assert!(html.contains("It does not work") && html.contains("&lt;script&gt;"), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<i>"), "{html}");
    }

    #[test]
    fn a_provider_is_edited_without_its_key() {
        let known = provider(None);
        let html = page().provider(&form::of(&known), Some(&known)).into_string();

        for part in [
            "name=\"key\" type=\"password\" value=\"\"",
            "autocomplete=\"off\"",
            "There is one, and it is not shown again",
            "Remove key",
            "Its key is deleted",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let new = page().provider(&form::empty(2), None).into_string();
        assert!(!new.contains("Remove key") && new.contains("Kept encrypted"), "{new}");
    }

    #[test]
    fn whoever_is_no_owner_is_told_so() {
        let html = for_owners().into_string();

        assert!(html.contains("Owners of the store") && !html.contains("<form"));
    }
}
