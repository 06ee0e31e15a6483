//! Status, price and where the product belongs.

use domain::{field::Field, product::Status};
use leptos::prelude::*;
use ports::product::ProductView;

use super::{
    field::{ChoiceField, FlagField, TextField},
    tags::Tags,
};
use crate::{
    product::{sheet::Sheet, state::Desk},
    ui::{
        at_once::{at_once, says, sometimes},
        badge::{self, Badge},
        format,
        list::list,
        time::Time,
    },
};

#[component]
pub(super) fn Standing(sheet: Sheet, product: StoredValue<ProductView>) -> impl IntoView {
    let choices = says(|| Status::ALL.iter().map(|status| (status.name().to_owned(), badge::status(*status).word.to_owned())).collect());
    let prices = sheet.desk.told(|desk| (desk.variants().len(), desk.price_range()));
    let price = move || {
        let (count, range) = prices.get();
        let variants = if count == 1 { "1 variant".to_owned() } else { format!("{} variants", format::number(count as u64)) };
        match range {
            None => format!("{variants}, no price"),
            Some((low, high)) if low == high => format!("{variants}, {}", format::money(low, sheet.currency)),
            Some((low, high)) => format!("{variants}, {} to {}", format::money(low, sheet.currency), format::money(high, sheet.currency)),
        }
    };
    let (optimisation, updated_at) = product.with_value(|product| (product.optimisation, product.updated_at));
    at_once(view! {
        <section class="part" aria-label="Status and price">
            <ChoiceField sheet field=Field::Status choices />
            <FlagField sheet field=Field::Published />
            <FlagField sheet field=Field::GiftCard />
            <p class="num" data-field="price">{price}</p>
            <p class="line"><Badge look=badge::optimisation(optimisation) /><span class="muted">"Changed "<Time at=updated_at /></span></p>
        </section>
    })
}

#[component]
pub(super) fn Organisation(sheet: Sheet) -> impl IntoView {
    at_once(view! {
        <section class="part" aria-labelledby="org-h">
            <h2 id="org-h">"Organisation"</h2>
            <TextField sheet field=Field::Vendor />
            <TextField sheet field=Field::ProductType />
            <TextField sheet field=Field::Category />
            <Tags sheet />
        </section>
    })
}

/// Columns of the catalogue file that are kept and given back, and that nothing else here is about.
#[component]
pub(super) fn Extras(sheet: Sheet) -> impl IntoView {
    let columns = sheet.desk.told(Desk::extras);
    let any = Memo::new(move |_| !columns.with(Vec::is_empty));
    let trouble = sheet.needing(|field| matches!(field, Field::Extra(_)));
    // Opened by what needs the person, and not closed under their hands when it no longer does.
    let open = Memo::new(move |before| before == Some(&true) || !trouble.with(Vec::is_empty));
    let part = move || {
        at_once(view! {
            <section class="part" aria-labelledby="extras-h" data-part="extras">
                <details open=open>
                    <summary>
                        <h2 id="extras-h">"Other columns of the file "<span class="muted num">{move || columns.with(Vec::len)}</span></h2>
                    </summary>
                    <div class="extras">{list(move || columns.get(), move |field| at_once(view! { <TextField sheet field lines=true /> }))}</div>
                </details>
            </section>
        })
    };
    sometimes(move || any.get().then(part))
}
