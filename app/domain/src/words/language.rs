//! Which language a text is in, as far as its small words tell.

use std::{collections::HashMap, sync::LazyLock};

use super::token::tokens;
use crate::fold::fold;

/// ISO 639-1 and the small words that a text of that language can hardly do without, folded.
const SMALL_WORDS: &[(&str, &str)] = &[
    (
        "en",
        "the a do and of to in is for with that it you your this from are on as at by or an be its our we not but has have will which when they so no into",
    ),
    (
        "de",
        "der die das und ist mit fur von den dem ein eine einen auf im zu sich nicht sie aus auch bei oder wird durch zum zur ihre ihr wir sind wie des am",
    ),
    ("fr", "le la les et est des du un une pour avec dans sur vous votre en ce cette qui que par au aux pas nous ou son sa ses plus de il elle sont"),
    ("es", "el la los las y es de con para una un en por que su sus del al se lo como mas no este esta muy o sin son tu nuestro"),
    ("it", "il lo la i gli le e di con per una un in che del della dei delle al alla da non si piu questo questa sono come nel nella anche o suo"),
    ("nl", "de het een en van is met voor in op te dat die niet zijn aan je door ook uit bij naar wordt deze dit om maar of wij uw als"),
    ("pt", "o a os as e de com para uma um em por que do da dos das no na nos nas ao nao se mais este esta como sem ou seu sua muito"),
];

/// The languages a small word is of, a bit each.
static LANGUAGES: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let mut languages = HashMap::new();
    for (at, (_, small)) in SMALL_WORDS.iter().enumerate() {
        small.split(' ').for_each(|word| *languages.entry(word).or_default() |= 1 << at);
    }
    languages
});

/// Fewer words than this say too little.
const ENOUGH: usize = 8;
/// No more words than this are looked at.
const PLENTY: usize = 400;

/// The language of a text as ISO 639-1; none when that is not sure.
pub fn guess(text: &str) -> Option<&'static str> {
    let mut hits = [0_usize; SMALL_WORDS.len()];
    let mut count = 0;
    for token in tokens(text).filter(|token| token.text.contains(char::is_alphabetic)).take(PLENTY) {
        count += 1;
        if token.text.len() <= 8
            && let Some(languages) = LANGUAGES.get(fold(token.text).as_str())
        {
            hits.iter_mut().enumerate().for_each(|(at, hits)| *hits += usize::from(languages >> at & 1));
        }
    }
    if count < ENOUGH {
        return None;
    }
    let (best, most) = hits.iter().enumerate().max_by_key(|(_, hits)| **hits)?;
    let next = hits.iter().enumerate().filter(|(at, _)| *at != best).map(|(_, hits)| *hits).max()?;
    let is_sure = *most >= 3 && *most * 8 >= count && *most * 2 >= next * 3 && *most >= next + 2;
    is_sure.then(|| SMALL_WORDS[best].0)
}

/// As many letters tell a script.
const LETTERS: usize = 6;

/// Whether a text is in another script than the known languages, which are all written in Latin letters.
pub fn is_in_another_script(text: &str) -> bool {
    let (mut letters, mut others) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        others += usize::from(!is_latin(c));
    }
    letters >= LETTERS && others * 2 > letters
}

const fn is_latin(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{aa}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}')
}

/// The known language that a tag such as `en-GB` names.
pub fn known(tag: &str) -> Option<&'static str> {
    let language = tag.trim().split(['-', '_']).next().unwrap_or_default();
    SMALL_WORDS.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(language))
}

/// What a person calls it.
pub fn name(language: &str) -> &'static str {
    match language {
        "en" => "English",
        "de" => "German",
        "fr" => "French",
        "es" => "Spanish",
        "it" => "Italian",
        "nl" => "Dutch",
        "pt" => "Portuguese",
        _ => "another language",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_languages_are_told_apart() {
        for (language, text) in [
            ("en", "The lamp throws a soft pool of light on the table and leaves the rest of the room in peace."),
            ("de", "Die Lampe wirft ein weiches Licht auf den Tisch und lässt den Rest des Zimmers in Ruhe."),
            ("fr", "La lampe jette une lumière douce sur la table et laisse le reste de la pièce dans le calme."),
            ("es", "La lámpara da una luz suave sobre la mesa y deja el resto de la habitación en paz para los demás."),
            ("it", "La lampada getta una luce morbida sul tavolo e lascia il resto della stanza in pace per gli altri."),
            ("nl", "De lamp werpt een zacht licht op de tafel en laat de rest van de kamer met rust voor het gezin."),
            ("pt", "A lâmpada lança uma luz suave sobre a mesa e deixa o resto do quarto em paz para os outros."),
        ] {
            assert_eq!(guess(text), Some(language), "{text}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_is_short_or_has_no_sentences() {
        for text in [
            "",
            "The lamp is on the table",
            "Ivy Table Lamp Opal Glass 42 cm Brass Brackenside Electric Dimmable E27",
            "日本語の文章はここにあります。",
        ] {
            assert_eq!(guess(text), None, "{text}");
        }
    }

    #[test]
    fn another_script_is_told_by_its_letters() {
        for text in ["日本語の文章", "Это лампа из дуба, IP67", "Μια λάμπα"] {
            assert!(is_in_another_script(text), "{text}");
        }
        for text in ["", "灯", "Größe œuvre Łódź", "Ｌａｍｐ ２", "A lamp by 日本語の文章 of Osaka"] {
            assert!(!is_in_another_script(text), "{text}");
        }
    }

    #[test]
    fn a_tag_may_name_a_region() {
        assert_eq!(known("en-GB"), Some("en"));
        assert_eq!(known("DE"), Some("de"));
        assert_eq!(known(""), None);
        assert_eq!(known("ja"), None);
    }
}
