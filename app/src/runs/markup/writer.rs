//! Who is to write, and what: the boxes of the form.

use domain::{ids::ProviderId, money::Currency, words::part::Part};
use maud::{Markup, html};
use ports::writing::{PriceView, ProviderKind, ProviderView};

/// The providers to choose from, with what they cost.
pub(crate) fn providers(providers: &[ProviderView], chosen: ProviderId, currency: Currency) -> String {
    html! {
        legend { "Who writes" }
        @for provider in providers {
            label.check {
                input type="radio" name="provider" value=(provider.id) checked[provider.id == chosen] autocomplete="off";
                span { b { (provider.name) } " " span.muted { (told(provider, currency)) } }
            }
        }
    }
    .into_string()
}

/// What can be written, the chosen ticked.
pub(crate) fn parts(chosen: &[Part]) -> String {
    html! {
        legend { "What to write" }
        div.ticks {
            @for part in Part::ALL {
                label.check {
                    input type="checkbox" name="parts" value=(part.name()) checked[chosen.contains(&part)] autocomplete="off";
                    (part.label())
                }
            }
        }
    }
    .into_string()
}

fn told(provider: &ProviderView, currency: Currency) -> Markup {
    html! {
        @if provider.kind == ProviderKind::BuiltIn {
            "Rules inside Vitrine, not an AI: tidies and reorders what the record says. Free."
        } @else {
            code { (provider.model) }
            ", "
            @match &provider.price {
                Some(price) => (priced(price, currency)),
                None => "price not known",
            }
        }
    }
}

fn priced(price: &PriceView, currency: Currency) -> String {
    if price.input.0 == 0 && price.output.0 == 0 {
        return "free".to_owned();
    }
    format!("{} in and {} out per million tokens", price.input.shown(currency), price.output.shown(currency))
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, money::Cost};

    use super::*;

    fn provider(kind: ProviderKind, price: Option<(i64, i64)>) -> ProviderView {
        let id = if kind == ProviderKind::BuiltIn { ProviderId::BUILT_IN } else { ProviderId::new(Timestamp::from_micros(1), [1; 10]) };
        let model = "small-1".to_owned();
        let price = price.map(|(input, output)| PriceView {
            provider: id,
            model: model.clone(),
            from: Timestamp::from_micros(0),
            input: Cost(input),
            output: Cost(output),
        });
        ProviderView {
            id,
            kind,
            name: "<Acme>".into(),
            base_url: String::new(),
            model,
            has_key: true,
            concurrency: 4,
            timeout_seconds: 60,
            position: 1,
            enabled: true,
            price,
        }
    }

    #[test]
    fn a_provider_says_its_model_and_its_price() {
        let told = |price| providers(&[provider(ProviderKind::OpenAi, price)], ProviderId::BUILT_IN, Currency::EUR);

        let priced = told(Some((150_000, 600_000)));
        assert!(priced.contains("<code>small-1</code>, EUR 0.15 in and EUR 0.60 out per million tokens"), "{priced}");
        assert!(priced.contains("&lt;Acme&gt;") && !priced.contains("checked"), "{priced}");
        assert!(told(None).contains("price not known") && told(Some((0, 0))).contains("free"));
    }

    #[test]
    fn the_built_in_writer_is_called_what_it_is() {
        let html = providers(&[provider(ProviderKind::BuiltIn, None)], ProviderId::BUILT_IN, Currency::EUR);

        assert!(html.contains("not an AI") && html.contains("Free.") && html.contains(" checked"), "{html}");
    }

    #[test]
    fn the_chosen_parts_are_ticked() {
        let html = parts(&[Part::SeoTitle]);

        assert_eq!((html.matches("type=\"checkbox\"").count(), html.matches(" checked").count()), (Part::ALL.len(), 1));
        assert!(html.contains("value=\"seo_title\" checked"), "{html}");
    }
}
