//! Listening to one kind of event of an element.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Event, EventTarget};

/// Stops listening when it is dropped.
pub(crate) struct Heard {
    target: EventTarget,
    name: &'static str,
    act: Closure<dyn FnMut(Event)>,
}

impl Drop for Heard {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.name, self.act.as_ref().unchecked_ref(), true);
    }
}

/// On the way down, as some events do not come up again; form and link events are seen before the router sees them.
pub(crate) fn hear(target: &EventTarget, name: &'static str, act: impl FnMut(Event) + 'static) -> Heard {
    let act = Closure::<dyn FnMut(Event)>::new(act);
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    options.set_passive(name.starts_with("pointer"));
    let _ = target.add_event_listener_with_callback_and_add_event_listener_options(name, act.as_ref().unchecked_ref(), &options);
    Heard { target: target.clone(), name, act }
}

pub(crate) fn target<T: JsCast>(event: &Event) -> Option<T> {
    event.target().and_then(|target| target.dyn_into().ok())
}
