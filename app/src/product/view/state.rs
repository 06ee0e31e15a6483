//! How a field stands, in words and beside its label.

use domain::field::Field;
use leptos::prelude::*;
use ports::{error::AppError, product::HistoryEntry};

use super::focus;
use crate::{
    product::{keeper::new_op, sheet::Sheet, state::State},
    ui::{
        at_once::{at_once, says, sometimes},
        diff::Diff,
        values,
    },
};

/// Saving, saved, not saved. Empty while there is nothing to tell.
#[component]
pub(super) fn StateBadge(sheet: Sheet, state: Signal<State>) -> impl IntoView {
    // The sentence and the values are told elsewhere: this changes only when the word does.
    let word = Memo::new(move |_| match state.get() {
        State::Clean => "",
        State::Saved => "saved",
        State::Saving => "saving",
        State::Kept => "kept",
        State::Failed(AppError::SignedOut) => "signed out",
        State::Failed(_) => "failed",
        State::Invalid(_) => "invalid",
        State::Conflict(_) => "conflict",
    });
    let kind = says(move || if word.get() == "signed out" { "failed" } else { word.get() });
    let shown = move || match word.get() {
        "" => None,
        "saved" => Some(at_once(view! { <span class="badge" data-tone="ok">"Saved"</span> })),
        "saving" => Some(at_once(view! { <span class="badge" data-tone="busy">"Saving"</span> })),
        "kept" => Some(at_once(view! { <span class="badge" data-tone="busy">"Saved on this device"</span> })),
        "conflict" => Some(at_once(view! { <span class="badge" data-tone="warn">"Changed by two people"</span> })),
        "invalid" => Some(at_once(view! { <span class="badge" data-tone="bad">"Not saved"</span> })),
        word => Some(at_once(view! {
            <span class="line">
                <span class="badge" data-tone="bad">"Not saved"</span>
                {(word == "signed out").then(|| sign_in(sheet))}
                <button type="button" class="link" on:click=move |_| sheet.try_again()>"Try again"</button>
            </span>
        })),
    };
    view! { <span role="status" data-state=kind>{sometimes(shown)}</span> }
}

/// In another tab, since what was typed is in this one.
fn sign_in(sheet: Sheet) -> AnyView {
    let address = sheet.desk.now(|desk| format!("/sign-in?next=/products/{}", desk.saved(&Field::Handle)));
    at_once(view! { <a class="link" href=address target="_blank">"Sign in"<span class="vh">" in a new tab"</span></a> })
}

/// Why a field is not saved, and the choice where two people changed it.
#[component]
pub(super) fn Trouble(sheet: Sheet, field: Field, state: Signal<State>, #[prop(into)] id: String) -> impl IntoView {
    let shown = move || match state.get() {
        State::Failed(error) => Some(reason(error.to_string(), id.clone())),
        State::Invalid(sentence) => Some(reason(sentence, id.clone())),
        State::Conflict(conflict) => {
            let field = field.clone();
            Some(at_once(view! { <Conflict sheet field theirs=conflict.theirs mine=conflict.mine current=conflict.current id=id.clone() /> }))
        }
        State::Clean | State::Saved | State::Saving | State::Kept => None,
    };
    sometimes(shown)
}

fn reason(sentence: String, id: String) -> AnyView {
    at_once(view! { <p class="error" id=id>{sentence}</p> })
}

/// Theirs and mine, each against what both had seen.
#[component]
fn Conflict(
    sheet: Sheet,
    field: Field,
    theirs: domain::field::Value,
    mine: domain::field::Value,
    current: domain::ids::Seq,
    id: String,
) -> impl IntoView {
    let told = |value| values::readable(&field, value, sheet.currency);
    let saved = sheet.desk.now(|desk| desk.saved(&field));
    let base = told(&saved);
    let (theirs, mine) = (told(&theirs), told(&mine));
    let name = in_a_sentence(field.label());
    let changed = field.clone();
    let who = move || {
        let history = sheet.history.read();
        let theirs = |entry: &&HistoryEntry| entry.seq <= current && entry.fields.iter().any(|change| change.field == changed);
        let name = history.iter().find(theirs).map(|entry| entry.who.clone());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Someone".to_owned())
    };
    let (for_theirs, for_mine) = (field.clone(), field);
    let keep_theirs = move |_| {
        sheet.act(|desk| desk.keep_theirs(new_op(), &for_theirs));
        focus::to_field(&for_theirs);
    };
    let keep_mine = move |_| {
        sheet.act(|desk| desk.keep_mine(new_op(), &for_mine));
        focus::to_field(&for_mine);
    };
    view! {
        <div class="conflict" role="group" aria-labelledby=id.clone()>
            <p id=id.clone()><b>{who}{format!(" changed the {name} while you were away.")}</b>" Both are kept until you choose."</p>
            <div class="conflict-sides">
                <div>
                    <h3>"Theirs"</h3>
                    <Diff before=base.clone() after=theirs />
                    <button type="button" class="btn" on:click=keep_theirs>"Keep theirs"</button>
                </div>
                <div>
                    <h3>"Mine"</h3>
                    <Diff before=base after=mine />
                    <button type="button" class="btn" on:click=keep_mine>"Keep mine"</button>
                </div>
            </div>
        </div>
    }
}

/// `Title` as `title`, `SKU` and `SEO title` as they are, since they begin with an abbreviation.
fn in_a_sentence(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_a_sentence;

    #[test]
    fn a_label_in_a_sentence_keeps_its_abbreviations() {
        assert_eq!(["Title", "SKU", "SEO title", "Compare at"].map(in_a_sentence), ["title", "SKU", "SEO title", "compare at"]);
    }
}
