//! The words of a product: what can be written anew, how good they are, and what is wrong with a suggestion.
//!
//! Pure, like everything in this crate: the server judges with it what was suggested and, while a reviewer
//! edits, what they have typed.

pub mod brief;
pub mod check;
mod claim;
mod entities;
pub mod facts;
pub mod fingerprint;
pub mod gaps;
pub mod html;
pub mod instruction;
pub mod language;
pub mod noise;
pub mod part;
pub mod score;
pub mod source;
pub mod text;
mod token;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::part::Part;
use crate::{
    field::{Field, ImageField, Value},
    ids::{ImageId, Seq},
    op::{Base, Edit},
    product::{Content, Versions},
};

/// Texts for some parts of a product; what is none was not written and stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub title: Option<String>,
    /// HTML.
    pub description: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub tags: Option<Vec<String>>,
    /// The alternative text of pictures.
    pub alts: BTreeMap<ImageId, String>,
}

impl Words {
    /// What a product says at present.
    pub fn of(content: &Content) -> Self {
        Self {
            title: Some(content.title.clone()),
            description: Some(content.description.clone()),
            seo_title: Some(content.seo_title.clone()),
            seo_description: Some(content.seo_description.clone()),
            tags: Some(content.tags.clone()),
            alts: content.images.iter().map(|image| (image.id, image.alt.clone())).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// The same with nothing but some parts.
    #[must_use]
    pub fn only(mut self, parts: &[Part]) -> Self {
        let keeps = |part| parts.contains(&part);
        self.title = self.title.filter(|_| keeps(Part::Title));
        self.description = self.description.filter(|_| keeps(Part::Description));
        self.seo_title = self.seo_title.filter(|_| keeps(Part::SeoTitle));
        self.seo_description = self.seo_description.filter(|_| keeps(Part::SeoDescription));
        self.tags = self.tags.filter(|_| keeps(Part::Tags));
        if !keeps(Part::Alt) {
            self.alts.clear();
        }
        self
    }

    /// Over what was there before: parts that were not written are taken from there.
    #[must_use]
    pub fn over(&self, before: &Self) -> Self {
        let mut alts = before.alts.clone();
        alts.extend(self.alts.iter().map(|(id, alt)| (*id, alt.clone())));
        Self {
            title: self.title.clone().or_else(|| before.title.clone()),
            description: self.description.clone().or_else(|| before.description.clone()),
            seo_title: self.seo_title.clone().or_else(|| before.seo_title.clone()),
            seo_description: self.seo_description.clone().or_else(|| before.seo_description.clone()),
            tags: self.tags.clone().or_else(|| before.tags.clone()),
            alts,
        }
    }

    /// Every written field with its value.
    pub fn fields(&self) -> Vec<(Field, Value)> {
        let text = |text: &Option<String>| text.as_ref().map(Value::text);
        let mut fields: Vec<(Field, Value)> = [
            (Field::Title, text(&self.title)),
            (Field::Description, text(&self.description)),
            (Field::SeoTitle, text(&self.seo_title)),
            (Field::SeoDescription, text(&self.seo_description)),
            (Field::Tags, self.tags.clone().map(Value::List)),
        ]
        .into_iter()
        .filter_map(|(field, value)| Some((field, value?)))
        .collect();
        fields.extend(self.alts.iter().map(|(id, alt)| (Field::ImageField(*id, ImageField::Alt), Value::text(alt))));
        fields
    }

    /// The value of one field, where it was written.
    pub fn get(&self, field: &Field) -> Option<Value> {
        self.fields().into_iter().find(|(known, _)| known == field).map(|(_, value)| value)
    }

    /// As edits of a product.
    pub fn edits(&self, base: impl Fn(&Field) -> Base) -> Vec<Edit> {
        self.fields().into_iter().map(|(field, value)| Edit { base: base(&field), field, value }).collect()
    }
}

/// Values of fields as the words they are. Fields that are no words are left out.
impl FromIterator<(Field, Value)> for Words {
    fn from_iter<T: IntoIterator<Item = (Field, Value)>>(fields: T) -> Self {
        let mut words = Self::default();
        for (field, value) in fields {
            let text = || Some(value.to_string());
            match field {
                Field::Title => words.title = text(),
                Field::Description => words.description = text(),
                Field::SeoTitle => words.seo_title = text(),
                Field::SeoDescription => words.seo_description = text(),
                Field::Tags => {
                    words.tags = match value {
                        Value::List(tags) => Some(tags),
                        value => Some(vec![value.to_string()].into_iter().filter(|tag| !tag.is_empty()).collect()),
                    }
                }
                Field::ImageField(id, ImageField::Alt) => {
                    words.alts.insert(id, value.to_string());
                }
                _ => {}
            }
        }
        words
    }
}

/// The versions that the fields of a product's words have.
pub fn versions_of(content: &Content, versions: &Versions) -> BTreeMap<Field, Seq> {
    Words::of(content)
        .fields()
        .into_iter()
        .map(|(field, _)| {
            let seq = versions.current(&field);
            (field, seq)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn words_are_put_together_from_fields() {
        let image = ImageId::new(Timestamp::from_micros(1), [1; 10]);
        let all = Words {
            title: Some("a".into()),
            description: Some("b".into()),
            seo_title: Some("c".into()),
            seo_description: Some("d".into()),
            tags: Some(vec!["e".into(), "f".into()]),
            alts: [(image, "g".into())].into(),
        };

        assert_eq!(all.fields().into_iter().collect::<Words>(), all);
    }
}
