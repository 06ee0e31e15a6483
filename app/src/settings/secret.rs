//! The secret of a new token or webhook, for as long as it is shown: once, in the page that answers its making.

#[cfg(feature = "ssr")]
mod markup;
#[cfg(not(feature = "ssr"))]
mod watch;

#[cfg(feature = "ssr")]
pub(crate) use self::markup::made;
#[cfg(not(feature = "ssr"))]
pub(crate) use self::watch::watch;
