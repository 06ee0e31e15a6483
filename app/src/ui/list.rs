//! A view for each thing of a list, sharing the code of all lists.

use leptos::prelude::*;

use super::at_once::{each, says};

/// A thing that stays keeps its view; things that are equal are the same thing.
pub(crate) fn list<T: Clone + PartialEq + Send + Sync + 'static>(
    things: impl Fn() -> Vec<T> + Send + Sync + 'static,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    // Each thing is known by its number from then on.
    let known = StoredValue::new(Vec::<T>::new());
    let number = move |thing: T| {
        known.try_update_value(|known| {
            let at = known.iter().position(|other| *other == thing).unwrap_or_else(|| {
                known.push(thing);
                known.len() - 1
            });
            at as u32
        })
    };
    let numbers = says(move || things().into_iter().filter_map(number).collect());
    each(numbers, move |number| {
        let thing = known.try_with_value(|known| known.get(number as usize).cloned()).flatten();
        thing.map_or_else(|| ().into_any(), &view)
    })
}
