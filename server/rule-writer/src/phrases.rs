//! The few words that are put between facts, in the language of the texts around them.

use domain::words::language;

pub(crate) struct Phrases {
    pub(crate) language: &'static str,
    pub(crate) and: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) filed_under: &'static str,
    /// `{}` is a list of colours.
    pub(crate) in_colours: &'static str,
    /// `{}` is a list of sizes.
    pub(crate) in_sizes: &'static str,
    /// Behind a name and before its maker's.
    pub(crate) by: &'static str,
    /// Of a picture: its number follows.
    pub(crate) view: &'static str,
    /// Words that stay small in a title.
    pub(crate) small: &'static [&'static str],
    /// Whether every word of a title begins with a capital.
    pub(crate) capitals: bool,
}

const ALL: [Phrases; 7] = [
    Phrases {
        language: "en",
        and: "and",
        brand: "Brand",
        kind: "Type",
        filed_under: "Filed under",
        in_colours: "Available in {}.",
        in_sizes: "Available in sizes {}.",
        by: "by",
        view: "view",
        small: &["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without", "per", "x", "w/", "w/o"],
        capitals: true,
    },
    Phrases {
        language: "de",
        and: "und",
        brand: "Marke",
        kind: "Art",
        filed_under: "Stichworte",
        in_colours: "Erhältlich in {}.",
        in_sizes: "Erhältlich in den Größen {}.",
        by: "von",
        view: "Ansicht",
        small: &[
            "am", "an", "auf", "aus", "bei", "das", "der", "die", "ein", "eine", "für", "im", "in", "mit", "ohne", "und", "oder", "von", "zu", "zum",
            "zur", "x",
        ],
        capitals: true,
    },
    Phrases {
        language: "fr",
        and: "et",
        brand: "Marque",
        kind: "Type",
        filed_under: "Mots-clés",
        in_colours: "Disponible en {}.",
        in_sizes: "Disponible dans les tailles {}.",
        by: "de",
        view: "vue",
        small: &[],
        capitals: false,
    },
    Phrases {
        language: "es",
        and: "y",
        brand: "Marca",
        kind: "Tipo",
        filed_under: "Palabras clave",
        in_colours: "Disponible en {}.",
        in_sizes: "Disponible en las tallas {}.",
        by: "de",
        view: "vista",
        small: &[],
        capitals: false,
    },
    Phrases {
        language: "it",
        and: "e",
        brand: "Marca",
        kind: "Tipo",
        filed_under: "Parole chiave",
        in_colours: "Disponibile in {}.",
        in_sizes: "Disponibile nelle taglie {}.",
        by: "di",
        view: "vista",
        small: &[],
        capitals: false,
    },
    Phrases {
        language: "nl",
        and: "en",
        brand: "Merk",
        kind: "Soort",
        filed_under: "Trefwoorden",
        in_colours: "Verkrijgbaar in {}.",
        in_sizes: "Verkrijgbaar in de maten {}.",
        by: "van",
        view: "aanzicht",
        small: &[],
        capitals: false,
    },
    Phrases {
        language: "pt",
        and: "e",
        brand: "Marca",
        kind: "Tipo",
        filed_under: "Palavras-chave",
        in_colours: "Disponível em {}.",
        in_sizes: "Disponível nos tamanhos {}.",
        by: "de",
        view: "vista",
        small: &[],
        capitals: false,
    },
];

impl Phrases {
    /// Of the language that a text is in, as far as that is sure; of the one a brief wants otherwise.
    pub(crate) fn of(text: &str, wanted: &str) -> &'static Self {
        let language = language::guess(text).or_else(|| language::known(wanted)).unwrap_or("en");
        ALL.iter().find(|phrases| phrases.language == language).unwrap_or(&ALL[0])
    }

    pub(crate) fn is_english(&self) -> bool {
        self.language == "en"
    }

    /// `red, green and blue`.
    pub(crate) fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.and),
        }
    }
}
