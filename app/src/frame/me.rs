//! Who is signed in, as the frame tells the pages in the browser: in attributes of the element they stand in.

use leptos::prelude::*;
use ports::people::Me;
#[cfg(feature = "hydrate")]
use ports::people::StoreView;

/// The signed-in person, on any page. In the browser without the other stores they belong to.
pub(crate) fn use_me() -> Option<Me> {
    use_context::<StoredValue<Option<Me>>>().and_then(|me| me.get_value())
}

/// Puts the person into context, for [`use_me`].
pub(super) fn provide() {
    #[cfg(feature = "ssr")]
    let me = use_context::<crate::context::Visitor>().and_then(|visitor| visitor.me);
    #[cfg(feature = "hydrate")]
    let me = told();
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let me = None;
    provide_context::<StoredValue<Option<Me>>>(StoredValue::new(me));
}

/// The element of the pages, with what [`told`] reads, and the mark of a shell.
#[cfg(feature = "ssr")]
pub(super) fn main(me: Option<Me>, page: impl IntoView, is_shell: bool) -> impl IntoView {
    let tell = |what: fn(&Me) -> String| me.as_ref().map(what);
    view! {
        <main
            id="main"
            tabindex="-1"
            data-user=tell(|me| me.id.to_string())
            data-name=tell(|me| me.name.clone())
            data-email=tell(|me| me.email.clone())
            data-role=tell(|me| me.role.name().to_owned())
            data-store=tell(|me| me.store.id.to_string())
            data-store-slug=tell(|me| me.store.slug.clone())
            data-store-name=tell(|me| me.store.name.clone())
            data-currency=tell(|me| me.store.currency.code().to_owned())
            data-shell=is_shell.then_some("")
        >
            {page.into_view()}
        </main>
    }
}

/// The same, wherever one is.
#[cfg(feature = "hydrate")]
pub(crate) fn told() -> Option<Me> {
    let main = document().get_element_by_id("main")?;
    let told = |name: &str| main.get_attribute(name);
    let store = StoreView {
        id: told("data-store")?.parse().ok()?,
        slug: told("data-store-slug")?,
        name: told("data-store-name")?,
        currency: told("data-currency")?.parse().ok()?,
    };
    let role = domain::role::Role::from_name(&told("data-role")?)?;
    Some(Me { id: told("data-user")?.parse().ok()?, name: told("data-name")?, email: told("data-email")?, role, store, stores: Vec::new() })
}
