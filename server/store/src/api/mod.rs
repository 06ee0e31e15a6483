//! What programs need: tokens to ask with, writes that are done once however often they are sent, and a count of who still calls
//! what is deprecated.

mod deprecated;
mod idempotency;
mod sql;
mod tokens;

pub(crate) use self::{sql::hot, tokens::Told};

/// What this process remembers between two requests. Nothing is lost with it but some counts.
#[derive(Default)]
pub(crate) struct Memory {
    used: tokens::Used,
    bearers: tokens::Bearers,
    swept: idempotency::Swept,
    calls: deprecated::Calls,
}
