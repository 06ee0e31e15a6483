//! What a page asks while the server cannot be reached, answered from what the device has of the store: with the same types, so that pages stay as
//! they are. Only here is a sanitised description made in the browser, and by the rules of the editor (`ui::html`).
//!
//! Products are told from the device's replica, which is as good as the server at its moment; what else there is from the shelf, which has the
//! server's last answers to some questions.
//!
//! All of it is in a chunk of its own; the first chunk only knows how to ask for it.

#[cfg(any(feature = "hydrate", test))]
mod band;
#[cfg(feature = "hydrate")]
mod patience;
mod question;
#[cfg(feature = "hydrate")]
mod reply;
mod shelf;
#[cfg(feature = "hydrate")]
mod tab;
#[cfg(feature = "hydrate")]
mod turn;

#[cfg(feature = "hydrate")]
pub(crate) use self::{
    chunk::{Keep, answer, asked, band, keep_with, keeper},
    patience::in_time,
    shelf::{Asked, ahead, build},
};

/// An event of the window: all that the device has has been read by now. A list that was shown before is to be asked for anew.
#[cfg(feature = "hydrate")]
pub(crate) const READ: &str = "vitrine-read";

#[cfg(feature = "hydrate")]
mod chunk {
    use std::{any::Any, cell::Cell, pin::Pin};

    use domain::clock::Timestamp;
    use ports::{error::AppError, products::Held};
    use send_wrapper::SendWrapper;
    use server_fn::request::browser::BrowserRequest;

    use crate::ui::time::on_the_wall;

    /// None when it cannot be answered here.
    type Answer = Option<Result<Vec<u8>, AppError>>;

    /// Keeps the bytes of an answer.
    pub(crate) type Keep = Box<dyn FnOnce(&[u8]) + Send>;

    /// Says of the answer to an address whether it is kept.
    type Keeper = fn(&str, &dyn Any) -> Option<Keep>;

    /// What stands above the rows of a list that are the device's.
    type Band = fn(Held, u32, Timestamp) -> String;

    thread_local! {
        /// None until the device's chunk is there.
        static KEEPER: Cell<Option<Keeper>> = const { Cell::new(None) };
        /// None until something was answered here.
        static BAND: Cell<Option<Band>> = const { Cell::new(None) };
    }

    /// From now on answers are kept.
    pub(crate) fn keep_with(keeper: Keeper) {
        KEEPER.set(Some(keeper));
    }

    /// What is done with the answer to an address once it is there.
    pub(crate) fn keeper(address: &str, answer: &dyn Any) -> Option<Keep> {
        KEEPER.get()?(address, answer)
    }

    /// What is said above so many rows of a list that was answered here.
    pub(crate) fn band(held: Held, total: u32, now: Timestamp) -> String {
        BAND.get().map(|band| band(held, total, now)).unwrap_or_default()
    }

    /// The address of a request that only reads, which alone has its arguments there, and that a device may know something of.
    pub(crate) fn asked(request: &dyn Any) -> Option<String> {
        let address = request.downcast_ref::<BrowserRequest>()?.url();
        let (_, asked) = address.split_once("/api/fn/")?;
        let is_known = ["product", "review/queue", "review/card", "review/reviewers", "usage/get"].iter().any(|known| asked.starts_with(known));
        (is_known && asked.contains('?')).then_some(address)
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
            BAND.set(Some(|held, total, now| super::band::band(held, total, on_the_wall(held.as_of), on_the_wall(now)).into_string()));
            Box::pin(super::reply::reply(address))
        }
    }
}
