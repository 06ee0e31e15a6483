//! Views that are hydrated in one go and changed as a whole.
//!
//! Leptos compiles every view for the browser four times over: to be built, to be changed piece by piece,
//! to be hydrated in one go, and to be hydrated with pauses in which the chunk of a lazy page may arrive.
//! What holds no lazy page needs no pauses, and what stays on the page, with signals where something
//! changes, is never changed piece by piece. Without these two a page's chunk is a quarter smaller.

use std::sync::{Arc, Mutex};

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        ssr::StreamBuilder,
        view::{Mountable, Position, PositionState, add_attr::AddAnyAttr},
    },
};

/// Erases the type of a view that has an element, holds no lazy page, and is put on the page to stay.
/// Given anew it replaces what was there.
pub(crate) fn at_once(view: impl IntoView + 'static) -> AnyView {
    AtOnce(view).into_any()
}

/// A signal of what `read` says. All signals of one type share their code.
pub(crate) fn says<T: Send + Sync + 'static>(read: impl Fn() -> T + Send + Sync + 'static) -> Signal<T> {
    fn shared<T: Send + Sync + 'static>(read: Box<dyn Fn() -> T + Send + Sync>) -> Signal<T> {
        Signal::derive(read)
    }
    shared(Box::new(read))
}

/// A view for each number. A number that stays keeps its view. All such lists share their code.
pub(crate) fn each(numbers: Signal<Vec<u32>>, view: impl Fn(u32) -> AnyView + Send + Sync + 'static) -> AnyView {
    fn shared(numbers: Signal<Vec<u32>>, view: Arc<dyn Fn(u32) -> AnyView + Send + Sync>) -> AnyView {
        let view = at_once(view! { <For each=move || numbers.get() key=|number| *number children=move |number| view(number) /> });
        #[cfg(feature = "ssr")]
        let view = super::dry::Dry { numbers, view }.into_any();
        view
    }
    shared(numbers, Arc::new(view))
}

/// A place for one view after the other. All such places share their code.
pub(crate) fn changing(view: impl FnMut() -> AnyView + Send + 'static) -> Arc<Mutex<dyn FnMut() -> AnyView + Send>> {
    Arc::new(Mutex::new(view))
}

/// The same for a view that is there or not.
pub(crate) fn sometimes(mut view: impl FnMut() -> Option<AnyView> + Send + 'static) -> Arc<Mutex<dyn FnMut() -> AnyView + Send>> {
    changing(move || view().unwrap_or_else(|| ().into_any()))
}

/// Leaves out `RenderHtml::hydrate_async`, whose default calls `hydrate`.
struct AtOnce<V>(V);

impl<V: Render> Render for AtOnce<V> {
    type State = V::State;

    #[inline(never)]
    fn build(self) -> V::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut V::State) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl<V: AddAnyAttr> AddAnyAttr for AtOnce<V> {
    type Output<NewAttr: Attribute> = AtOnce<V::Output<NewAttr>>;

    fn add_any_attr<NewAttr: Attribute>(self, attr: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        AtOnce(self.0.add_any_attr(attr))
    }
}

impl<V: RenderHtml + Send> RenderHtml for AtOnce<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = AtOnce<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> V::AsyncOutput {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(self, buf: &mut String, position: &mut Position, escape: bool, mark_branches: bool, extra_attrs: Vec<AnyAttribute>) {
        self.0.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    #[inline(never)]
    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> V::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        AtOnce(self.0.into_owned())
    }
}
