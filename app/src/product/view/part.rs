//! What can be done with a variant or a picture as a whole: moved among the others, removed.

use domain::field::Field;
use leptos::prelude::*;

use super::{
    field::id_of,
    focus::{self, id_of_part},
};
use crate::{
    product::{keeper::new_op, sheet::Sheet},
    ui::{
        at_once::{at_once, says, sometimes},
        icon::Icon,
    },
};

/// `words` are for moving it forward and back, `name` for what it is. `show` is told which part is to be shown then.
pub(super) fn actions(sheet: Sheet, part: Field, words: [&'static str; 2], name: Signal<String>, show: Callback<Field>) -> AnyView {
    let part = StoredValue::new(part);
    at_once(sometimes(move || {
        let part = part.try_get_value().filter(|_| !sheet.locked())?;
        let steps = words.into_iter().zip([-1, 1]).map(|(word, by)| step(sheet, &part, word, by, name, show)).collect::<Vec<_>>();
        let remove = move |_| {
            let next = sheet.desk.now(|desk| desk.neighbour(&part));
            sheet.remove(part.clone());
            if let Some(next) = &next {
                show.run(next.clone());
            }
            focus::to(vec![next.as_ref().map_or_else(|| focus::add_another(&part).to_owned(), id_of_part)]);
        };
        Some(at_once(view! {
            <div class="line script">
                {steps}
                <button type="button" class="btn" aria-label=says(move || format!("Remove {}", name.get())) on:click=remove>
                    <Icon name="trash-2" />
                    "Remove"
                </button>
            </div>
        }))
    }))
}

fn step(sheet: Sheet, part: &Field, word: &'static str, by: isize, name: Signal<String>, show: Callback<Field>) -> AnyView {
    let id = |by: isize| format!("{}{by}", id_of(part));
    // At the end of the row the button is no longer of use: then the other one is.
    let near = vec![id(by), id(-by)];
    let stuck = {
        let part = part.clone();
        sheet.desk.told(move |desk| desk.moved(&part, by).is_empty())
    };
    let moved = part.clone();
    let go = move |_| {
        sheet.act(|desk| {
            let edits = desk.moved(&moved, by);
            desk.commit_all(new_op(), edits);
        });
        show.run(moved.clone());
        // What is moved on the page loses the focus.
        focus::to(near.clone());
    };
    at_once(view! {
        <button
            type="button"
            class="btn"
            id=id(by)
            disabled=stuck
            aria-label=says(move || format!("{word}: {}", name.get()))
            on:click=go
        >
            {word}
        </button>
    })
}
