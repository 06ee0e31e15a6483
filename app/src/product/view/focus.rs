//! Where the keyboard goes on when what it was on has gone from the page.

use domain::field::{Field, VariantField};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::field::id_of;

/// The id of the product's name, which is always there.
pub(super) const HEADING: &str = "product-name";

pub(super) const ADD_VARIANT: &str = "add-variant";
pub(super) const ADD_PICTURE: &str = "picture-url";

/// Goes to a field; to the variant it is of where the field itself is not shown; to the page's heading else.
pub(super) fn to_field(field: &Field) {
    to(anchors(field));
}

/// Goes to the first of some elements that is there and takes it.
pub(super) fn to(mut ids: Vec<String>) {
    ids.push(HEADING.to_owned());
    // The page is changed first.
    request_animation_frame(move || {
        let document = document();
        for element in ids.iter().filter_map(|id| document.get_element_by_id(id)?.dyn_into::<HtmlElement>().ok()) {
            // One that was disabled a moment ago still has the focus, and is about to lose it.
            if element.matches(":disabled").unwrap_or(false) {
                continue;
            }
            let _ = element.focus();
            if document.active_element().as_ref() == Some(&element) {
                return;
            }
        }
    });
}

/// The id of what stands for a variant or a picture as a whole.
pub(super) fn id_of_part(part: &Field) -> String {
    format!("{}-open", id_of(part))
}

/// The id of what adds another variant or picture.
pub(super) const fn add_another(part: &Field) -> &'static str {
    if matches!(part, Field::Image(_)) { ADD_PICTURE } else { ADD_VARIANT }
}

fn anchors(field: &Field) -> Vec<String> {
    let own = match field {
        Field::Description => super::description::ID.to_owned(),
        Field::OptionNames => "option-name-0".to_owned(),
        Field::VariantField(_, VariantField::Options) => id_of(field) + "0",
        Field::Variant(_) | Field::Image(_) => id_of_part(field),
        field => id_of(field),
    };
    std::iter::once(own).chain(field.whole().map(|whole| id_of_part(&whole))).collect()
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::VariantId};

    use super::*;

    #[test]
    fn a_part_that_is_not_shown_leads_to_its_whole() {
        let id = VariantId::new(Timestamp::from_micros(1), [0; 10]);

        assert_eq!(anchors(&Field::Title), ["title"]);
        assert_eq!(anchors(&Field::Variant(id)), [format!("variant-{id}-open")]);
        assert_eq!(anchors(&Field::VariantField(id, VariantField::Cost)), [format!("variant-{id}-cost"), format!("variant-{id}-open")]);
        assert_eq!(anchors(&Field::VariantField(id, VariantField::Options)), [format!("variant-{id}-options0"), format!("variant-{id}-open")]);
    }
}
