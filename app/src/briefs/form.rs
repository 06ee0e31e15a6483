//! A brief as a form, and back.

use domain::{
    fold::fold,
    words::{
        brief::{Brief, Gives},
        part::Part,
    },
};

use crate::forms::{Form, number};

/// Characters a text may have; a brief goes along with every call, and is paid for.
const LONGEST: usize = 4_000;
/// Phrases of one kind.
const MOST_PHRASES: usize = 100;
const TITLE_CHARACTERS: (u32, u32) = (20, 255);
const DESCRIPTION_WORDS: (u32, u32) = (0, 2_000);

/// Languages that are offered, by their ISO 639-1 codes.
pub(crate) const LANGUAGES: [(&str, &str); 18] = [
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
];

/// A brief to be filled in. What a template leaves to the store's brief is empty.
pub fn of(brief: &Brief, is_template: bool) -> Form {
    let gives = if is_template { brief.gives() } else { Gives { title: true, least_words: true, most_words: true } };
    let given = |is_given: bool, number: u32| if is_given { number.to_string() } else { String::new() };
    let (least, most) = brief.description_words;
    let form = Form::default()
        .with("voice", &brief.voice)
        .with("tone", &brief.tone)
        .with("audience", &brief.audience)
        .with("language", &brief.language)
        .with("title_characters", given(gives.title, brief.title_characters))
        .with("least_words", given(gives.least_words, least))
        .with("most_words", given(gives.most_words, most))
        .with("keywords", brief.keywords.join("\n"))
        .with("required", brief.required.join("\n"))
        .with("banned", brief.banned.join("\n"))
        .with("instructions", &brief.instructions);
    brief.parts.iter().fold(form, |form, part| form.with("parts", part.name()))
}

/// An empty template.
pub(crate) fn empty_template() -> Brief {
    Brief { parts: Vec::new(), gives: Some(Gives::default()), ..Brief::default() }
}

/// The brief that was sent; none when something is wrong with it, which the form then says. A template is laid over the
/// store's brief.
pub fn read(form: &mut Form, over: Option<&Brief>) -> Option<Brief> {
    let usual = Brief::default();
    for (name, words) in [("voice", "voice"), ("tone", "tone"), ("audience", "audience"), ("instructions", "instructions")] {
        let length = form.text(name).chars().count();
        if length > LONGEST {
            form.refuse(name, format!("The {words} may have {LONGEST} characters and has {length}."));
        }
    }
    for name in ["keywords", "required", "banned"] {
        let lines = form.lines(name);
        if lines.len() > MOST_PHRASES {
            form.refuse(name, format!("There may be {MOST_PHRASES} of them, and there are {}.", lines.len()));
        } else if let Some(long) = lines.iter().find(|line| line.chars().count() > 200) {
            let start: String = long.chars().take(30).collect();
            form.refuse(name, format!("Write one a line, of 200 characters at most. “{start}…” is longer."));
        }
    }
    let language = form.text("language").to_owned();
    if !(language.is_empty() || (language.len() == 2 && language.bytes().all(|letter| letter.is_ascii_lowercase()))) {
        form.refuse("language", "Choose a language of the list.");
    }
    let banned = form.lines("banned");
    let required = form.lines("required");
    refuse_both(form, &required, &banned, over);
    let title_characters = number(form, "title_characters", usual.title_characters, TITLE_CHARACTERS);
    let description_words = words(form, &usual, over);
    let says = |name: &str| !form.text(name).is_empty();
    let gives = over.map(|_| Gives { title: says("title_characters"), least_words: says("least_words"), most_words: says("most_words") });
    let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| form.has("parts", part.name())).collect();
    if parts.is_empty() && over.is_none() {
        form.refuse("parts", "Choose at least one part to be written.");
    }
    form.is_right().then(|| Brief {
        voice: form.text("voice").to_owned(),
        tone: form.text("tone").to_owned(),
        audience: form.text("audience").to_owned(),
        language,
        title_characters,
        description_words,
        keywords: form.lines("keywords"),
        required,
        banned,
        instructions: form.text("instructions").to_owned(),
        parts,
        gives,
    })
}

/// What is required cannot be banned, in any case and spelling; a template's lists are joined with the store's.
fn refuse_both(form: &mut Form, required: &[String], banned: &[String], over: Option<&Brief>) {
    let (required_there, banned_there) = over.map_or((&[][..], &[][..]), |store| (&store.required, &store.banned));
    let both = |banned: &[String], required: &[String]| {
        let banned: Vec<String> = banned.iter().map(|phrase| fold(phrase)).collect();
        required.iter().find(|phrase| banned.contains(&fold(phrase))).cloned()
    };
    if let Some(phrase) = both(banned, required) {
        form.refuse("banned", format!("“{phrase}” is required and banned at once. Take it out of one of the two."));
    } else if let Some(phrase) = both(banned, required_there) {
        form.refuse("banned", format!("“{phrase}” is required by the store's brief. It cannot be banned here."));
    } else if let Some(phrase) = both(banned_there, required) {
        form.refuse("required", format!("“{phrase}” is banned by the store's brief. It cannot be required here."));
    }
}

fn gives_words(form: &Form) -> bool {
    ["least_words", "most_words"].iter().any(|name| !form.text(name).is_empty())
}

/// From and to. One of them alone leaves the other as it usually is, in a template as the store's brief has it.
fn words(form: &mut Form, usual: &Brief, over: Option<&Brief>) -> (u32, u32) {
    let usual = over.filter(|_| gives_words(form)).unwrap_or(usual);
    let least = number(form, "least_words", usual.description_words.0, DESCRIPTION_WORDS);
    let most = number(form, "most_words", usual.description_words.1.max(least), DESCRIPTION_WORDS);
    // With the other one left out, the usual least may be more than the most.
    let least = if form.text("least_words").is_empty() { least.min(most) } else { least };
    if least > most && form.why("least_words").is_none() && form.why("most_words").is_none() {
        form.refuse("most_words", format!("A description of at least {least} words cannot have {most} at most."));
    }
    (least, most)
}

/// The product type a template is for, as it was typed; none for the store's own brief.
pub fn template(form: &mut Form) -> Option<String> {
    let name = form.text("template").to_owned();
    if name.chars().count() > 255 {
        form.refuse("", "A product type has 255 characters at most.");
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief() -> Brief {
        Brief {
            voice: "Calm & plain".into(),
            language: "de".into(),
            title_characters: 60,
            description_words: (50, 120),
            banned: vec!["cheap".into(), "best ever".into()],
            parts: vec![Part::Title, Part::Alt],
            ..Brief::default()
        }
    }

    #[test]
    fn a_brief_survives_its_form() {
        assert_eq!(read(&mut of(&brief(), false), None), Some(brief()));
        assert_eq!(read(&mut of(&Brief::default(), false), None), Some(Brief::default()));
    }

    #[test]
    fn what_a_template_leaves_empty_is_the_stores() {
        let mut form = of(&empty_template(), true);
        assert_eq!([form.text("title_characters"), form.text("most_words"), form.text("voice")], ["", "", ""]);

        let template = read(&mut form, Some(&brief())).unwrap();

        assert_eq!(brief().with(&template), brief());
    }

    #[test]
    fn a_template_says_what_is_usual_elsewhere_and_leaves_the_rest_to_the_store() {
        let mut form = Form::sent(vec![("title_characters".into(), "70".into())]);
        let template = read(&mut form, Some(&brief())).unwrap();

        let later = Brief { description_words: (5, 9), tone: "Warm".into(), ..brief() };
        let laid = later.with(&template);

        assert_eq!((laid.title_characters, laid.description_words, laid.tone.as_str()), (70, (5, 9), "Warm"));
        let again = of(&template, true);
        assert_eq!([again.text("title_characters"), again.text("least_words"), again.text("most_words")], ["70", "", ""]);
    }

    #[test]
    fn nonsense_is_refused_beside_its_field() {
        let why = |name: &str, text: &str, about: &str| {
            let mut form = Form::sent(vec![(name.into(), text.into()), ("parts".into(), "title".into())]);
            assert_eq!(read(&mut form, None), None, "{name}={text}");
            form.why(about).map(str::to_owned).unwrap_or_default()
        };

        assert_eq!(why("title_characters", "5", "title_characters"), "Write a number from 20 to 255.");
        assert_eq!(why("least_words", "5000", "least_words"), "Write a number from 0 to 2000.");
        assert!(why("voice", &"a".repeat(4_001), "voice").contains("4001"));
        assert!(why("banned", &"a".repeat(201), "banned").contains("one a line"));
        assert_eq!(why("language", "klingon", "language"), "Choose a language of the list.");
        let mut none = Form::default();
        assert_eq!((read(&mut none, None), none.why("parts").is_some()), (None, true));
    }

    #[test]
    fn what_is_required_cannot_be_banned() {
        let mut form = of(&Brief { required: vec!["cheap".into()], ..brief() }, false);

        assert_eq!(read(&mut form, None), None);
        assert!(form.why("banned").is_some_and(|why| why.contains("“cheap”")));
    }

    #[test]
    fn what_is_required_cannot_be_banned_in_another_spelling_or_by_the_stores_brief() {
        let why = |over: Option<Brief>, about: &str, required: &str, banned: &str| {
            let mut form = Form::sent([("required", required), ("banned", banned)].map(|(name, text)| (name.into(), text.into())).to_vec());
            assert_eq!(read(&mut form, over.as_ref().or(Some(&Brief::default()))), None, "{required} / {banned}");
            form.why(about).map(str::to_owned).unwrap_or_default()
        };

        assert!(why(None, "banned", "Crème", "CREME").contains("required and banned at once"));
        assert!(why(Some(brief()), "required", "Cheap", "").contains("banned by the store's brief"));
        let required = Brief { required: vec!["Hand made".into()], ..Brief::default() };
        assert!(why(Some(required), "banned", "", "hand made").contains("required by the store's brief"));
    }

    #[test]
    fn one_bound_of_a_template_leaves_the_other_to_the_store() {
        let words = |least: &str, most: &str| {
            let mut form = Form::sent([("least_words", least), ("most_words", most)].map(|(name, text)| (name.into(), text.into())).to_vec());
            read(&mut form, Some(&brief())).map(|template| brief().with(&template).description_words).ok_or_else(|| form.why("most_words").is_some())
        };

        assert_eq!([words("60", ""), words("", "80"), words("", "")], [Ok((60, 120)), Ok((50, 80)), Ok((50, 120))]);
        assert_eq!([words("200", ""), words("", "20")], [Ok((200, 200)), Ok((20, 20))]);
        assert_eq!(words("40", "160"), Ok((40, 160)), "what is usual in a new brief can be said");
    }

    #[test]
    fn the_words_of_a_description_have_an_order() {
        let words = |least: &str, most: &str| {
            let pairs = [("least_words", least), ("most_words", most), ("parts", "title")];
            let mut form = Form::sent(pairs.map(|(name, text)| (name.into(), text.into())).to_vec());
            read(&mut form, None).map(|brief| brief.description_words)
        };

        assert_eq!(
            [words("10", "20"), words("20", "10"), words("500", ""), words("", "20")],
            [Some((10, 20)), None, Some((500, 500)), Some((20, 20))]
        );
    }
}
