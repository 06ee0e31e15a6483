//! How many tokens a question and its answer come to, before it is asked.
//!
//! What a provider counts is known only afterwards; this is for the gate, which sets money aside before a call, for a first
//! estimate of a run, and for calls that broke before the provider could say.

use domain::words::{
    brief::{ALT_CHARACTERS, SEO_DESCRIPTION_CHARACTERS, SEO_TITLE_CHARACTERS},
    part::Part,
};
use ports::writing::ProviderKind;

use crate::{Question, Tokens, prompt::Ask};

/// Tokens per thousand characters, by script.
struct Ratios {
    ascii: u64,
    /// Latin letters with marks, and signs.
    latin: u64,
    cyrillic: u64,
    /// Greek, Hebrew, Arabic, the scripts of India, Thai.
    other: u64,
    hangul: u64,
    /// Chinese characters and kana.
    cjk: u64,
}

/// Measured with OpenAI's `o200k_base` vocabulary: 220 per thousand characters over the product records of a demonstration shop as JSON,
/// 310 over a catalogue file with HTML, and translations of one product description for the other scripts. "One token is about four
/// characters of English" is OpenAI's own rule of thumb.
const OPENAI: Ratios = Ratios { ascii: 250, latin: 700, cyrillic: 300, other: 430, hangul: 610, cjk: 950 };

/// Anthropic states 3.5 characters a token for English. For the other scripts its one published vocabulary was measured, with the same
/// texts as above; later ones take less, so these are on the safe side.
const ANTHROPIC: Ratios = Ratios { ascii: 290, latin: 1_100, cyrillic: 550, other: 1_000, hangul: 1_180, cjk: 1_250 };

/// What a provider adds around each message.
const AROUND: u64 = 12;
/// Quotes, name and comma of a field of the answer, in characters.
const FIELD: u64 = 16;
/// A word with its space, and the tags around paragraphs and points, in characters.
const WORD: u64 = 7;
const TAGS: u64 = 10;
const TAG: u64 = 14;

pub fn estimate(question: &Question, kind: ProviderKind) -> Tokens {
    match kind {
        ProviderKind::BuiltIn => Tokens::default(),
        _ => Ask::of(question).map_or_else(Tokens::default, |ask| ask.estimated(kind)),
    }
}

/// The tokens of a text.
pub(crate) fn tokens_of(text: &str, kind: ProviderKind) -> u64 {
    let ratios = if kind == ProviderKind::Anthropic { &ANTHROPIC } else { &OPENAI };
    text.chars().map(|c| per_thousand(c, ratios)).sum::<u64>().div_ceil(1_000)
}

/// The tokens of some messages.
pub(crate) fn tokens_sent<'a>(texts: impl Iterator<Item = &'a str>, kind: ProviderKind) -> u64 {
    texts.map(|text| tokens_of(text, kind) + AROUND).sum()
}

/// The tokens of an answer in the script of the source.
pub(crate) fn tokens_wanted(question: &Question, kind: ProviderKind) -> u64 {
    if kind == ProviderKind::BuiltIn {
        return 0;
    }
    let characters: u64 = question.parts.iter().map(|part| FIELD + characters_of(*part, question)).sum();
    let sample = format!("{} {}", question.source.title, question.source.description);
    let sample: String = sample.chars().take(2_000).collect();
    let count = sample.chars().count().max(1) as u64;
    // A source of next to nothing says nothing of the language: English then.
    let per_thousand = if count < 20 { 250 } else { tokens_of(&sample, kind) * 1_000 / count };
    // Scripts that need more tokens a character need fewer characters: 160 English words are some 350 characters of Chinese.
    let dense = if per_thousand > 600 { 2 } else { 1 };
    (characters / dense * per_thousand).div_ceil(1_000)
}

fn characters_of(part: Part, question: &Question) -> u64 {
    let (least, most) = question.brief.description_words;
    match part {
        Part::Title => u64::from(question.brief.title_characters),
        Part::Description => u64::midpoint(u64::from(least), u64::from(most)) * WORD + 80,
        Part::SeoTitle => u64::from(SEO_TITLE_CHARACTERS),
        Part::SeoDescription => u64::from(SEO_DESCRIPTION_CHARACTERS),
        Part::Tags => TAGS * TAG,
        Part::Alt => question.source.images.len() as u64 * u64::from(ALT_CHARACTERS) / 2,
    }
}

const fn per_thousand(c: char, ratios: &Ratios) -> u64 {
    match c {
        '\0'..='\u{7f}' => ratios.ascii,
        '\u{80}'..='\u{36f}' => ratios.latin,
        '\u{400}'..='\u{52f}' => ratios.cyrillic,
        '\u{370}'..='\u{10ff}' => ratios.other,
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}' => ratios.hangul,
        '\u{2e80}'..='\u{abff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'.. => ratios.cjk,
        _ => ratios.latin,
    }
}

#[cfg(test)]
mod tests {
    use domain::words::source::Source;

    use super::*;

    fn question(description: &str) -> Question {
        let source = Source { title: "Lamp".into(), description: description.into(), ..Source::default() };
        Question { source, parts: vec![Part::Title, Part::Description], ..Question::default() }
    }

    #[test]
    fn english_is_about_four_characters_a_token() {
        let text = "A desk lamp of solid oak, made by hand. ".repeat(100);

        assert_eq!(tokens_of(&text, ProviderKind::OpenAi), 1_000);
        assert_eq!(tokens_of(&text, ProviderKind::Anthropic), 1_160);
    }

    #[test]
    fn chinese_is_about_one_character_a_token() {
        let text = "这款手工制作的实心橡木台灯".repeat(10);

        assert!((110..=130).contains(&tokens_of(&text, ProviderKind::OpenAi)));
    }

    #[test]
    fn a_longer_source_costs_more_to_send_and_no_more_to_answer() {
        let [short, long] = ["Oak. ", "Oak with brass. "].map(|text| estimate(&question(&text.repeat(40)), ProviderKind::OpenAi));

        assert!(short.input + 50 < long.input && short.output.abs_diff(long.output) < 10, "{short:?} {long:?}");
    }

    #[test]
    fn what_the_brief_wants_longer_costs_more() {
        let mut longer = question("Oak, oiled, with a foot of brass.");
        longer.brief.description_words = (400, 800);

        let [usual, longer] =
            [question("Oak, oiled, with a foot of brass."), longer].map(|question| estimate(&question, ProviderKind::OpenAi).output);

        assert!(longer > usual * 3, "{usual} {longer}");
    }

    #[test]
    fn the_built_in_rules_cost_nothing() {
        assert_eq!(estimate(&question("Oak"), ProviderKind::BuiltIn), Tokens::default());
    }
}
