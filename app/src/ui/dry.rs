//! A list that is not made to see what it will need.
//!
//! Before a page is rendered, Leptos walks through all of it once, so that what it waits for is known; what a function returns is made for
//! that, thrown away, and made again. A list waits for what its numbers are read from, and for nothing inside of what it shows of them:
//! without this the server makes every product page twice.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        ssr::StreamBuilder,
        view::{
            Position, PositionState,
            add_attr::AddAnyAttr,
            any_view::{AnyViewState, AnyViewWithAttrs},
        },
    },
};

/// What is shown of `numbers`; nothing in it waits for anything else.
pub(crate) struct Dry {
    pub(crate) numbers: Signal<Vec<u32>>,
    pub(crate) view: AnyView,
}

impl Render for Dry {
    type State = AnyViewState;

    fn build(self) -> Self::State {
        self.view.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.view.rebuild(state);
    }
}

impl AddAnyAttr for Dry {
    type Output<NewAttr: Attribute> = AnyViewWithAttrs;

    fn add_any_attr<NewAttr: Attribute>(self, attr: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        self.view.add_any_attr(attr)
    }
}

impl RenderHtml for Dry {
    type AsyncOutput = AnyView;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.numbers.track();
        // What it is made of is asked when it is read.
        let _ = self.numbers.try_with_untracked(Vec::len);
    }

    async fn resolve(self) -> AnyView {
        self.view.resolve().await
    }

    fn to_html_with_buf(self, buf: &mut String, position: &mut Position, escape: bool, mark_branches: bool, extra_attrs: Vec<AnyAttribute>) {
        self.view.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.view.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.view.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}
