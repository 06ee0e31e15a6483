//! The page in a browser: drawn from the outbox, and again when that changes.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    handle::Handle,
    ids::{OpId, ProductId},
    money::Currency,
    sync::intent::Intent,
};
use leptos::{ev, html::Div, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{
    api, focus, here, markup,
    safety::{self, Safety},
    state::{Line, Listed, Standing, listed, mine},
};
use crate::{
    device::{self, Heard},
    frame::signed_in,
    ui::{chance::new_op, later::Later, mark::mark, time::now},
};

/// Several changes of the outbox are drawn once.
const SETTLED: Duration = Duration::from_millis(50);

#[derive(Clone, Copy)]
struct Live {
    node: NodeRef<Div>,
    currency: Currency,
    shown: StoredValue<Listed>,
    /// How many changes wait in other stores.
    elsewhere: StoredValue<usize>,
    names: StoredValue<BTreeMap<ProductId, (Handle, String)>>,
    safety: StoredValue<Option<Safety>>,
    drawn: StoredValue<String>,
    later: Later,
}

pub(super) fn start(node: NodeRef<Div>) {
    let Some(me) = signed_in() else { return };
    let (shown, elsewhere, names, safety) = (StoredValue::default(), StoredValue::default(), StoredValue::default(), StoredValue::default());
    let live = Live { node, currency: me.store.currency, shown, elsewhere, names, safety, drawn: StoredValue::default(), later: Later::new() };
    let ear = device::listen(move |heard| {
        if !matches!(heard, Heard::Stock | Heard::News(_)) {
            live.later.run(SETTLED, move || live.draw());
        }
    });
    here::start(node);
    on_cleanup(move || device::forget(ear));
    Effect::new(move |before: Option<()>| {
        if let Some(element) = node.get()
            && before.is_none()
        {
            let click = wasm_bindgen::closure::Closure::<dyn FnMut(ev::MouseEvent)>::new(move |event: ev::MouseEvent| live.clicked(&event));
            let _ = element.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
            // The element goes with the page, and this with the element.
            click.forget();
            live.draw();
        }
    });
}

impl Live {
    fn draw(self) {
        spawn_local(async move {
            self.safety.try_set_value(safety::look().await);
            let listed = listed(&device::ops().await, self.currency);
            self.elsewhere.try_set_value(device::elsewhere().await);
            if self.shown.try_set_value(listed).is_some() {
                return;
            }
            self.put();
            self.name().await;
        });
    }

    /// Asks what products are called that have no name yet. Without an answer they have none.
    async fn name(self) {
        let unknown: Option<Vec<ProductId>> = self.shown.try_with_value(|shown| {
            let known = |product: &ProductId| self.names.with_value(|names| names.contains_key(product));
            shown.products().into_iter().filter(|product| !known(product)).collect()
        });
        for part in unknown.unwrap_or_default().chunks(api::MOST) {
            let ids: Vec<String> = part.iter().map(ToString::to_string).collect();
            let Ok(found) = api::names(ids.join(",")).await else { return };
            self.names.try_update_value(|names| names.extend(found.into_iter().map(|(id, handle, title)| (id, (handle, title)))));
            self.put();
        }
    }

    fn put(self) {
        let Some(Some(element)) = self.node.try_get_untracked() else { return };
        let name = |line: &Line| {
            let (handle, title) = self.names.with_value(|names| names.get(&line.product).cloned())?;
            Some(markup::Named { handle: handle.to_string(), title })
        };
        let (elsewhere, safety) = (self.elsewhere.get_value(), self.safety.get_value());
        let html = self.shown.with_value(|shown| markup::page(shown, elsewhere, name, self.currency, now(), safety));
        // What is the same is not touched: somebody may be reading it, or be about to press.
        if self.drawn.with_value(|drawn| *drawn == html) {
            return;
        }
        if let Ok(Some(part)) = element.query_selector("[data-part=changes]") {
            focus::keep(&part, || part.set_inner_html(&html));
            if self.drawn.with_value(String::is_empty) {
                mark("vitrine:data-ready");
            }
            self.drawn.set_value(html);
        }
    }

    fn clicked(self, event: &ev::MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(button) = target.and_then(|target| target.closest("[data-do]").ok().flatten()) else { return };
        let (Some(what), Some(which)) = (button.get_attribute("data-do"), button.get_attribute("data-op")) else { return };
        let is_meant = |line: &Line| which == "all" || which == line.op.to_string();
        let lines: Vec<Line> = self.shown.with_value(|shown| shown.needs.iter().filter(|line| is_meant(line)).cloned().collect());
        for line in lines {
            match (what.as_str(), &line.standing) {
                ("mine", Standing::Differs(fields, seq)) => device::save(new_op(), line.product, mine(fields, *seq)),
                // What was refused is not wanted again by itself.
                ("mine", _) => {}
                _ => keep_theirs(line.op, line.product),
            }
        }
        // What had the focus goes with what was there.
        if let Some(Some(element)) = self.node.try_get_untracked()
            && let Ok(Some(heading)) = element.query_selector("h1")
        {
            let _ = heading.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    }
}

fn keep_theirs(conflict: OpId, product: ProductId) {
    device::save(new_op(), product, Intent::KeepTheirs { conflict });
}
