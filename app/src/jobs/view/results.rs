//! What an import did or would do: counts, a sample of changes, and the rows that could not be used.

use domain::money::Currency;
use leptos::prelude::*;
use ports::jobs::{BadRow, JobDetail, PlannedChange, Progress};

use crate::{
    frame::use_me,
    ui::{
        at_once::{at_once, sometimes},
        diff::Diff,
        format::number,
        icon::Icon,
        values,
    },
};

/// Of one product in the sample, the fields that are shown.
const FIELDS: usize = 8;

#[component]
pub(super) fn Tiles(detail: RwSignal<JobDetail>) -> impl IntoView {
    let tile = move |name: &'static str, count: fn(&Progress) -> u64| {
        view! { <div><dt>{name}</dt><dd>{move || number(detail.with(|detail| count(&detail.job.progress)))}</dd></div> }
    };
    at_once(view! {
        <dl class="tiles num">
            {tile("New", |progress| progress.created)}
            {tile("Changed", |progress| progress.changed)}
            {tile("Unchanged", |progress| progress.unchanged)}
            {tile("Skipped", |progress| progress.skipped)}
            {tile("Bad rows", |progress| progress.bad)}
        </dl>
    })
}

/// The sample of a dry run.
#[component]
pub(super) fn Planned(detail: RwSignal<JobDetail>) -> impl IntoView {
    let currency = use_me().map_or(Currency::EUR, |me| me.store.currency);
    let planned = Memo::new(move |_| detail.with(|detail| detail.planned.clone()));
    let of = Memo::new(move |_| detail.with(|detail| detail.job.progress.created + detail.job.progress.changed));
    let shown = move || {
        let planned = planned.get();
        if planned.is_empty() {
            return None;
        }
        let count = planned.len() as u64;
        let rows = planned.into_iter().map(|product| rows_of(product, currency)).collect_view();
        Some(at_once(view! {
            <section class="part" aria-labelledby="would-h" data-part="planned">
                <header>
                    <h2 id="would-h">"What would change"</h2>
                    <span class="muted num">{move || format!("{} of {}", number(count), number(of.get().max(count)))}</span>
                </header>
                <div class="scroll" tabindex="0" role="group" aria-labelledby="would-h">
                    <table class="table">
                        <thead><tr><th scope="col">"Product"</th><th scope="col">"Field"</th><th scope="col">"Change"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }))
    };
    sometimes(shown)
}

fn rows_of(product: PlannedChange, currency: Currency) -> AnyView {
    let PlannedChange { handle, title, new, fields } = product;
    if new {
        return at_once(view! {
            <tr><td>{handle}</td><td>"New product"</td><td class="wrap diff"><ins>{title}</ins></td></tr>
        });
    }
    let more = fields.len().saturating_sub(FIELDS);
    let address = format!("/products/{handle}");
    let row = |change: domain::change::FieldChange| {
        let told = |value| values::readable(&change.field, value, currency);
        let (before, after) = (told(&change.before), told(&change.after));
        view! {
            <tr>
                <td><a class="link" href=address.clone()>{handle.clone()}</a></td>
                <td>{values::label(&change.field)}</td>
                <td class="wrap"><Diff before after /></td>
            </tr>
        }
    };
    let rows = fields.into_iter().take(FIELDS).map(row).collect_view();
    let rest = (more > 0).then(|| {
        at_once(view! { <tr><td>{handle.clone()}</td><td></td><td class="muted">{format!("And {} more fields", number(more as u64))}</td></tr> })
    });
    at_once(view! { {rows}{rest} })
}

#[component]
pub(super) fn BadRows(detail: RwSignal<JobDetail>) -> impl IntoView {
    let bad = Memo::new(move |_| detail.with(|detail| detail.bad_rows.clone()));
    let count = Memo::new(move |_| detail.with(|detail| detail.job.progress.bad));
    let download = format!("/imports/{}/bad-rows.csv", detail.with_untracked(|detail| detail.job.id));
    let shown = move || {
        let bad = bad.get();
        if bad.is_empty() {
            return None;
        }
        let listed = bad.len() as u64;
        let more = sometimes(move || {
            (count.get() > listed)
                .then(|| at_once(view! { <p class="muted">{format!("The first {} are shown; all are in the file.", number(listed))}</p> }))
        });
        Some(at_once(view! {
            <section class="part" aria-labelledby="bad-h" data-part="bad-rows">
                <header>
                    <h2 id="bad-h">"Bad rows "<span class="muted num">{move || number(count.get())}</span></h2>
                    <a class="btn" href=download.clone() download rel="external"><Icon name="download" />"Download CSV"</a>
                </header>
                <div class="scroll" tabindex="0" role="group" aria-labelledby="bad-h">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col" class="num">"Line"</th>
                                <th scope="col">"Column"</th>
                                <th scope="col">"Value"</th>
                                <th scope="col">"Reason"</th>
                            </tr>
                        </thead>
                        <tbody>{bad.into_iter().map(bad_row).collect_view()}</tbody>
                    </table>
                </div>
                {more}
            </section>
        }))
    };
    sometimes(shown)
}

fn bad_row(row: BadRow) -> impl IntoView {
    let BadRow { line, column, value, reason } = row;
    let value = if value.is_empty() { "(empty)".to_owned() } else { value };
    view! {
        <tr>
            <td class="num">{number(line)}</td>
            <td>{column}</td>
            <td class="wrap"><code>{value}</code></td>
            <td class="wrap">{reason}</td>
        </tr>
    }
}
