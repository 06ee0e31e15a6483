//! A provider and a price as forms, and back.

use domain::{
    clock::Timestamp,
    ids::ProviderId,
    money::{Cost, InvalidMoney},
};
use ports::writing::{PriceView, ProviderDraft, ProviderKind, ProviderView};

use crate::{
    forms::{Form, number},
    ui::day,
};

const AT_ONCE: (u32, u32) = (1, 64);
const SECONDS: (u32, u32) = (1, 600);
/// At equal places whoever was added first is asked first, so the last place is never full.
const POSITIONS: (u32, u32) = (0, 1_000);

/// Where Anthropic is asked unless the form says otherwise.
const ANTHROPIC: &str = "https://api.anthropic.com";

/// A provider to be filled in. Its key is not known here.
pub(crate) fn of(provider: &ProviderView) -> Form {
    let form = Form::default()
        .with("id", provider.id.to_string())
        .with("kind", provider.kind.name())
        .with("name", &provider.name)
        .with("base_url", &provider.base_url)
        .with("model", &provider.model)
        .with("concurrency", provider.concurrency.to_string())
        .with("timeout_seconds", provider.timeout_seconds.to_string())
        .with("position", provider.position.to_string());
    if provider.enabled { form.with("enabled", "yes") } else { form }
}

/// The place behind all others, the built-in rules among them: a new provider is not what new runs begin with unless somebody says so.
pub fn behind(providers: &[ProviderView]) -> u32 {
    providers.iter().map(|provider| provider.position).max().unwrap_or(0).saturating_add(1).min(POSITIONS.1)
}

/// A new one.
pub(crate) fn empty(position: u32) -> Form {
    Form::default()
        .with("kind", ProviderKind::OpenAi.name())
        .with("concurrency", "4")
        .with("timeout_seconds", "60")
        .with("position", position.to_string())
        .with("enabled", "yes")
}

/// The provider that was sent; none when something is wrong with it, which the form then says. Without a place it gets the one `behind`
/// all others.
pub fn read(form: &mut Form, behind: u32) -> Option<ProviderDraft> {
    let id = match form.text("id") {
        "" => None,
        text => {
            let id = text.parse::<ProviderId>().ok();
            if id.is_none() {
                form.refuse("", "This provider is not there any more. Add it anew.");
            }
            id
        }
    };
    let kind = ProviderKind::from_name(form.text("kind")).filter(|kind| *kind != ProviderKind::BuiltIn);
    if kind.is_none() {
        form.refuse("kind", "Choose what the provider speaks.");
    }
    for (name, most, missing) in [("name", 80, "Give it a name."), ("model", 200, "Write the model's name as the provider has it.")] {
        let length = form.text(name).chars().count();
        if length == 0 {
            form.refuse(name, missing);
        } else if length > most {
            form.refuse(name, format!("It may have {most} characters and has {length}."));
        }
    }
    let base_url = match form.text("base_url") {
        "" if kind == Some(ProviderKind::Anthropic) => ANTHROPIC.to_owned(),
        text => text.trim_end_matches('/').to_owned(),
    };
    let host = base_url.strip_prefix("https://").or_else(|| base_url.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || base_url.contains(char::is_whitespace) {
        form.refuse("base_url", "Write the address as the provider gives it: it begins with https:// or http://.");
    } else if host.split('/').next().is_some_and(|host| host.contains('@')) {
        form.refuse("base_url", "Leave name and password out of the address. The key has a field of its own.");
    } else if base_url.ends_with("/chat/completions") || base_url.ends_with("/messages") {
        form.refuse("base_url", "Write the address without what is asked at it: it usually ends with /v1.");
    }
    let key = if form.has("remove_key", "yes") { Some(String::new()) } else { Some(form.text("key").to_owned()).filter(|key| !key.is_empty()) };
    if key.as_ref().is_some_and(|key| key.chars().any(|c| c.is_whitespace() || c.is_control())) {
        form.refuse("key", "A key has no spaces. Copy it once more.");
    }
    let concurrency = number(form, "concurrency", 4, AT_ONCE);
    let timeout_seconds = number(form, "timeout_seconds", 60, SECONDS);
    let position = number(form, "position", behind, POSITIONS);
    let kind = kind.filter(|_| form.is_right())?;
    Some(ProviderDraft {
        id,
        kind,
        name: form.text("name").to_owned(),
        base_url,
        model: form.text("model").to_owned(),
        key,
        concurrency,
        timeout_seconds,
        position,
        enabled: form.has("enabled", "yes"),
    })
}

/// The form without its key, to be shown again.
#[must_use]
pub fn without_key(form: Form) -> Form {
    let had_key = !form.text("key").is_empty();
    let mut form = form.without("key");
    if had_key && form.why("key").is_none() {
        form.refuse("key", "Type the key again: it is not kept while something else is wrong.");
    }
    form
}

/// The price that was sent; none when something is wrong with it. Without a day it holds from today, without a model it is
/// that of the provider.
pub fn price(form: &mut Form, providers: &[ProviderView], today: Timestamp) -> Option<PriceView> {
    let provider = form.text("provider").parse::<ProviderId>().ok().and_then(|id| providers.iter().find(|provider| provider.id == id));
    let provider = provider.filter(|provider| provider.kind != ProviderKind::BuiltIn);
    if provider.is_none() {
        form.refuse("provider", "Choose a provider.");
    }
    let model = match form.text("model") {
        "" => provider.map(|provider| provider.model.clone()).unwrap_or_default(),
        model => model.to_owned(),
    };
    if model.chars().count() > 200 {
        form.refuse("model", "A model's name may have 200 characters.");
    }
    let from = match form.text("from") {
        "" => Some(day::start(day::of(today))),
        text => day(text),
    };
    if from.is_none() {
        form.refuse("from", "Write a day like 2026-01-31.");
    }
    let input = amount(form, "input");
    let output = amount(form, "output");
    form.is_right().then_some(())?;
    Some(PriceView { provider: provider?.id, model, from: from?, input: input?, output: output? })
}

fn amount(form: &mut Form, name: &'static str) -> Option<Cost> {
    match Cost::parse(form.text(name)) {
        Ok(cost) => Some(cost),
        Err(InvalidMoney::NotANumber) => {
            form.refuse(name, "Write an amount like 0.15; 0 where it costs nothing.");
            None
        }
        Err(invalid) => {
            form.refuse(name, invalid.to_string());
            None
        }
    }
}

/// `2026-01-31`, at midnight UTC. The year 2000 to 2999.
fn day(text: &str) -> Option<Timestamp> {
    let at = day::start(day::from_iso(text)?);
    (2_000..3_000).contains(&at.civil().0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Form {
        Form::sent(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    fn mistral(over: &[(&str, &str)]) -> Form {
        let usual =
            [("kind", "openai"), ("name", "Mistral"), ("base_url", "https://api.mistral.ai/v1/"), ("model", "mistral-small"), ("enabled", "yes")];
        sent(&[over, &usual].concat())
    }

    fn known() -> ProviderView {
        ProviderView {
            id: ProviderId::new(Timestamp::from_micros(1), [1; 10]),
            kind: ProviderKind::Anthropic,
            name: "Claude".into(),
            base_url: ANTHROPIC.into(),
            model: "claude-small".into(),
            has_key: true,
            concurrency: 8,
            timeout_seconds: 30,
            position: 2,
            enabled: false,
            price: None,
        }
    }

    #[test]
    fn a_provider_is_read_with_what_is_usual() {
        let draft = read(&mut mistral(&[("key", " sk-1 ")]), 3).unwrap();

        assert_eq!((draft.id, draft.kind, draft.base_url.as_str()), (None, ProviderKind::OpenAi, "https://api.mistral.ai/v1"));
        assert_eq!((draft.key.as_deref(), draft.concurrency, draft.timeout_seconds, draft.enabled), (Some("sk-1"), 4, 60, true));
    }

    #[test]
    fn a_provider_without_a_place_comes_last() {
        let place = |text: &str, known: &[ProviderView]| read(&mut mistral(&[("position", text)]), behind(known)).unwrap().position;
        let at = |position| ProviderView { position, ..known() };

        assert_eq!(place("", &[at(1), at(4), at(0)]), 5);
        assert_eq!(place("0", &[at(1), at(4)]), 0, "unless it is put elsewhere");
        assert_eq!([place("", &[]), place("", &[at(1_000)])], [1, 1_000]);
        assert_eq!(empty(behind(&[at(1)])).text("position"), "2");
    }

    #[test]
    fn a_key_is_kept_replaced_or_removed() {
        let key = |over: &[(&str, &str)]| read(&mut mistral(over), 3).unwrap().key;

        assert_eq!(key(&[("key", "")]), None);
        assert_eq!(key(&[("key", "sk-2")]), Some("sk-2".into()));
        assert_eq!(key(&[("key", ""), ("remove_key", "yes")]), Some(String::new()));
    }

    #[test]
    fn a_provider_survives_its_form_but_for_the_key() {
        let draft = read(&mut of(&known()), 3).unwrap();

        let ProviderDraft { id, kind, name, model, key, concurrency, timeout_seconds, position, enabled, base_url } = draft;
        let known = known();
        assert_eq!((id, kind, name, model, key), (Some(known.id), known.kind, known.name, known.model, None));
        assert_eq!((concurrency, timeout_seconds, position, enabled, base_url), (8, 30, 2, false, known.base_url));
    }

    #[test]
    fn what_cannot_be_asked_is_refused_beside_its_field() {
        for (name, text, says) in [
            ("kind", "built_in", "Choose what"),
            ("kind", "", "Choose what"),
            ("name", "", "Give it a name"),
            ("model", " ", "Write the model's name"),
            ("base_url", "", "begins with https://"),
            ("base_url", "ftp://x", "begins with https://"),
            ("base_url", "https://", "begins with https://"),
            ("base_url", "https://me:secret@host/v1", "Leave name and password out"),
            ("base_url", "https://api.openai.com/v1/chat/completions", "without what is asked"),
            ("key", "sk 1", "no spaces"),
            ("concurrency", "65", "from 1 to 64"),
            ("timeout_seconds", "0", "from 1 to 600"),
            ("position", "first", "from 0 to 1000"),
        ] {
            let mut form = mistral(&[(name, text)]);
            assert!(read(&mut form, 3).is_none(), "{name}={text}");
            assert!(form.why(name).is_some_and(|why| why.contains(says)), "{name}={text}: {:?}", form.why(name));
        }
    }

    #[test]
    fn anthropic_has_an_address_of_its_own() {
        let draft = read(&mut mistral(&[("kind", "anthropic"), ("base_url", "")]), 3).unwrap();

        assert_eq!(draft.base_url, "https://api.anthropic.com");
    }

    #[test]
    fn a_key_is_not_shown_again_with_a_form_that_was_refused() {
        let form = without_key(mistral(&[("key", "sk-secret")]));

        assert_eq!(form.text("key"), "");
        assert!(form.why("key").is_some_and(|why| why.contains("Type the key again")));
        assert!(!format!("{form:?}").contains("sk-secret"));
        assert_eq!(without_key(mistral(&[])).why("key"), None);
    }

    #[test]
    fn a_price_is_dated_and_of_the_providers_model_unless_it_says_otherwise() {
        let id = known().id.to_string();
        let today = day("2026-11-25").unwrap().plus_seconds(50_000);
        let usual = [("provider", id.as_str()), ("input", "0.15"), ("output", "€ 0,60")];

        let now = price(&mut sent(&usual), &[known()], today).unwrap();
        let later = price(&mut sent(&[&usual[..], &[("model", "other"), ("from", "2027-01-01")]].concat()), &[known()], today).unwrap();

        assert_eq!((now.model.as_str(), now.from, now.input, now.output), ("claude-small", day("2026-11-25").unwrap(), Cost(150_000), Cost(600_000)));
        assert_eq!((later.model.as_str(), later.from.to_string().as_str()), ("other", "2027-01-01T00:00:00Z"));
    }

    #[test]
    fn a_price_that_is_none_is_refused() {
        let id = known().id.to_string();
        let why = |over: &[(&str, &str)], name: &str| {
            let usual = [("provider", id.as_str()), ("input", "1"), ("output", "2")];
            let mut form = sent(&[over, &usual].concat());
            assert_eq!(price(&mut form, &[known()], Timestamp::from_micros(0)), None);
            form.why(name).map(str::to_owned).unwrap_or_default()
        };

        assert_eq!(why(&[("provider", "x")], "provider"), "Choose a provider.");
        assert!(why(&[("input", "")], "input").contains("0 where it costs nothing"));
        assert!(why(&[("output", "-1")], "output").contains("negative"));
        assert!(why(&[("from", "2026-02-30")], "from").contains("like 2026-01-31"));
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(day("2024-02-29").map(|at| at.to_string()).as_deref(), Some("2024-02-29T00:00:00Z"));
        assert_eq!([day("2026-02-29"), day("26-01-01"), day("2026-13-01"), day("tomorrow"), day("2026-1-1-1")], [None; 5]);
    }
}
