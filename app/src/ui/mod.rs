//! Leaf widgets, each with a style sheet of the same name.

pub(crate) mod address;
pub(crate) mod asking;
pub(crate) mod at_once;
pub(crate) mod badge;
pub(crate) mod chance;
pub(crate) mod chart;
pub(crate) mod day;
pub(crate) mod diff;
#[cfg(feature = "ssr")]
pub(crate) mod dry;
pub(crate) mod format;
pub(crate) mod html;
pub(crate) mod icon;
#[cfg(any(feature = "hydrate", test))]
pub(crate) mod installed;
#[cfg(feature = "hydrate")]
pub(crate) mod later;
pub(crate) mod list;
pub(crate) mod listen;
pub(crate) mod mark;
pub(crate) mod marked;
pub(crate) mod notice;
pub(crate) mod opening;
pub(crate) mod poll;
pub(crate) mod progress;
pub(crate) mod served;
pub(crate) mod time;
pub(crate) mod title;
pub(crate) mod toast;
pub(crate) mod trouble;
pub(crate) mod unsaved;
pub(crate) mod values;
