//! What the server puts into context for a page, and how server functions take it out.

#[cfg(feature = "ssr")]
use std::sync::Arc;

use ports::people::Me;
#[cfg(feature = "ssr")]
use ports::{Access, Ports, error::AppError};

/// Whoever the session of this request belongs to.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub me: Option<Me>,
    #[cfg(feature = "ssr")]
    pub access: Option<Access>,
}

/// What the shell needs to know of the request.
#[derive(Clone, Debug, Default)]
pub struct Appearance {
    /// `light` or `dark` when the person has chosen; the system's otherwise.
    pub theme: Option<&'static str>,
}

/// What begins to measure a page in its browser: a piece of script of the document, the same in all.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct MeasuredBy(pub(crate) Arc<str>);

#[cfg(feature = "ssr")]
impl MeasuredBy {
    /// `script` is the address of the one that measures, `share` how many page views are measured, from 0 to 1. Names of files and builds: nothing in
    /// them has to be escaped.
    pub fn new(script: &str, share: f64, build: &str) -> Self {
        Self(BEGIN_MEASURING.replace("SCRIPT", script).replace("SHARE", &share.to_string()).replace("BUILD", build).into())
    }
}

/// It begins when the page is loaded and has come alive, or has been there for two seconds: nothing of it is in the way of either. What fails before
/// that, as a page that never comes alive, is kept until then (`frontend/vitals/collector.mjs` takes it over), up to so many that nobody notices. What is
/// imported again is there already, and where it cannot be had nothing is measured. It is short because it is in every document: to compress it is most of what measuring costs a page. `alive` is what the frame says once it is.
#[cfg(feature = "ssr")]
const BEGIN_MEASURING: &str = "{let f=self.earlyFailures=[],m=()=>document.readyState=='complete'?\
    import('SCRIPT#sample=SHARE&build=BUILD').catch(()=>0):addEventListener('load',m);f.handleEvent=e=>f.length<20&&f.push(e);\
    addEventListener('error',f);addEventListener('unhandledrejection',f);\
    addEventListener('alive',m);addEventListener('load',()=>setTimeout(m,2e3))}";

/// When a request is answered, by the server's clock.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
pub struct Now(pub domain::clock::Timestamp);

/// The ports and the proof that the visitor may use them. Take it before the first `.await`: later the
/// context may be gone.
#[cfg(feature = "ssr")]
pub(crate) fn authorised() -> Result<(Ports, Access), AppError> {
    use leptos::prelude::use_context;
    let ports = use_context::<Ports>().ok_or(AppError::Internal)?;
    let access = use_context::<Visitor>().and_then(|visitor| visitor.access).ok_or(AppError::SignedOut)?;
    Ok((ports, access))
}

/// Tells the HTTP layer which status an error is answered with, since the body alone cannot.
#[cfg(feature = "ssr")]
pub(crate) fn answer_status(error: &AppError) {
    use leptos::prelude::use_context;
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
}
