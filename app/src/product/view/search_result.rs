//! How a search result would show the product, and the texts for it.

use domain::field::Field;
use leptos::prelude::*;

use super::field::TextField;
use crate::{
    frame::use_me,
    product::{sheet::Sheet, state::input::Kind},
    ui::{at_once::at_once, html},
};

/// What search engines show of a title and of a description, in characters.
const TITLE: usize = 60;
const DESCRIPTION: usize = 160;

#[component]
pub(super) fn SearchResult(sheet: Sheet) -> impl IntoView {
    let start = |field: Field| RwSignal::new(sheet.desk.now(|desk| desk.shown(&field)).to_string());
    let (title, description) = (start(Field::SeoTitle), start(Field::SeoDescription));
    let (product, body, handle) = (sheet.text(Field::Title), sheet.text(Field::Description), sheet.text(Field::Handle));
    let store = use_me().map(|me| me.store.slug).unwrap_or_default();
    let shown_title = move || {
        let title = title.get();
        cut(if title.trim().is_empty() { product.get() } else { title }.trim(), TITLE)
    };
    let shown_description = move || {
        let description = description.get();
        let text = if description.trim().is_empty() { body.with(|body| html::text(body)) } else { description };
        cut(text.trim(), DESCRIPTION)
    };
    let count = |text: RwSignal<String>, of: usize| move || format!("{} of {of} characters", text.with(|text| text.chars().count()));
    at_once(view! {
        <section class="part" aria-labelledby="seo-h">
            <h2 id="seo-h">"Search result"</h2>
            <div class="serp">
                <cite>{move || format!("{store} › products › {}", handle.get())}</cite>
                <b>{shown_title}</b>
                <p>{shown_description}</p>
            </div>
            <TextField sheet field=Field::SeoTitle live=title>
                <p class="hint num">{count(title, TITLE)}</p>
            </TextField>
            <TextField sheet field=Field::SeoDescription lines=true live=description>
                <p class="hint num">{count(description, DESCRIPTION)}</p>
            </TextField>
            <TextField sheet field=Field::Handle kind=Kind::Handle>
                <p class="hint">"The last part of the product's address."</p>
            </TextField>
        </section>
    })
}

/// The beginning of a text, at a word's end where there is one.
fn cut(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{} …", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_long_text_is_cut_at_a_word() {
        assert_eq!(cut("Solid oak, oiled", 12), "Solid oak, …");
        assert_eq!(cut("Solid oak", 60), "Solid oak");
        assert_eq!(cut("Wörterbuch", 4), "Wört …");
    }
}
