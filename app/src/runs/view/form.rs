//! A new run: which products, what to write, who writes, what it may cost. A plain form, with the estimate beside it.

use domain::{ids::ProviderId, money::Currency, role::Permission};
use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use ports::{
    error::AppError,
    runs::{Estimate, SAMPLE, Selection},
};

use super::banner::banner;
use crate::{
    codec::Loaded,
    frame::use_me,
    runs::{
        api::{Preparation, estimate_run, prepare, start_run},
        markup,
        state::choice::{Choice, PATH, Problems},
    },
    ui::{
        address::{address as with_search, asked_at},
        asking::Asking,
        at_once::{at_once, sometimes},
        format::products,
        icon::Icon,
        opening::opening,
        title::title,
    },
};

/// Choices that are made quickly one after the other are reckoned once.
#[cfg(feature = "hydrate")]
const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);

#[component]
pub(crate) fn NewRun() -> impl IntoView {
    title(|| "New run".to_owned());
    let address = asked_at(PATH, str::to_owned);
    let loaded: Loaded<Result<Preparation, AppError>> = Loaded::new_with_options(move || address.get(), prepare, true);
    opening("new-run", "New run", loaded, move |preparation| at_once(view! { <Page preparation address=address.get_untracked() /> }))
}

#[component]
fn Page(preparation: Preparation, address: String) -> impl IntoView {
    let may_run = use_me().is_some_and(|me| me.role.may(Permission::RunJobs));
    let choice = Choice::read(&address);
    let Preparation { products: count, filters, warning, .. } = &preparation;
    let warning = RwSignal::new(warning.clone());
    let chosen = which(&choice.selection, *count, filters);
    let list = matches!(choice.selection, Selection::Matching(_)).then(|| with_search("/products", &choice.selected()));
    let list = list.map(|address| at_once(view! { " "<a class="link" href=address>"Show them"</a> }));
    let body = if !may_run {
        at_once(view! { <p class="muted">"Your role can look at runs. An owner or an editor of the store can start one."</p> })
    } else if *count == 0 {
        at_once(view! {
            <div class="notice" role="status">
                <Icon name="search-x" />
                <h2>"No product is chosen"</h2>
                <p>"Choose some in the list of products, or write for the whole catalogue."</p>
                <div class="line"><a class="btn" href="/products">"Go to the products"</a><a class="btn" href="/runs/new">"Whole catalogue"</a></div>
            </div>
        })
    } else {
        at_once(view! { <Form preparation choice /> })
    };
    at_once(view! {
        <div class="page new-run">
            <header class="page-head"><div><h1>"New run"</h1><p class="muted">{chosen}{list}</p></div></header>
            {banner(warning)}
            {body}
        </div>
    })
}

/// Which products, in words.
fn which(selection: &Selection, count: u64, filters: &[String]) -> String {
    match selection {
        Selection::Products(_) => format!("{} that you have chosen", products(count)),
        Selection::Matching(_) if filters.is_empty() => format!("{}: the whole catalogue", products(count)),
        Selection::Matching(_) => format!("{}. {}", products(count), filters.join("; ")),
    }
}

#[component]
fn Form(preparation: Preparation, choice: Choice) -> impl IntoView {
    let Preparation { products: count, providers, parts, estimate: first, .. } = preparation;
    let (store, currency) = use_me().map_or_else(|| (String::new(), Currency::EUR), |me| (me.store.id.to_string(), me.store.currency));
    let provider = choice.provider.or_else(|| providers.first().map(|provider| provider.id)).unwrap_or(ProviderId::BUILT_IN);
    let ticked = choice.parts.clone().unwrap_or(parts);
    let problems = RwSignal::new(choice.problems().unwrap_or_default());
    let sample = RwSignal::new(choice.sample_first);
    let known = RwSignal::new(first);
    let reckoning = RwSignal::new(false);
    let starting = Asking::new();
    let form = NodeRef::<html::Form>::new();
    let selection = choice.selection.clone();
    let typed = move || form.get_untracked().map(|form| read(&form, &selection));

    let changed = Reckoner { known, reckoning, problems, sample }.on_change(typed.clone());
    let navigate = use_navigate();
    let here = store.clone();
    let start = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(choice) = typed() else { return };
        let wrong = choice.problems();
        problems.set(wrong.clone().unwrap_or_default());
        if wrong.is_some() {
            return;
        }
        let navigate = navigate.clone();
        let asked = format!("{}&store={here}", choice.to_address());
        starting.ask(start_run(asked), move |run| {
            if let Some(run) = run {
                navigate(&format!("/runs/{run}"), NavigateOptions::default());
            }
        });
    };
    let kept = choice.kept().into_iter().map(|(name, value)| at_once(view! { <input r#type="hidden" name=name value=value /> })).collect_view();
    let wrong = move |part: fn(&Problems) -> Option<String>, id: &'static str| {
        sometimes(move || problems.with(part).map(|sentence| at_once(view! { <p class="error" id=id role="alert">{sentence}</p> })))
    };
    let cap_is_wrong = move || problems.with(|problems| problems.cap.is_some());
    let summary = Memo::new(move |_| known.with(|known| markup::estimate(known.as_ref(), currency)));
    at_once(view! {
        <form class="cols" method="post" action="/runs" node_ref=form novalidate on:submit=start on:input=move |_| changed.run(())>
            <div class="stack">
                {kept}
                <input r#type="hidden" name="form" value="1" />
                <input r#type="hidden" name="store" value=store.clone() />
                <fieldset class="choices" inner_html=markup::providers(&providers, provider, currency)></fieldset>
                <fieldset class="choices" inner_html=markup::parts(&ticked)></fieldset>
                {wrong(|problems| problems.parts.map(str::to_owned), "parts-error")}
                <fieldset class="choices">
                    <legend>"How"</legend>
                    <label class="check">
                        <input r#type="checkbox" name="empty" value="1" checked=choice.only_empty autocomplete="off" />
                        <span>"Only what is empty "<span class="muted">"leaves alone every text there is"</span></span>
                    </label>
                    <label class="check">
                        <input r#type="checkbox" name="again" value="1" checked=choice.again autocomplete="off" />
                        <span>"Write again what has not changed "<span class="muted">"otherwise left out, at no cost"</span></span>
                    </label>
                    <label class="check">
                        <input r#type="checkbox" name="sample" value="1" checked=choice.sample_first autocomplete="off" />
                        <span>"Try ten first "<span class="muted">"and wait for your word before the others"</span></span>
                    </label>
                </fieldset>
                <div class="field">
                    <label for="cap">{format!("Cap, in {}", currency.code())}</label>
                    <input
                        class="input num"
                        id="cap"
                        name="cap"
                        inputmode="decimal"
                        autocomplete="off"
                        placeholder="No cap"
                        value=choice.cap.clone()
                        aria-invalid=move || cap_is_wrong().then_some("true")
                        aria-describedby="cap-h cap-error"
                    />
                    {wrong(|problems| problems.cap.clone(), "cap-error")}
                    <p class="hint" id="cap-h">"The run pauses before it would cost more. You can then raise it and go on."</p>
                </div>
            </div>
            <aside class="stack estimate" aria-labelledby="takes-h">
                <h2 id="takes-h">"What it will take"</h2>
                <div class="stack" aria-live="polite" aria-busy=move || reckoning.get().to_string() inner_html=move || summary.get()></div>
                {wrong(|problems| problems.other.map(str::to_owned), "run-error")}
                {starting.reason()}
                <div class="line">
                    <button class="btn primary" aria-disabled=move || starting.disabled()>
                        <Icon name="sparkles" />
                        {move || if sample.get() && count > u64::from(SAMPLE) { "Write ten, then ask me" } else { "Start the run" }}
                    </button>
                    <button class="btn no-script" formmethod="get" formaction="/runs/new">"Update the estimate"</button>
                </div>
                <p class="hint">"No product changes before somebody approves what was written for it."</p>
            </aside>
        </form>
    })
}

/// What is chosen in the form now.
fn read(form: &web_sys::HtmlFormElement, selection: &Selection) -> Choice {
    let mut choice = Choice { selection: selection.clone(), parts: Some(Vec::new()), sample_first: false, ..Choice::default() };
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return choice };
    let text = |name: &str| data.get(name).as_string();
    choice.provider = text("provider").and_then(|provider| provider.parse().ok());
    let parts = data.get_all("parts").iter().filter_map(|part| domain::words::part::Part::from_name(&part.as_string()?)).collect();
    choice.parts = Some(parts);
    choice.only_empty = data.has("empty");
    choice.again = data.has("again");
    choice.sample_first = data.has("sample");
    text("cap").unwrap_or_default().trim().clone_into(&mut choice.cap);
    choice
}

/// Keeps the estimate and what is wrong as the form is.
#[derive(Clone, Copy)]
struct Reckoner {
    known: RwSignal<Option<Result<Estimate, AppError>>>,
    reckoning: RwSignal<bool>,
    problems: RwSignal<Problems>,
    sample: RwSignal<bool>,
}

impl Reckoner {
    fn on_change(self, typed: impl Fn() -> Option<Choice> + Clone + Send + Sync + 'static) -> Callback<()> {
        #[cfg(feature = "hydrate")]
        let later = crate::ui::later::Later::new();
        // The answer to the latest question counts.
        let asked = StoredValue::new(0_u32);
        Callback::new(move |()| {
            let Some(choice) = typed() else { return };
            self.sample.set(choice.sample_first);
            let wrong = choice.problems();
            self.problems.set(wrong.clone().unwrap_or_default());
            asked.update_value(|asked| *asked = asked.wrapping_add(1));
            if wrong.is_some() {
                self.reckoning.set(false);
                return;
            }
            self.reckoning.set(true);
            let number = asked.get_value();
            let ask = move || {
                spawn_local(async move {
                    let answer = estimate_run(choice.to_address()).await;
                    if asked.try_get_value() == Some(number) {
                        self.known.try_set(Some(answer));
                        self.reckoning.try_set(false);
                    }
                });
            };
            #[cfg(feature = "hydrate")]
            later.run(PAUSE, ask);
            #[cfg(not(feature = "hydrate"))]
            ask();
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::query::ListQuery;

    use super::*;

    #[test]
    fn the_products_are_told_in_words() {
        let matching = Selection::Matching(ListQuery::default());

        assert_eq!(which(&matching, 5_000, &[]), "5,000 products: the whole catalogue");
        assert_eq!(
            which(&matching, 214, &["Missing: Description".into(), "Vendor: Acme".into()]),
            "214 products. Missing: Description; Vendor: Acme"
        );
        assert_eq!(which(&Selection::Products(Vec::new()), 1, &[]), "1 product that you have chosen");
    }
}
