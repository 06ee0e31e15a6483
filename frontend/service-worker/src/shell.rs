//! The shell: the frame of whoever is signed in, for when the server cannot be reached.

use std::cell::Cell;

use domain::worker::{Files, SHELL};
use web_sys::Response;

use crate::{
    answers::{Told, is_old, shell_told},
    browser::{Outcome, age, ask, drop, find, forget, names, now, put, stamped, text, told},
    caches::{PICTURES, is_shell, shell_of},
};

thread_local! {
    /// How often it was dropped: what was asked for before that may be somebody else's.
    static DROPPED: Cell<u32> = const { Cell::new(0) };
    /// When it was last asked for in vain, in milliseconds.
    static IN_VAIN: Cell<f64> = const { Cell::new(f64::NAN) };
}

/// The shell of this build, or of one before, whose files are still here.
pub(crate) async fn kept(files: &Files) -> Option<Response> {
    match find(Some(&shell_of(&files.build)), SHELL).await {
        Some(own) => Some(own),
        None => find(None, SHELL).await,
    }
}

/// Fetches it when there is none or it is old.
pub(crate) async fn refresh(files: &Files, origin: &str) -> Outcome<()> {
    let own = shell_of(&files.build);
    let is_good = find(Some(&own), SHELL).await.is_some_and(|kept| !is_old(age(&kept)));
    if is_good || !is_old(now() - IN_VAIN.get()) {
        return Ok(());
    }
    let dropped = DROPPED.get();
    let response = ask(SHELL, true).await?;
    let page = text(&response).await?;
    let from = response.url();
    let path = from.strip_prefix(origin).and_then(|path| path.split('?').next()).unwrap_or_default();
    match shell_told(told(&response), path, page.includes(files.entry(), 0)) {
        Told::Keep if DROPPED.get() == dropped => {
            put(&own, SHELL, &stamped(&response, &page)).await?;
            // Dropped while it was put away.
            if DROPPED.get() != dropped {
                drop_all().await?;
            }
        }
        Told::SignedOut => drop_all().await?,
        Told::Nothing => IN_VAIN.set(now()),
        Told::Keep => {}
    }
    Ok(())
}

/// Drops it, of whichever build it is: who one is has changed.
pub(crate) async fn drop_all() -> Outcome<()> {
    DROPPED.set(DROPPED.get().wrapping_add(1));
    IN_VAIN.set(f64::NAN);
    for name in names().await?.iter().filter(|name| is_shell(name)) {
        drop(name).await?;
    }
    Ok(())
}

/// Drops whatever belongs to somebody.
pub(crate) async fn sign_out() -> Outcome<()> {
    drop_all().await?;
    drop(PICTURES).await?;
    forget().await.map(|_| ())
}
