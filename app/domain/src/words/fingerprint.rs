//! All that is asked of a writer as one text, so that the same question is noticed.

use std::fmt::Write as _;

use super::{brief::Brief, part::Part, source::Source};

/// The whole question: two questions give the same text only when they are the same, because every piece says how long
/// it is. The ids of pictures are left out, so that products with the same words share an answer; so are the parts that
/// the brief would write, because the parts that are asked for go before them. In which order parts are asked for, or
/// how often, makes no difference.
pub fn asked(source: &Source, brief: &Brief, parts: &[Part], provider: &str, model: &str, remark: &str) -> String {
    let mut text = Text("words 1\n".to_owned());
    text.of_source(source);
    text.of_brief(brief);
    let wanted = Part::ALL.into_iter().filter(|part| parts.contains(part)).map(Part::name);
    text.list(wanted);
    text.pieces([provider, model, remark]);
    text.0
}

/// Pieces with their lengths before them, lists with their counts.
struct Text(String);

impl Text {
    fn number(&mut self, number: usize) {
        // Writing to a text cannot fail.
        let _ = write!(self.0, "{number}:");
    }

    fn piece(&mut self, piece: &str) {
        self.number(piece.len());
        self.0.push_str(piece);
        self.0.push('\n');
    }

    fn pieces<'a>(&mut self, pieces: impl IntoIterator<Item = &'a str>) {
        for piece in pieces {
            self.piece(piece);
        }
    }

    fn list<'a>(&mut self, pieces: impl IntoIterator<Item = &'a str>) {
        let pieces: Vec<&str> = pieces.into_iter().collect();
        self.number(pieces.len());
        self.pieces(pieces);
    }

    fn of_source(&mut self, source: &Source) {
        let Source { title, description, vendor, product_type, category, tags, seo_title, seo_description, options, facts, images } = source;
        self.pieces([title, description, vendor, product_type, category, seo_title, seo_description].map(String::as_str));
        self.list(tags.iter().map(String::as_str));
        self.number(options.len());
        for (name, values) in options {
            self.piece(name);
            self.list(values.iter().map(String::as_str));
        }
        self.number(facts.len());
        for (name, value) in facts {
            self.piece(name);
            self.piece(value);
        }
        self.list(images.iter().map(|(_, alt)| alt.as_str()));
    }

    fn of_brief(&mut self, brief: &Brief) {
        let Brief {
            voice,
            tone,
            audience,
            language,
            title_characters,
            description_words,
            keywords,
            required,
            banned,
            instructions,
            parts: _,
            gives: _,
        } = brief;
        self.pieces([voice, tone, audience, language, instructions].map(String::as_str));
        for number in [*title_characters, description_words.0, description_words.1] {
            self.number(number as usize);
        }
        for list in [keywords, required, banned] {
            self.list(list.iter().map(String::as_str));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{clock::Timestamp, ids::ImageId};

    #[derive(Clone, Debug, PartialEq)]
    struct Question {
        source: Source,
        brief: Brief,
        parts: Vec<Part>,
        others: [String; 3],
    }

    impl Question {
        fn asked(&self) -> String {
            let [provider, model, remark] = &self.others;
            asked(&self.source, &self.brief, &self.parts, provider, model, remark)
        }

        /// Without what makes no difference.
        fn canonical(&self) -> Self {
            let mut canonical = self.clone();
            canonical.parts = Part::ALL.into_iter().filter(|part| self.parts.contains(part)).collect();
            canonical.source.images.iter_mut().for_each(|(id, _)| *id = ImageId::new(Timestamp::from_micros(0), [0; 10]));
            canonical
        }
    }

    /// Short texts of few letters, so that two questions are often nearly the same.
    fn text() -> impl Strategy<Value = String> {
        "[1:a\n]{0,3}"
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        vec(text(), 0..3)
    }

    fn question() -> impl Strategy<Value = Question> {
        let source = (vec(text(), 7), texts(), vec((text(), texts()), 0..2), proptest::collection::btree_map(text(), text(), 0..2), texts())
            .prop_map(|(plain, tags, options, facts, alts)| {
                let mut plain = plain.into_iter();
                let mut next = || plain.next().unwrap_or_default();
                let images = alts.into_iter().enumerate().map(|(at, alt)| (ImageId::new(Timestamp::from_micros(at as i64), [1; 10]), alt)).collect();
                Source {
                    title: next(),
                    description: next(),
                    vendor: next(),
                    product_type: next(),
                    category: next(),
                    seo_title: next(),
                    seo_description: next(),
                    tags,
                    options,
                    facts,
                    images,
                }
            });
        let brief =
            (vec(text(), 5), vec(texts(), 3), 0_u32..3, (0_u32..3, 0_u32..3)).prop_map(|(plain, lists, title_characters, description_words)| Brief {
                voice: plain[0].clone(),
                tone: plain[1].clone(),
                audience: plain[2].clone(),
                language: plain[3].clone(),
                instructions: plain[4].clone(),
                keywords: lists[0].clone(),
                required: lists[1].clone(),
                banned: lists[2].clone(),
                title_characters,
                description_words,
                ..Brief::default()
            });
        let parts = vec(proptest::sample::select(Part::ALL.to_vec()), 0..4);
        (source, brief, parts, [text(), text(), text()]).prop_map(|(source, brief, parts, others)| Question { source, brief, parts, others })
    }

    /// The same question with one text more, fewer or moved, which a careless fingerprint would not notice.
    fn shifted(question: &Question, way: u8) -> Question {
        let mut shifted = question.clone();
        let moved = |from: &mut String, to: &mut String| to.extend(from.pop());
        match way {
            0 => moved(&mut shifted.source.title, &mut shifted.source.description),
            1 => moved(&mut shifted.source.description, &mut shifted.source.title),
            2 => shifted.brief.keywords.extend(shifted.brief.required.pop()),
            3 => shifted.source.tags.push(String::new()),
            4 => {
                let joined = shifted.source.tags.concat();
                shifted.source.tags = vec![joined];
            }
            5 => shifted.brief.banned = std::mem::take(&mut shifted.brief.required),
            6 => shifted.others.swap(0, 1),
            _ => shifted.brief.title_characters += 1,
        }
        shifted
    }

    proptest! {
        #[test]
        fn two_questions_have_the_same_text_only_when_they_are_the_same(one in question(), other in question(), way in 0_u8..8) {
            for other in [other, shifted(&one, way)] {
                prop_assert_eq!(one.asked() == other.asked(), one.canonical() == other.canonical());
            }
        }
    }

    #[test]
    fn another_id_of_a_picture_is_no_other_question() {
        let image = |n| vec![(ImageId::new(Timestamp::from_micros(n), [0; 10]), "A lamp".to_owned())];
        let of = |images| asked(&Source { images, ..Source::default() }, &Brief::default(), &[Part::Alt], "p", "m", "");
        assert_eq!(of(image(1)), of(image(2)));
        assert_ne!(of(image(1)), of(Vec::new()));
    }
}
