//! What a run stands on: a server of its own with people and products, or one that runs already.

mod database;
mod program;
mod scene;

pub use self::{
    database::Database,
    program::Program,
    scene::{Scene, people, scene},
};
