//! The variants as a table whose cells look like text until they are met.

use domain::{
    field::{Field, Value, VariantField},
    ids::VariantId,
    product::InventoryPolicy,
};
use leptos::prelude::*;

use super::{
    field::{ChoiceField, FlagField, TextField, id_of},
    focus::{self, id_of_part},
    input::{Input, Look},
    part,
    state::{StateBadge, Trouble},
};
use crate::{
    product::{
        sheet::Sheet,
        state::{Desk, State, check, input::Kind},
    },
    ui::{
        at_once::{at_once, says, sometimes},
        chance,
        icon::Icon,
        list::list,
        values,
    },
};

/// More rows than this are shown when they are asked for.
const AT_ONCE: usize = 100;

/// The product's options: three at most.
const OPTIONS: usize = domain::product::limits::OPTIONS;

#[component]
pub(super) fn Variants(sheet: Sheet) -> impl IntoView {
    let ids = sheet.desk.told(Desk::variants);
    let most = RwSignal::new(AT_ONCE);
    // Those whose other fields are shown.
    let open = RwSignal::new(Vec::<VariantId>::new());
    let names = sheet.desk.told(|desk| match desk.shown(&Field::OptionNames) {
        Value::List(names) => names,
        _ => Vec::new(),
    });
    let mine = |field: &Field| matches!(field, Field::VariantField(..) | Field::Variant(_) | Field::OptionNames);
    let state = sheet.desk.told(move |desk| desk.state_of_all(mine));
    // Each with whether it is there.
    let needing = sheet.desk.told(move |desk| desk.needing(mine).into_iter().map(|field| (desk.has(&field), field)).collect::<Vec<_>>());
    let add = move |_| {
        let id = chance::new_variant();
        let place = sheet.desk.now(|desk| {
            let positions = desk.variants().into_iter().map(|id| Field::VariantField(id, VariantField::Position));
            desk.next_place(positions)
        });
        sheet.commit(Field::Variant(id), check::new_variant(id, place, names.with_untracked(Vec::len)));
    };
    // What is beside its field needs no second place.
    let elsewhere = says(move || {
        let open = open.get();
        let beside = |field: &Field| matches!(field, Field::VariantField(id, part) if REST.contains(part) && open.contains(id));
        needing.with(|all| all.iter().filter(|(is_there, field)| !(*is_there && beside(field))).map(|(_, field)| field.clone()).collect())
    });
    let heads = move || {
        let option = |(at, name): (usize, String)| view! { <th role="columnheader" scope="col">{option_name(at, &name)}</th> };
        names.get().into_iter().enumerate().map(option).collect_view()
    };
    let columns = CELLS.iter().map(|cell| {
        let numeric = !matches!(cell, VariantField::Sku);
        view! { <th role="columnheader" scope="col" class:num=numeric>{cell.label()}</th> }
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
                            <th role="columnheader" scope="col"><span class="vh">"More"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {list(
                            move || ids.get().into_iter().take(most.get()).collect(),
                            move |id| row(sheet, id, names, open),
                        )}
                    </tbody>
                </table>
            </div>
            <Troubles sheet fields=elsewhere />
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
                                <button type="button" class="btn script" id=focus::ADD_VARIANT on:click=add><Icon name="plus" />"Add a variant"</button>
                            })
                        })
                })}
            </div>
        </section>
    })
}

/// What stands in the row, behind the options.
const CELLS: [VariantField; 4] = [VariantField::Sku, VariantField::Price, VariantField::CompareAtPrice, VariantField::InventoryQuantity];

/// What is shown when somebody asks for more.
const REST: [VariantField; 7] = [
    VariantField::Barcode,
    VariantField::Cost,
    VariantField::WeightGrams,
    VariantField::InventoryPolicy,
    VariantField::Image,
    VariantField::Taxable,
    VariantField::RequiresShipping,
];

fn option_name(at: usize, name: &str) -> String {
    if name.is_empty() { format!("Option {}", at + 1) } else { name.to_owned() }
}

/// The names of the options, and room for one more.
#[component]
fn OptionNames(sheet: Sheet, names: Signal<Vec<String>>) -> impl IntoView {
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

fn row(sheet: Sheet, id: VariantId, names: Signal<Vec<String>>, open: RwSignal<Vec<VariantId>>) -> AnyView {
    let name = sheet.desk.told(move |desk| desk.variant_name(id));
    let is_open = Memo::new(move |_| open.with(|open| open.contains(&id)));
    let options = move |at: usize| {
        let label =
            Signal::derive(move || format!("{}, {}", names.with(|names| option_name(at, names.get(at).map_or("", String::as_str))), name.get()));
        cell(sheet, Field::VariantField(id, VariantField::Options), Kind::Item(at), label, at.to_string())
    };
    let cells = CELLS.iter().map(|field| {
        let word = field.label();
        let label = Signal::derive(move || format!("{word}, {}", name.get()));
        cell(sheet, Field::VariantField(id, *field), kind_of(sheet, *field), label, String::new())
    });
    let toggle = move |_| {
        open.update(|open| match open.iter().position(|known| *known == id) {
            Some(at) => {
                open.remove(at);
            }
            None => open.push(id),
        });
    };
    let span = says(move || (names.with(Vec::len) + CELLS.len() + 2).to_string());
    at_once(view! {
        <tr role="row" data-variant=id.to_string()>
            <th role="rowheader" scope="row">{name}</th>
            {list(move || (0..names.with(Vec::len)).collect(), options)}
            {cells.collect_view()}
            <td role="cell">
                <button
                    type="button"
                    class="btn ghost script"
                    id=id_of_part(&Field::Variant(id))
                    aria-expanded=says(move || if is_open.get() { "true" } else { "false" })
                    aria-label=says(move || format!("More of {}", name.get()))
                    on:click=toggle
                >
                    "More"
                </button>
            </td>
        </tr>
        {sometimes(move || {
            is_open
                .get()
                .then(|| {
                    at_once(view! {
                        <tr role="row" class="more">
                            <td role="cell" colspan=span>{rest(sheet, id, name)}</td>
                        </tr>
                    })
                })
        })}
    })
}

/// The fields of a variant that have no place in its row, each with its state beside it.
fn rest(sheet: Sheet, id: VariantId, name: Signal<String>) -> AnyView {
    let pictures = sheet.desk.told(move |desk| desk.picture_choices(id));
    let policies = || InventoryPolicy::ALL.iter().map(|policy| (policy.name().to_owned(), values::sold_out(*policy).to_owned())).collect();
    let one = |part: &VariantField| {
        let field = Field::VariantField(id, *part);
        match part {
            VariantField::Taxable | VariantField::RequiresShipping => at_once(view! { <FlagField sheet field /> }),
            VariantField::InventoryPolicy | VariantField::Image => {
                let choices = if *part == VariantField::Image { pictures } else { says(policies) };
                at_once(view! { <ChoiceField sheet field choices /> })
            }
            _ => at_once(view! { <TextField sheet field kind=kind_of(sheet, *part) /> }),
        }
    };
    let fields = REST.iter().map(one).collect::<Vec<_>>();
    at_once(view! {
        <div class="fields" role="group" aria-label=says(move || format!("More of {}", name.get()))>
            {fields}
        </div>
        {part::actions(sheet, Field::Variant(id), ["Move up", "Move down"], name, Callback::new(|_| ()))}
    })
}

fn kind_of(sheet: Sheet, field: VariantField) -> Kind {
    match field {
        VariantField::Price | VariantField::CompareAtPrice | VariantField::Cost => Kind::Money(sheet.currency),
        VariantField::InventoryQuantity | VariantField::WeightGrams => Kind::Number,
        _ => Kind::Text,
    }
}

fn cell(sheet: Sheet, field: Field, kind: Kind, label: Signal<String>, suffix: String) -> AnyView {
    let watched = sheet.watch(field.clone());
    let word = move || label.with(|label| label.split(", ").next().unwrap_or_default().to_owned());
    let look = Look { label: Some(label), ..Look::new(id_of(&field) + &suffix, kind) };
    at_once(view! { <td role="cell" data-label=word data-field=field.to_string()><Input sheet field=field.clone() look watched /></td> })
}

/// What needs the person, where the fields themselves have no room for it.
#[component]
pub(super) fn Troubles(sheet: Sheet, fields: Signal<Vec<Field>>) -> impl IntoView {
    let trouble = move |field: Field| {
        let (id, name) = (id_of(&field), name_of(sheet, &field));
        let state = {
            let field = field.clone();
            sheet.desk.told(move |desk| desk.state(&field))
        };
        let given_up = field.clone();
        let can_give_up = move || matches!(state.get(), State::Invalid(_));
        at_once(view! {
            <div class="trouble" data-field=field.to_string()>
                <b>{name}</b>
                <Trouble sheet field=field.clone() state id=format!("{id}-note") />
                {sometimes(move || {
                    let field = given_up.clone();
                    let give_up = move |_| {
                        sheet.act(|desk| desk.discard(&field));
                        focus::to_field(&field);
                    };
                    can_give_up()
                        .then(|| at_once(view! { <button type="button" class="link" on:click=give_up>"Give up this change"</button> }))
                })}
            </div>
        })
    };
    list(move || fields.get(), trouble)
}

/// A field's label, with the variant it is of.
pub(super) fn name_of(sheet: Sheet, field: &Field) -> String {
    let label = field.label();
    match field {
        Field::VariantField(id, _) => format!("{label}, {}", sheet.desk.now(|desk| desk.variant_name(*id))),
        _ => label.to_owned(),
    }
}
