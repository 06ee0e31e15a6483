//! The variants as a table whose cells look like text until they are met.

use domain::{
    field::{Field, Value, VariantField},
    ids::VariantId,
};
use leptos::prelude::*;

use super::{
    field::id_of,
    input::{Input, Look},
    state::{StateBadge, Trouble},
};
use crate::ui::list::list;
use crate::{
    product::{
        keeper::new_op,
        sheet::Sheet,
        state::{Desk, State, check, input::Kind},
    },
    ui::{
        at_once::{at_once, sometimes},
        chance,
        icon::Icon,
        values,
    },
};

/// More rows than this are shown when they are asked for.
const AT_ONCE: usize = 100;

/// The product's options: three at most.
const OPTIONS: usize = domain::product::limits::OPTIONS;

#[component]
pub(super) fn Variants(sheet: Sheet) -> impl IntoView {
    let ids = Memo::new(move |_| sheet.desk.with(Desk::variants));
    let most = RwSignal::new(AT_ONCE);
    let names = Memo::new(move |_| match sheet.desk.with(|desk| desk.shown(&Field::OptionNames)) {
        Value::List(names) => names,
        _ => Vec::new(),
    });
    let mine = |field: &Field| matches!(field, Field::VariantField(..) | Field::Variant(_) | Field::OptionNames);
    let state = Signal::derive(move || sheet.desk.with(|desk| desk.state_of_all(mine)));
    let add = move |_| {
        let id = chance::new_variant();
        sheet.act(|desk| {
            let place = desk.next_place(desk.variants().into_iter().map(|id| Field::VariantField(id, VariantField::Position)));
            desk.commit(new_op(), Field::Variant(id), check::new_variant(id, place, names.get_untracked().len()));
        });
    };
    let heads = move || {
        let option = |(at, name): (usize, String)| view! { <th role="columnheader" scope="col">{option_name(at, &name)}</th> };
        names.get().into_iter().enumerate().map(option).collect_view()
    };
    let columns = CELLS.iter().map(|cell| {
        let numeric = !matches!(cell, VariantField::Sku | VariantField::Barcode);
        view! { <th role="columnheader" scope="col" class:num=numeric>{values::variant_label(*cell)}</th> }
    });
    at_once(view! {
        <section class="part" aria-labelledby="variants-h" data-part="variants">
            <header>
                <h2 id="variants-h">"Variants "<span class="muted num">{move || ids.with(Vec::len)}</span></h2>
                <StateBadge sheet state />
            </header>
            <OptionNames sheet names />
            <div class="scroll" tabindex="0" role="group" aria-labelledby="variants-h">
                <table class="table variants" role="table" aria-labelledby="variants-h">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Variant"</th>
                            {heads}
                            {columns.collect_view()}
                            <th role="columnheader" scope="col"><span class="vh">"Remove"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {list(
                            move || ids.get().into_iter().take(most.get()).collect(),
                            move |id| at_once(view! { <Row sheet id names /> }),
                        )}
                    </tbody>
                </table>
            </div>
            <Troubles sheet among=mine />
            <div class="line">
                {sometimes(move || {
                    (ids.with(Vec::len) > most.get())
                        .then(|| {
                            at_once(view! { <button type="button" class="btn" on:click=move |_| most.update(|most| *most += AT_ONCE)>"Show more"</button> })
                        })
                })}
                {sometimes(move || {
                    (!sheet.locked())
                        .then(|| {
                            at_once(view! {
                                <button type="button" class="btn script" on:click=add><Icon name="plus" />"Add a variant"</button>
                            })
                        })
                })}
            </div>
        </section>
    })
}

const CELLS: [VariantField; 6] = [
    VariantField::Sku,
    VariantField::Price,
    VariantField::CompareAtPrice,
    VariantField::Cost,
    VariantField::InventoryQuantity,
    VariantField::Barcode,
];

fn option_name(at: usize, name: &str) -> String {
    if name.is_empty() { format!("Option {}", at + 1) } else { name.to_owned() }
}

/// The names of the options, and room for one more.
#[component]
fn OptionNames(sheet: Sheet, names: Memo<Vec<String>>) -> impl IntoView {
    let watched = sheet.watch(Field::OptionNames);
    let places = move || {
        let count = names.with(Vec::len);
        0..if sheet.locked() { count } else { (count + 1).min(OPTIONS) }
    };
    let name = move |at: usize| {
        let label = Signal::derive(move || format!("Name of option {}", at + 1));
        let look = Look { label: Some(label), hint: Some("Add an option"), ..Look::new(format!("option-name-{at}"), Kind::Item(at)) };
        at_once(view! { <Input sheet field=Field::OptionNames look watched /> })
    };
    at_once(view! {
        <div class="options" role="group" aria-label="Options" data-field="option_names">
            <span class="muted">"Options"</span>
            {list(move || places().collect(), name)}
        </div>
    })
}

#[component]
fn Row(sheet: Sheet, id: VariantId, names: Memo<Vec<String>>) -> impl IntoView {
    let name = Memo::new(move |_| sheet.desk.with(|desk| desk.variant_name(id)));
    let options = move |at: usize| {
        let label =
            Signal::derive(move || format!("{}, {}", names.with(|names| option_name(at, names.get(at).map_or("", String::as_str))), name.get()));
        cell(sheet, Field::VariantField(id, VariantField::Options), Kind::Item(at), label, at.to_string())
    };
    let cells = CELLS.iter().map(|field| {
        let kind = match field {
            VariantField::Price | VariantField::CompareAtPrice | VariantField::Cost => Kind::Money(sheet.currency),
            VariantField::InventoryQuantity => Kind::Number,
            _ => Kind::Text,
        };
        let word = values::variant_label(*field);
        let label = Signal::derive(move || format!("{word}, {}", name.get()));
        cell(sheet, Field::VariantField(id, *field), kind, label, String::new())
    });
    at_once(view! {
        <tr role="row" data-variant=id.to_string()>
            <th role="rowheader" scope="row">{name}</th>
            {list(move || (0..names.with(Vec::len)).collect(), options)}
            {cells.collect_view()}
            <td role="cell">
                {sometimes(move || {
                    (!sheet.locked())
                        .then(|| {
                            at_once(view! {
                                <button
                                    type="button"
                                    class="btn ghost only"
                                    aria-label=move || format!("Remove {}", name.get())
                                    on:click=move |_| sheet.remove(Field::Variant(id))
                                >
                                    <Icon name="trash-2" />
                                </button>
                            })
                        })
                })}
            </td>
        </tr>
    })
}

fn cell(sheet: Sheet, field: Field, kind: Kind, label: Signal<String>, suffix: String) -> AnyView {
    let watched = sheet.watch(field.clone());
    let word = move || label.with(|label| label.split(", ").next().unwrap_or_default().to_owned());
    let look = Look { label: Some(label), ..Look::new(id_of(&field) + &suffix, kind) };
    at_once(view! { <td role="cell" data-label=word data-field=field.to_string()><Input sheet field=field.clone() look watched /></td> })
}

/// Everything among some fields that needs the person, where the fields themselves have no room for it.
#[component]
pub(super) fn Troubles(sheet: Sheet, among: fn(&Field) -> bool) -> impl IntoView {
    let fields = Memo::new(move |_| sheet.desk.with(|desk| desk.needing(among).into_iter().map(|(field, _)| field).collect::<Vec<_>>()));
    let trouble = move |field: Field| {
        let (id, name) = (id_of(&field), name_of(sheet, &field));
        let state = {
            let field = field.clone();
            Signal::derive(move || sheet.desk.with(|desk| desk.state(&field)))
        };
        let given_up = field.clone();
        let can_give_up = move || matches!(state.get(), State::Invalid(_));
        at_once(view! {
            <div class="trouble" data-field=field.to_string()>
                <b>{name}</b>
                <Trouble sheet field=field.clone() state id=format!("{id}-note") />
                {sometimes(move || {
                    let field = given_up.clone();
                    can_give_up()
                        .then(|| {
                            at_once(view! {
                                <button type="button" class="link" on:click=move |_| sheet.act(|desk| desk.discard(&field))>"Give up this change"</button>
                            })
                        })
                })}
            </div>
        })
    };
    list(move || fields.get(), trouble)
}

/// A field's label, with the variant it is of.
pub(super) fn name_of(sheet: Sheet, field: &Field) -> String {
    let label = values::label(field);
    match field {
        Field::VariantField(id, _) => format!("{label}, {}", sheet.desk.with_untracked(|desk| desk.variant_name(*id))),
        _ => label,
    }
}
