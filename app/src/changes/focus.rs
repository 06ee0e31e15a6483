//! A part of the page that is drawn anew takes what had the keyboard with it: it is given to the same again, or to what that has become.

/// What there is to tell by that two are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Key {
    tag: String,
    /// What a button does.
    what: Option<String>,
    /// A change, or a view.
    about: Option<String>,
    /// Where a link leads.
    to: Option<String>,
}

/// The same; or another about the same; or the first, which is a heading.
fn which(all: &[Key], before: &Key) -> usize {
    let same = all.iter().position(|key| key == before);
    let near = || all.iter().position(|key| key.about.is_some() && key.about == before.about);
    same.or_else(near).unwrap_or_default()
}

#[cfg(feature = "hydrate")]
pub(super) use self::browser::keep;

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement};

    use super::{Key, which};

    /// Draws, without that the keyboard is lost.
    pub(in crate::changes) fn keep(part: &Element, draw: impl FnOnce()) {
        let active = document().active_element().filter(|active| part.contains(Some(active)));
        let before = active.map(|active| key(&active));
        draw();
        let Some(before) = before else { return };
        let Ok(found) = part.query_selector_all("button, a[href], [tabindex]") else { return };
        let all: Vec<HtmlElement> = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect();
        let keys: Vec<Key> = all.iter().map(|element| key(element)).collect();
        if let Some(next) = all.get(which(&keys, &before)) {
            let _ = next.focus();
        }
    }

    fn key(element: &Element) -> Key {
        let says = |name: &str| element.get_attribute(name);
        Key { tag: element.tag_name(), what: says("data-do"), about: says("data-op").or_else(|| says("data-view")), to: says("href") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(what: &str, about: &str) -> Key {
        Key { tag: "BUTTON".into(), what: Some(what.into()), about: Some(about.into()), to: None }
    }

    #[test]
    fn the_keyboard_stays_at_what_it_was_at_or_at_what_that_has_become() {
        let heading = Key { tag: "H1".into(), ..Key::default() };
        let link = |to: &str| Key { tag: "A".into(), to: Some(to.into()), ..Key::default() };
        let all = [heading.clone(), link("/products/lamp"), button("mine", "a"), button("theirs", "a"), button("stop", "")];

        assert_eq!(which(&all, &heading), 0);
        assert_eq!(which(&all, &link("/products/lamp")), 1);
        assert_eq!(which(&all, &button("theirs", "a")), 3);
        // It was to be kept, and by now it can be stopped.
        assert_eq!(which(&all, &button("keep", "")), 4);
        // What is gone is not taken for another.
        assert_eq!(which(&all, &button("theirs", "b")), 0);
        assert_eq!(which(&all, &link("/products/chair")), 0);
    }
}
