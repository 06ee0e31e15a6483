//! Which parts of a product's words are not there, for runs over "only what is empty".

use super::{Words, html::plain, part::Part, source::Source};
use crate::ids::ImageId;

/// The parts that say nothing. Picture texts are empty when one of the pictures has none.
pub fn empty_parts(source: &Source) -> Vec<Part> {
    let says_nothing = |text: &str| !text.contains(char::is_alphanumeric);
    Part::ALL
        .into_iter()
        .filter(|part| match part {
            Part::Title => says_nothing(&source.title),
            Part::Description => says_nothing(&plain(&source.description)),
            Part::SeoTitle => says_nothing(&source.seo_title),
            Part::SeoDescription => says_nothing(&source.seo_description),
            Part::Tags => source.tags.iter().all(|tag| says_nothing(tag)),
            Part::Alt => source.images.iter().any(|(_, alt)| says_nothing(alt)),
        })
        .collect()
}

/// Of some words those that fill what is empty: a picture that has a text keeps it.
#[must_use]
pub fn only_gaps(words: Words, source: &Source) -> Words {
    let mut words = words.only(&empty_parts(source));
    let has_text = |id: &ImageId| source.images.iter().any(|(known, alt)| known == id && alt.contains(char::is_alphanumeric));
    words.alts.retain(|id, _| !has_text(id));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn image(n: u8) -> ImageId {
        ImageId::new(Timestamp::from_micros(0), [n; 10])
    }

    #[test]
    fn markup_without_a_word_is_empty() {
        let source = Source { title: "Lamp".into(), description: "<p>&nbsp;</p><br>".into(), tags: vec![" ".into()], ..Source::default() };
        assert_eq!(empty_parts(&source), [Part::Description, Part::SeoTitle, Part::SeoDescription, Part::Tags]);
    }

    #[test]
    fn a_picture_that_has_a_text_keeps_it() {
        let source = Source { title: "Lamp".into(), images: vec![(image(1), "A lamp".into()), (image(2), String::new())], ..Source::default() };
        let words = Words { title: Some("New".into()), alts: [(image(1), "x".into()), (image(2), "y".into())].into(), ..Words::default() };

        let filled = only_gaps(words, &source);

        assert_eq!(filled, Words { alts: [(image(2), "y".into())].into(), ..Words::default() });
    }
}
