//! The built-in writer: rules, not an AI. It cleans what a product says, puts it in order, fills gaps with what the record
//! knows, and claims nothing else. The same record and brief always give the same words.
//!
//! Texts of a product are data here: a sentence that speaks to a writer is left out like any other noise.

mod alt;
mod brand;
mod casing;
mod clean;
mod description;
mod html;
mod phrases;
mod reading;
mod record;
mod role;
mod seo;
mod slip;
mod tags;
mod title;

use domain::words::{Words, brief::Brief, part::Part, source::Source};

use crate::record::Record;

/// Some parts of a product's words anew. A part of which the record knows nothing is not written.
pub fn write(source: &Source, brief: &Brief, parts: &[Part]) -> Words {
    let record = Record::new(source, brief);
    let wants = |part: Part| parts.contains(&part);
    let title = title::write(&record);
    let tags = tags::write(&record);
    // Words that are not banned by themselves can be together.
    let allowed = |text: String| Some(text).filter(|text| !text.is_empty() && !record.is_banned(text));
    let mut words = Words::default();
    if wants(Part::Title) {
        words.title = allowed(title.text.clone());
    }
    if wants(Part::Description) || wants(Part::SeoDescription) {
        let description = description::write(&record, &title, &tags);
        if wants(Part::SeoDescription) {
            words.seo_description = allowed(seo::description(&record, &title, &description, &tags));
        }
        if wants(Part::Description) {
            words.description = Some(description.html()).filter(|html| !html.is_empty());
        }
    }
    if wants(Part::SeoTitle) {
        words.seo_title = allowed(seo::title(&record, &title));
    }
    if wants(Part::Alt) {
        words.alts = alt::write(&record, &title);
    }
    if wants(Part::Tags) {
        words.tags = Some(tags).filter(|tags| !tags.is_empty());
    }
    words
}
