//! Why a page could not be brought up to date.

use leptos::prelude::*;
use ports::error::AppError;

use crate::{
    runs::state::standing::trouble,
    ui::{
        at_once::{at_once, sometimes},
        notice::{here, sign_in},
    },
};

#[component]
pub(super) fn Trouble(error: RwSignal<Option<AppError>>) -> impl IntoView {
    let address = sign_in(&here());
    // The same failure every second is told once.
    let error = Memo::new(move |_| error.get());
    sometimes(move || {
        let error = error.get()?;
        let link = (error == AppError::SignedOut).then(|| view! { " "<a class="link" href=address.clone() rel="external">"Sign in"</a> });
        Some(at_once(view! { <p class="error" role="alert">{trouble(&error)}{link}</p> }))
    })
}
