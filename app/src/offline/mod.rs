//! What a page asks while the server cannot be reached, answered from what the device has of the store: with the same types, so that pages stay as
//! they are. Only here is a sanitised description made in the browser, and by the rules of the editor (`ui::html`).
//!
//! All of it is in a chunk of its own; the first chunk only knows how to ask for it.

#[cfg(feature = "hydrate")]
mod patience;
mod question;
#[cfg(feature = "hydrate")]
mod reply;
#[cfg(feature = "hydrate")]
mod tab;
#[cfg(feature = "hydrate")]
mod turn;

#[cfg(feature = "hydrate")]
pub(crate) use self::{
    chunk::{answer, asked},
    patience::in_time,
};

/// An event of the window: all that the device has has been read by now. A list that was shown before is to be asked for anew.
#[cfg(feature = "hydrate")]
pub(crate) const READ: &str = "vitrine-read";

#[cfg(feature = "hydrate")]
mod chunk {
    use std::{any::Any, pin::Pin};

    use ports::error::AppError;
    use send_wrapper::SendWrapper;
    use server_fn::request::browser::BrowserRequest;

    /// None when it cannot be answered here.
    type Answer = Option<Result<Vec<u8>, AppError>>;

    /// The address of a request that only reads, which alone has its arguments there, and that is about products: of others a device knows nothing.
    pub(crate) fn asked(request: &dyn Any) -> Option<String> {
        let address = request.downcast_ref::<BrowserRequest>()?.url();
        (address.contains("/api/fn/product") && address.contains('?')).then_some(address)
    }

    /// What the server would have answered to a request, as far as the device knows.
    pub(crate) fn answer(address: String) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        Box::pin(SendWrapper::new(async move {
            // Without the chunk it is as it would be without a device.
            answering(address).await.ok()?.await
        }))
    }

    crate::lazy::in_chunk! {
        offline: fn answering(address: String) -> Pin<Box<dyn Future<Output = Answer>>> {
            Box::pin(super::reply::reply(address))
        }
    }
}
