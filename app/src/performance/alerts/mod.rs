//! Alerts: what fires, who sees to it, what nobody wants to be told, and what was told. Its forms are plain ones.

mod answer;
pub mod form;
mod markup;

pub use self::answer::Sent;
pub(super) use self::{
    answer::{Context, page},
    markup::tone,
};

/// Where it is, and where its forms go.
pub const PATH: &str = "/performance/alerts";
