//! What may be saved of providers, prices and briefs: a sentence for each thing that may not.

use domain::{clock::Timestamp, words::brief::Brief};
use ports::{
    error::AppError,
    writing::{PriceView, ProviderDraft, ProviderKind},
};
use url::Url;

const NAME: usize = 80;
const MODEL: usize = 200;
const URL: usize = 2_048;
const KEY: usize = 4_096;
const CONCURRENCY: u32 = 64;
const TIMEOUT_SECONDS: u32 = 600;
const POSITION: u32 = 10_000;
/// A million major units for a million tokens.
const PRICE: i64 = 1_000_000_000_000;
const DAY_MICROS: i64 = 86_400 * 1_000_000;
/// The first of January 2100.
const LAST_DAY: i64 = 4_102_444_800 * 1_000_000;
const TEXT: usize = 4_000;
const ENTRIES: usize = 100;
const ENTRY: usize = 200;
const TITLE: (u32, u32) = (20, 255);
const WORDS: u32 = 2_000;
const TYPE: usize = 512;

pub(crate) fn provider(draft: &ProviderDraft) -> Result<(), AppError> {
    if draft.kind == ProviderKind::BuiltIn {
        return invalid("The built-in rules are always there. Choose an OpenAI-compatible endpoint or Anthropic.");
    }
    within("The name", &draft.name, 1, NAME)?;
    within("The model", &draft.model, 1, MODEL)?;
    address(draft.base_url.trim())?;
    if draft.key.as_ref().is_some_and(|key| key.len() > KEY) {
        return invalid(format!("The key is longer than {KEY} characters. Paste the key alone."));
    }
    if draft.key.as_ref().is_some_and(|key| key.trim().chars().any(|c| c.is_control() || c.is_whitespace() || !c.is_ascii())) {
        return invalid("The key has characters that no key has. Paste the key alone, without a line break.");
    }
    if !(1..=CONCURRENCY).contains(&draft.concurrency) {
        return invalid(format!("Calls at once must be from 1 to {CONCURRENCY}."));
    }
    if !(1..=TIMEOUT_SECONDS).contains(&draft.timeout_seconds) {
        return invalid(format!("The time limit must be from 1 to {TIMEOUT_SECONDS} seconds."));
    }
    if draft.position > POSITION {
        return invalid(format!("The position must be from 0 to {POSITION}."));
    }
    Ok(())
}

/// None is the kind's own. Whether it may be asked is found out when it is: its name may lead anywhere by then.
fn address(text: &str) -> Result<(), AppError> {
    if text.is_empty() {
        return Ok(());
    }
    within("The address", text, 1, URL)?;
    match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) => invalid(WRITE_LIKE),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            invalid("The address has a name or a password in it. Enter the key in its own field.")
        }
        Ok(_) => Ok(()),
        Err(_) => invalid(WRITE_LIKE),
    }
}

const WRITE_LIKE: &str = "This is not the address of a provider. Write it like https://api.example.com/v1.";

/// And as it is kept: from midnight on.
pub(crate) fn price(price: PriceView) -> Result<PriceView, AppError> {
    within("The model", &price.model, 1, MODEL)?;
    if price.input.0 < 0 || price.output.0 < 0 {
        return invalid("A price cannot be negative. A model that costs nothing costs 0.");
    }
    if price.input.0 > PRICE || price.output.0 > PRICE {
        return invalid("A price is for a million tokens, and no more than 1,000,000 is believed. Check where the point is.");
    }
    if !(0..=LAST_DAY).contains(&price.from.micros()) {
        return invalid("The date must be from 1970 to 2100.");
    }
    let midnight = price.from.micros().div_euclid(DAY_MICROS) * DAY_MICROS;
    Ok(PriceView { from: Timestamp::from_micros(midnight), model: price.model.trim().to_owned(), ..price })
}

pub(crate) fn product_type(name: &str) -> Result<(), AppError> {
    within("The product type", name, 1, TYPE)
}

pub(crate) fn brief(brief: &Brief) -> Result<(), AppError> {
    let texts = [("voice", &brief.voice), ("tone", &brief.tone), ("audience", &brief.audience), ("instructions", &brief.instructions)];
    for (name, text) in texts {
        if text.chars().count() > TEXT {
            return invalid(format!("The {name} may have {} characters at most.", crate::runs::grouped(TEXT as u64)));
        }
    }
    for (name, list) in [("keywords", &brief.keywords), ("required phrases", &brief.required), ("banned phrases", &brief.banned)] {
        if list.len() > ENTRIES {
            return invalid(format!("There may be {ENTRIES} {name} at most."));
        }
        if list.iter().any(|entry| entry.trim().is_empty()) {
            return invalid(format!("One of the {name} is empty. Take it out."));
        }
        if list.iter().any(|entry| entry.chars().count() > ENTRY) {
            return invalid(format!("Each of the {name} may have {ENTRY} characters at most."));
        }
    }
    if let Some(phrase) = brief.required.iter().find(|phrase| is_banned(phrase, &brief.banned)) {
        return invalid(format!("\u{201c}{phrase}\u{201d} is required and banned. Take it out of one of the two."));
    }
    let code = brief.language.as_str();
    if !(code.is_empty() || (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()))) {
        return invalid("The language is a code of two letters, like en or de. Leave it empty to keep the language of the source.");
    }
    if !(TITLE.0..=TITLE.1).contains(&brief.title_characters) {
        return invalid(format!("The title's length must be from {} to {} characters.", TITLE.0, TITLE.1));
    }
    let (least, most) = brief.description_words;
    if most == 0 || most > WORDS {
        return invalid(format!("A description may have from 1 to {} words.", crate::runs::grouped(WORDS.into())));
    }
    if least > most {
        return invalid(format!("A description cannot have at least {least} words and at most {most}. Turn the two around."));
    }
    Ok(())
}

fn is_banned(phrase: &str, banned: &[String]) -> bool {
    let phrase = phrase.trim().to_lowercase();
    banned.iter().any(|banned| banned.trim().to_lowercase() == phrase)
}

fn within(what: &str, text: &str, least: usize, most: usize) -> Result<(), AppError> {
    let characters = text.trim().chars().count();
    if characters < least {
        return invalid(format!("{what} is missing."));
    }
    if characters > most {
        return invalid(format!("{what} may have {most} characters at most."));
    }
    if text.chars().any(char::is_control) {
        return invalid(format!("{what} has a character that cannot be shown. Type it anew."));
    }
    Ok(())
}

fn invalid<T>(sentence: impl Into<String>) -> Result<T, AppError> {
    Err(AppError::Invalid(sentence.into()))
}

#[cfg(test)]
mod tests {
    use domain::{ids::ProviderId, money::Cost};

    use super::*;

    fn draft() -> ProviderDraft {
        ProviderDraft {
            id: None,
            kind: ProviderKind::OpenAi,
            name: "Mistral".into(),
            base_url: "https://api.mistral.test/v1".into(),
            model: "small".into(),
            key: Some("sk-1".into()),
            concurrency: 4,
            timeout_seconds: 60,
            position: 0,
            enabled: true,
        }
    }

    fn says(checked: Result<(), AppError>) -> String {
        checked.unwrap_err().to_string()
    }

    #[test]
    fn a_provider_that_cannot_be_is_refused_with_a_sentence() {
        assert_eq!(provider(&draft()), Ok(()));
        assert_eq!(says(provider(&ProviderDraft { name: " ".into(), ..draft() })), "The name is missing.");
        assert_eq!(says(provider(&ProviderDraft { name: "x".repeat(81), ..draft() })), "The name may have 80 characters at most.");
        assert_eq!(says(provider(&ProviderDraft { model: String::new(), ..draft() })), "The model is missing.");
        for address in ["mistral", "ftp://mistral.test", "https://", "https:/x y"] {
            assert_eq!(says(provider(&ProviderDraft { base_url: address.into(), ..draft() })), WRITE_LIKE, "{address}");
        }
        assert!(says(provider(&ProviderDraft { base_url: "https://me:sk-1@mistral.test".into(), ..draft() })).contains("a password in it"));
        assert_eq!(provider(&ProviderDraft { base_url: " ".into(), ..draft() }), Ok(()));
        assert_eq!(says(provider(&ProviderDraft { concurrency: 65, ..draft() })), "Calls at once must be from 1 to 64.");
        assert_eq!(says(provider(&ProviderDraft { timeout_seconds: 0, ..draft() })), "The time limit must be from 1 to 600 seconds.");
        assert!(says(provider(&ProviderDraft { key: Some("sk-1\nsk-2".into()), ..draft() })).starts_with("The key has characters"));
        assert!(says(provider(&ProviderDraft { kind: ProviderKind::BuiltIn, ..draft() })).starts_with("The built-in rules"));
    }

    #[test]
    fn a_price_holds_from_midnight_on_and_is_never_negative() {
        let at = |micros, input| PriceView {
            provider: ProviderId::BUILT_IN,
            model: "small".into(),
            from: Timestamp::from_micros(micros),
            input: Cost(input),
            output: Cost(1),
        };
        assert_eq!(price(at(DAY_MICROS + 5, 0)).unwrap().from, Timestamp::from_micros(DAY_MICROS));
        assert!(price(at(0, -1)).unwrap_err().to_string().starts_with("A price cannot be negative"));
        assert!(price(at(0, PRICE + 1)).unwrap_err().to_string().starts_with("A price is for a million tokens"));
        for outside in [-1, LAST_DAY + 1] {
            assert_eq!(price(at(outside, 1)).unwrap_err().to_string(), "The date must be from 1970 to 2100.");
        }
    }

    #[test]
    fn a_brief_that_cannot_be_met_is_refused_with_a_sentence() {
        let usual = Brief::default;
        assert_eq!(brief(&usual()), Ok(()));
        assert_eq!(says(brief(&Brief { voice: "x".repeat(4_001), ..usual() })), "The voice may have 4,000 characters at most.");
        assert_eq!(says(brief(&Brief { keywords: vec!["x".into(); 101], ..usual() })), "There may be 100 keywords at most.");
        assert_eq!(says(brief(&Brief { banned: vec!["x".repeat(201)], ..usual() })), "Each of the banned phrases may have 200 characters at most.");
        assert_eq!(says(brief(&Brief { required: vec![" ".into()], ..usual() })), "One of the required phrases is empty. Take it out.");
        let torn = Brief { required: vec!["Made by hand".into()], banned: vec!["made by hand ".into()], ..usual() };
        assert!(says(brief(&torn)).contains("is required and banned"));
        assert!(says(brief(&Brief { language: "English".into(), ..usual() })).contains("code of two letters"));
        assert_eq!(says(brief(&Brief { title_characters: 19, ..usual() })), "The title's length must be from 20 to 255 characters.");
        assert!(says(brief(&Brief { description_words: (0, 0), ..usual() })).contains("from 1 to 2,000 words"));
        assert!(says(brief(&Brief { description_words: (9, 3), ..usual() })).contains("at least 9 words and at most 3"));
    }
}
