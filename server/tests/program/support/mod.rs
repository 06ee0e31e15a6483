//! A program of one's own on data of one's own, and clients of every role.

mod client;
mod database;
mod disk;
pub(crate) mod files;
mod program;

pub(crate) use self::{
    client::{Client, Reply, encoded},
    database::Engine,
    disk::SmallDisk,
    program::{Output, PASSWORD, Program, output},
};

/// Two digits a byte, as SQL shows them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// Runs a story on both engines.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name($crate::support::Engine::Sqlite).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name($crate::support::Engine::Postgres).await; })*
        }
    };
}

pub(crate) use on_both_engines;
