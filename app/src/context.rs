//! What the server puts into context for a page, and how server functions take it out.

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

/// The script that measures pages in browsers, for the document.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct MeasuredBy {
    pub script: String,
    /// Of page views, from 0 to 1.
    pub share: f64,
    pub build: String,
}

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
