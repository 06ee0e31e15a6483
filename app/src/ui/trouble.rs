//! A page that shows what goes on at the server: asked for again while it changes, and why it could not be.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};
use ports::error::AppError;

use super::{
    at_once::{at_once, sometimes},
    notice::{here, sign_in},
    poll::every_second,
};

/// What keeps a page current.
#[derive(Clone, Copy)]
pub(crate) struct Current {
    /// Why it is not.
    pub(crate) trouble: RwSignal<Option<AppError>>,
    /// Asks at once.
    pub(crate) refresh: Callback<()>,
}

/// Asks every second while something moves, and while asking may help. `take` is given what was answered.
pub(crate) fn keep_current<T: 'static, A: Future<Output = Result<T, AppError>> + 'static>(
    moves: impl Fn() -> bool + Send + Sync + 'static,
    ask: impl Fn() -> A + Copy + Send + Sync + 'static,
    take: impl Fn(T) + Copy + Send + Sync + 'static,
) -> Current {
    let trouble = RwSignal::new(None::<AppError>);
    let ask = move || async move {
        match ask().await {
            Ok(latest) => {
                trouble.try_set(None);
                take(latest);
            }
            Err(error) => {
                trouble.try_set(Some(error));
            }
        }
    };
    let asking = Memo::new(move |_| moves() && trouble.with(|error| error.as_ref().is_none_or(may_pass)));
    every_second(asking.into(), ask);
    Current { trouble, refresh: Callback::new(move |()| spawn_local(ask())) }
}

/// Why a page could not be brought up to date.
#[component]
pub(crate) fn Trouble(error: RwSignal<Option<AppError>>) -> impl IntoView {
    let address = sign_in(&here());
    // The same failure every second is told once.
    let error = Memo::new(move |_| error.get());
    sometimes(move || {
        let error = error.get()?;
        let link = (error == AppError::SignedOut).then(|| view! { " "<a class="link" href=address.clone() rel="external">"Sign in"</a> });
        Some(at_once(view! { <p class="error" role="alert">{sentence(&error)}{link}</p> }))
    })
}

fn sentence(error: &AppError) -> String {
    match error {
        AppError::Unreachable => "The server cannot be reached. What runs there goes on; these numbers may be old.".to_owned(),
        error => error.to_string(),
    }
}

/// Whether it may help to ask again.
const fn may_pass(error: &AppError) -> bool {
    !matches!(error, AppError::SignedOut | AppError::Forbidden | AppError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_asks_again_only_where_it_may_help() {
        let unavailable = AppError::Unavailable("The database is busy.".into());

        assert!([AppError::Unreachable, AppError::Internal, unavailable].iter().all(may_pass));
        assert!(![AppError::SignedOut, AppError::Forbidden, AppError::NotFound].iter().any(may_pass));
    }

    #[test]
    fn a_page_that_cannot_be_kept_current_says_so() {
        assert!(sentence(&AppError::Unreachable).contains("may be old"));
        assert_eq!(sentence(&AppError::Unavailable("The database is busy.".into())), "The database is busy.");
    }
}
