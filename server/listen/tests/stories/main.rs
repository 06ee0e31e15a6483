//! Connections, with real sockets: what is patient, what is not, and how it ends.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod http1;
mod http2;
mod slow;
mod stopping;
mod support;
mod tls;
