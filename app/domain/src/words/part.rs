//! The parts of a product's words that can be written.

use serde::{Deserialize, Serialize};

use crate::field::{Field, ImageField};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    Title,
    Description,
    SeoTitle,
    SeoDescription,
    Tags,
    /// The alternative text of every picture.
    Alt,
}

impl Part {
    pub const ALL: [Self; 6] = [Self::Title, Self::Description, Self::SeoTitle, Self::SeoDescription, Self::Tags, Self::Alt];

    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::SeoTitle => "seo_title",
            Self::SeoDescription => "seo_description",
            Self::Tags => "tags",
            Self::Alt => "alt",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Description => "Description",
            Self::SeoTitle => "SEO title",
            Self::SeoDescription => "SEO description",
            Self::Tags => "Tags",
            Self::Alt => "Picture texts",
        }
    }

    /// The part a field belongs to.
    pub const fn of(field: &Field) -> Option<Self> {
        match field {
            Field::Title => Some(Self::Title),
            Field::Description => Some(Self::Description),
            Field::SeoTitle => Some(Self::SeoTitle),
            Field::SeoDescription => Some(Self::SeoDescription),
            Field::Tags => Some(Self::Tags),
            Field::ImageField(_, ImageField::Alt) => Some(Self::Alt),
            _ => None,
        }
    }
}
