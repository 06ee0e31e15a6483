//! Connections, from the moment somebody connects to the moment the last one is closed: HTTP/1.1 and HTTP/2, with and without TLS.
//!
//! It gives a router whole requests, and is patient with nobody for ever: a head, a body, an answer that is not taken and a
//! connection that is not used each have their time. Asked to stop, it finishes what is running.
//!
//! hyper speaks the protocols. Which of the two it is, is found out here and not by `hyper-util`, which waits for the first bytes
//! without end, cuts a connection off that was made in the moment of stopping, and has no limit for the size of a head.

mod body;
mod connection;
mod descriptors;
mod door;
mod io;
mod limits;
mod pace;
mod plain;
mod seats;
mod serve;
mod tls;
mod watch;

pub use self::{
    descriptors::raise_descriptors,
    limits::{Limits, PerAddress, Rate},
    seats::Connections,
    serve::{Options, serve},
    tls::{Tls, TlsError},
};
