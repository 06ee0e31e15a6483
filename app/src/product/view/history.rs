//! Who changed what, when, from what to what; and the way back.

use domain::{
    change::{ChangeKind, FieldChange},
    clock::Timestamp,
    field::Value,
};
use leptos::{ev, prelude::*, task::spawn_local};
use ports::product::HistoryEntry;

use super::variants::name_of;
use crate::ui::list::list;
use crate::{
    product::{
        api::product_history,
        sheet::Sheet,
        state::{
            Desk,
            history::{PAGE, extend, who},
        },
    },
    ui::{
        at_once::{at_once, sometimes},
        diff::Diff,
        format,
        time::Time,
        values,
    },
};

/// Of one change with many fields, those that are shown.
const FIELDS: usize = 12;

#[component]
pub(super) fn History(sheet: Sheet) -> impl IntoView {
    let more = RwSignal::new(sheet.history.with_untracked(Vec::len) >= PAGE);
    let failed = RwSignal::new(None::<String>);
    let asking = RwSignal::new(false);
    let show_more = move |_| {
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        let product = sheet.desk.now(Desk::product);
        let before = sheet.history.with_untracked(|known| known.last().map(|entry| entry.seq));
        spawn_local(async move {
            match product_history(product, before).await {
                Ok(older) => {
                    if let Some(rest) = sheet.history.try_update(|known| extend(known, older)) {
                        more.try_set(rest);
                    }
                    failed.try_set(None);
                }
                Err(error) => {
                    failed.try_set(Some(error.to_string()));
                }
            }
            asking.try_set(false);
        });
    };
    let entry = move |seq| {
        let entry = sheet.history.with_untracked(|known| known.iter().find(|entry| entry.seq == seq).cloned());
        entry.map_or_else(|| ().into_any(), |entry| entry_view(sheet, entry))
    };
    let entries = list(move || sheet.history.with(|known| known.iter().map(|entry| entry.seq).collect()), entry);
    let empty = sometimes(move || sheet.history.with(Vec::is_empty).then(|| at_once(view! { <p class="muted">"No changes yet."</p> })));
    at_once(view! {
        <section class="part" aria-labelledby="history-h" data-part="history">
            <h2 id="history-h">"History"</h2>
            <ol class="history">
                {entries}
            </ol>
            {empty}
            {sometimes(move || failed.get().map(|sentence| at_once(view! { <p class="error" role="alert">{sentence}</p> })))}
            {sometimes(move || {
                more.get()
                    .then(|| at_once(view! { <div><button type="button" class="btn script" on:click=show_more>"Show more"</button></div> }))
            })}
        </section>
    })
}

fn entry_view(sheet: Sheet, entry: HistoryEntry) -> AnyView {
    let who = who(&entry);
    let whole = match entry.kind {
        ChangeKind::Created => Some("Created"),
        ChangeKind::Deleted => Some("Moved to the trash"),
        ChangeKind::Restored => Some("Taken out of the trash"),
        ChangeKind::Edited => None,
    };
    if let Some(what) = whole {
        return at_once(view! { <li><div><b>{what}</b>" "<span class="muted">{who}", "<Time at=entry.at /></span></div></li> });
    }
    let at = entry.at;
    let mut fields = entry.fields.into_iter();
    let shown = fields.by_ref().take(FIELDS).map(|change| change_view(sheet, change, who.clone(), at)).collect::<Vec<_>>();
    let rest = fields.collect::<Vec<_>>();
    let rest = (!rest.is_empty()).then(|| rest_view(sheet, rest, who, at));
    at_once(view! { {shown}{rest} })
}

/// What else changed at the same time: it can be much, and is put on the page when somebody asks for it.
fn rest_view(sheet: Sheet, fields: Vec<FieldChange>, who: String, at: Timestamp) -> AnyView {
    let words = match fields.len() {
        1 => "1 more field at the same time".to_owned(),
        count => format!("{} more fields at the same time", format::number(count as u64)),
    };
    let opened = RwSignal::new(false);
    let open = move |_: ev::Event| opened.set(true);
    let all = move || {
        let fields = fields.iter().map(|change| change_view(sheet, change.clone(), who.clone(), at)).collect::<Vec<_>>();
        at_once(view! { <ol class="history">{fields}</ol> })
    };
    at_once(view! {
        <li>
            <details on:toggle=open>
                <summary>{words}</summary>
                {sometimes(move || opened.get().then(&all))}
            </details>
        </li>
    })
}

fn change_view(sheet: Sheet, change: FieldChange, who: String, at: Timestamp) -> AnyView {
    let FieldChange { field, before, after } = change;
    let name = name_of(sheet, &field);
    let told = |value: &Value| values::readable(&field, value, sheet.currency);
    let diff = view! { <Diff before=told(&before) after=told(&after) /> };
    let label = format!("Restore {name} from before {}", format::moment(at));
    let seq_field = field.to_string();
    let (part, back) = (field.clone(), StoredValue::new((field, before)));
    let is_there = sheet.desk.told(move |desk| part.whole().is_none() || desk.has(&part));
    let can = move || !sheet.locked() && is_there.get();
    let restore = move |_| {
        back.try_with_value(|(field, before)| sheet.restore(field.clone(), before.clone()));
    };
    at_once(view! {
        <li data-field=seq_field>
            <div><b>{name}</b>" "<span class="muted">{who}", "<Time at /></span></div>
            {sometimes(move || {
                let label = label.clone();
                can()
                    .then(|| at_once(view! { <button type="button" class="btn ghost script" aria-label=label on:click=restore>"Restore"</button> }))
            })}
            {diff}
        </li>
    })
}
