//! What is on this device, as it lives on the page: drawn anew whenever more has come.

use std::{cell::RefCell, rc::Rc, time::Duration};

use domain::{query::ListQuery, sync::outbox::Failed};
use leptos::{ev, html::Div, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::Element;

use super::{focus, stock};
use crate::{
    device::{self, Heard, Wish},
    frame::signed_in,
    ui::{
        later::Later,
        time::{now, on_the_wall},
    },
};

/// Progress is shown twice a second at most.
const SETTLED: Duration = Duration::from_millis(400);

#[derive(Clone)]
struct Here {
    node: NodeRef<Div>,
    later: Later,
    drawn: Rc<RefCell<String>>,
}

pub(super) fn start(node: NodeRef<Div>) {
    let here = StoredValue::new_local(Here { node, later: Later::new(), drawn: Rc::default() });
    let draw = move || {
        if let Some(here) = here.try_get_value() {
            here.draw();
        }
    };
    let ear = device::listen(move |heard| {
        // The engine tells of a change when it has come.
        if matches!(heard, Heard::Stock | Heard::Changed)
            && let Some(Here { later, .. }) = here.try_get_value()
        {
            later.run(SETTLED, draw);
        }
    });
    on_cleanup(move || device::forget(ear));
    Effect::new(move |before: Option<()>| {
        if let Some(part) = here.try_get_value().and_then(|here| here.part())
            && before.is_none()
        {
            let click = Closure::<dyn FnMut(ev::MouseEvent)>::new(move |event: ev::MouseEvent| clicked(&event));
            let _ = part.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
            // The element goes with the page, and this with the element.
            click.forget();
            draw();
        }
    });
}

impl Here {
    fn part(&self) -> Option<Element> {
        self.node.get()?.query_selector("[data-part=here]").ok().flatten()
    }

    fn draw(&self) {
        let this = self.clone();
        spawn_local(async move {
            let Some(me) = signed_in() else { return };
            let stock = match device::on_device().await {
                Some(Ok(stock)) => Some(stock),
                Some(Err(Failed::Unavailable)) => None,
                // Not yet, or not now: what is told stays.
                _ => return,
            };
            let Some(Some(element)) = this.node.try_get_untracked() else { return };
            let Ok(Some(part)) = element.query_selector("[data-part=here]") else { return };
            let html = stock::section(stock.as_ref(), me.store.currency, on_the_wall, now());
            if *this.drawn.borrow() != html {
                focus::keep(&part, || part.set_inner_html(&html));
                *this.drawn.borrow_mut() = html;
            }
        });
    }
}

fn clicked(event: &ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = target.and_then(|target| target.closest("[data-do]").ok().flatten()) else { return };
    let query = ListQuery::from_address(&button.get_attribute("data-view").unwrap_or_default());
    match button.get_attribute("data-do").as_deref() {
        Some("keep") => device::wish(Wish::View(query)),
        Some("stop") => device::wish(Wish::NotView(query)),
        _ => {}
    }
}
