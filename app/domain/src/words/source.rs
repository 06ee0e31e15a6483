//! What is known of a product when its words are written: everything a writer may use, and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Words;
use crate::{ids::ImageId, product::Content};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub title: String,
    /// HTML.
    pub description: String,
    pub vendor: String,
    pub product_type: String,
    pub category: String,
    pub tags: Vec<String>,
    pub seo_title: String,
    pub seo_description: String,
    /// The name of each option and its values, in order: `Colour: red, blue`.
    pub options: Vec<(String, Vec<String>)>,
    /// Columns of the catalogue file that hold facts: metafields.
    pub facts: BTreeMap<String, String>,
    /// The pictures' alternative texts, in order.
    pub images: Vec<(ImageId, String)>,
}

impl Source {
    pub fn of(content: &Content) -> Self {
        let mut options: Vec<(String, Vec<String>)> = content.option_names.iter().map(|name| (name.clone(), Vec::new())).collect();
        for variant in &content.variants {
            for ((_, values), value) in options.iter_mut().zip(&variant.options) {
                if !value.is_empty() && !values.contains(value) {
                    values.push(value.clone());
                }
            }
        }
        // A product without options has one called `Title` with the value `Default Title`.
        options.retain(|(name, values)| !(values.is_empty() || name == "Title" && values == &["Default Title"]));
        Self {
            title: content.title.clone(),
            description: content.description.clone(),
            vendor: content.vendor.clone(),
            product_type: content.product_type.clone(),
            category: content.category.clone(),
            tags: content.tags.clone(),
            seo_title: content.seo_title.clone(),
            seo_description: content.seo_description.clone(),
            options,
            facts: content.extras.iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, value)| (name.clone(), value.clone())).collect(),
            images: content.images.iter().map(|image| (image.id, image.alt.clone())).collect(),
        }
    }

    /// What the product says at present.
    pub fn words(&self) -> Words {
        Words {
            title: Some(self.title.clone()),
            description: Some(self.description.clone()),
            seo_title: Some(self.seo_title.clone()),
            seo_description: Some(self.seo_description.clone()),
            tags: Some(self.tags.clone()),
            alts: self.images.iter().cloned().collect(),
        }
    }
}
