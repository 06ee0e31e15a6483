//! What a store wants its words to be like.

use serde::{Deserialize, Serialize};

use super::part::Part;

/// How a store wants to sound, and what it wants written. A template for a product type is a brief too: what it says
/// goes before what the store's own brief says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// The brand in its own words.
    pub voice: String,
    pub tone: String,
    pub audience: String,
    /// ISO 639-1: `en`, `de`. Empty: the language of the source.
    pub language: String,
    pub title_characters: u32,
    /// Words of a description, at least and at most.
    pub description_words: (u32, u32),
    pub keywords: Vec<String>,
    pub required: Vec<String>,
    pub banned: Vec<String>,
    /// Anything else a writer is to know.
    pub instructions: String,
    pub parts: Vec<Part>,
    /// Of a template: which of its lengths are its own. Templates that were saved before they could say so have none: theirs
    /// are those that are not as in a new brief.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gives: Option<Gives>,
}

/// Which lengths a template says itself. The others are those of the store's brief, also when that is changed later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gives {
    pub title: bool,
    pub least_words: bool,
    pub most_words: bool,
}

/// Search engines show about this many characters.
pub const SEO_TITLE_CHARACTERS: u32 = 60;
pub const SEO_DESCRIPTION_CHARACTERS: u32 = 155;
/// Screen readers are read this much at once.
pub const ALT_CHARACTERS: u32 = 125;

impl Default for Brief {
    fn default() -> Self {
        Self {
            voice: String::new(),
            tone: String::new(),
            audience: String::new(),
            language: String::new(),
            title_characters: 70,
            description_words: (40, 160),
            keywords: Vec::new(),
            required: Vec::new(),
            banned: Vec::new(),
            instructions: String::new(),
            parts: vec![Part::Title, Part::Description, Part::SeoTitle, Part::SeoDescription],
            gives: None,
        }
    }
}

impl Brief {
    /// The store's brief with a template for a product type laid over it: texts and lengths that the template gives
    /// replace the store's, lists are joined, and banned words stay banned.
    #[must_use]
    pub fn with(&self, template: &Self) -> Self {
        let text = |own: &String, over: &String| if over.trim().is_empty() { own.clone() } else { over.clone() };
        let list = |own: &[String], over: &[String]| {
            let mut all = own.to_vec();
            all.extend(over.iter().filter(|word| !own.contains(word)).cloned());
            all
        };
        let gives = template.gives();
        Self {
            voice: text(&self.voice, &template.voice),
            tone: text(&self.tone, &template.tone),
            audience: text(&self.audience, &template.audience),
            language: text(&self.language, &template.language),
            title_characters: if gives.title { template.title_characters } else { self.title_characters },
            description_words: gives.words(self.description_words, template.description_words),
            keywords: list(&self.keywords, &template.keywords),
            required: list(&self.required, &template.required),
            banned: list(&self.banned, &template.banned),
            instructions: text(&self.instructions, &template.instructions),
            parts: if template.parts.is_empty() { self.parts.clone() } else { template.parts.clone() },
            gives: None,
        }
    }

    /// Which of a template's lengths are its own.
    pub fn gives(&self) -> Gives {
        let usual = Self::default();
        self.gives.unwrap_or_else(|| {
            let words = self.description_words != usual.description_words;
            Gives { title: self.title_characters != usual.title_characters, least_words: words, most_words: words }
        })
    }
}

impl Gives {
    /// Words of a description: where the store's bound has gone beyond the template's, it gives way.
    fn words(self, own: (u32, u32), over: (u32, u32)) -> (u32, u32) {
        let least = if self.least_words { over.0 } else { own.0 };
        let most = if self.most_words { over.1 } else { own.1 };
        if least <= most {
            (least, most)
        } else if self.most_words {
            (most, most)
        } else {
            (least, least)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(title_characters: u32, description_words: (u32, u32)) -> Brief {
        Brief { title_characters, description_words, ..Brief::default() }
    }

    #[test]
    fn a_template_may_say_what_is_usual_elsewhere() {
        let all = Gives { title: true, least_words: true, most_words: true };
        let template = Brief { gives: Some(all), ..Brief::default() };

        let laid = store(50, (10, 20)).with(&template);

        assert_eq!((laid.title_characters, laid.description_words, laid.gives), (70, (40, 160), None));
    }

    #[test]
    fn what_a_template_leaves_out_follows_the_stores_brief() {
        let template = Brief { description_words: (60, 120), gives: Some(Gives { least_words: true, ..Gives::default() }), ..Brief::default() };
        let laid = |title, words| {
            let laid = store(title, words).with(&template);
            (laid.title_characters, laid.description_words)
        };

        assert_eq!([laid(50, (10, 90)), laid(80, (10, 300))], [(50, (60, 90)), (80, (60, 300))]);
        // The store's most has gone below the template's least.
        assert_eq!(laid(50, (10, 30)), (50, (60, 60)));
    }

    #[test]
    fn a_template_of_before_gives_what_is_not_as_in_a_new_brief() {
        let template: Brief = serde_json::from_str(r#"{"title_characters": 70, "description_words": [20, 80]}"#).unwrap();

        assert_eq!(template.gives(), Gives { title: false, least_words: true, most_words: true });
        let json = serde_json::to_string(&store(50, (10, 20)).with(&template)).unwrap();
        assert!(json.contains("[20,80]") && !json.contains("gives"), "{json}");
    }
}
