//! What is not about products, answered from the shelf: the server's last answers to the same questions, each of its moment.

#[cfg(feature = "hydrate")]
mod answer;
mod asked;
mod own;

#[cfg(feature = "hydrate")]
pub(super) use self::answer::answer;
#[cfg(feature = "hydrate")]
pub(crate) use self::{
    answer::build,
    asked::{Asked, ahead},
};
