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
        let usual = Self::default();
        Self {
            voice: text(&self.voice, &template.voice),
            tone: text(&self.tone, &template.tone),
            audience: text(&self.audience, &template.audience),
            language: text(&self.language, &template.language),
            title_characters: if template.title_characters == usual.title_characters { self.title_characters } else { template.title_characters },
            description_words: if template.description_words == usual.description_words {
                self.description_words
            } else {
                template.description_words
            },
            keywords: list(&self.keywords, &template.keywords),
            required: list(&self.required, &template.required),
            banned: list(&self.banned, &template.banned),
            instructions: text(&self.instructions, &template.instructions),
            parts: if template.parts.is_empty() { self.parts.clone() } else { template.parts.clone() },
        }
    }
}
