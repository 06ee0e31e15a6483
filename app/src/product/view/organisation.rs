//! Status, price and where the product belongs.

use domain::{field::Field, product::Status};
use leptos::prelude::*;
use ports::product::ProductView;

use super::{
    field::{ChoiceField, FlagField, TextField},
    tags::Tags,
};
use crate::{
    product::sheet::Sheet,
    ui::{
        at_once::at_once,
        badge::{self, Badge},
        format,
        time::Time,
    },
};

#[component]
pub(super) fn Standing(sheet: Sheet, product: StoredValue<ProductView>) -> impl IntoView {
    let choices = Status::ALL.iter().map(|status| (status.name(), badge::status(*status).word)).collect();
    let price = move || {
        let (count, range) = sheet.desk.with(|desk| (desk.variants().len(), desk.price_range()));
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

/// Columns of the catalogue file that are kept and given back as they are.
#[component]
pub(super) fn Extras(product: StoredValue<ProductView>) -> impl IntoView {
    let extras = product.with_value(|product| product.extras.clone());
    if extras.is_empty() {
        return at_once(());
    }
    let count = extras.len();
    let column = |(name, text): (String, String)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> };
    at_once(view! {
        <section class="part" aria-labelledby="extras-h">
            <details>
                <summary><h2 id="extras-h">"Other columns "<span class="muted num">{count}</span></h2></summary>
                <dl class="extras">{extras.into_iter().map(column).collect_view()}</dl>
            </details>
        </section>
    })
}
