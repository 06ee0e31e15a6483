//! The index against the plainest thing that could be right, and the rules of a list one by one.

mod large;
mod model;
mod paging;
mod rules;
mod same_as_model;
