//! What is read of a desk, and told where it is another.
//!
//! The desk itself has one listener. With one for each of two hundred places on the page it takes longer to tell them all of an edit than to put that on
//! the disk.

use leptos::prelude::*;

use super::state::Desk;

#[derive(Clone, Copy)]
pub(super) struct Reading {
    desk: RwSignal<Desk>,
    readers: StoredValue<Vec<Reader>>,
}

/// Looks whether what it reads is another; `false` when nobody listens to it any more.
type Reader = Box<dyn Fn(&Desk) -> bool + Send + Sync>;

impl Reading {
    pub fn of(desk: RwSignal<Desk>) -> Self {
        let readers = StoredValue::new(Vec::new());
        Effect::new(move |_| {
            let desk = desk.read();
            readers.update_value(|all| all.retain(|look: &Reader| look(&desk)));
        });
        Self { desk, readers }
    }

    /// A signal of what `read` says of the desk.
    pub fn told<T: Clone + PartialEq + Send + Sync + 'static>(self, read: impl Fn(&Desk) -> T + Send + Sync + 'static) -> Signal<T> {
        let told = RwSignal::new(self.now(&read));
        let look = move |desk: &Desk| {
            let now = read(desk);
            let Some(is_same) = told.try_with_untracked(|before| *before == now) else { return false };
            if !is_same {
                told.set(now);
            }
            true
        };
        self.readers.update_value(|all| all.push(Box::new(look)));
        told.into()
    }

    /// What there is to read at this moment.
    pub fn now<T>(self, read: impl FnOnce(&Desk) -> T) -> T {
        self.desk.with_untracked(read)
    }

    /// The same; none when the page has gone.
    pub fn now_if_there<T>(self, read: impl FnOnce(&Desk) -> T) -> Option<T> {
        self.desk.try_with_untracked(read)
    }
}
