//! The words and rules of the business: products and their fields, the ops that change them, the
//! reducer that decides what an op does, the queries a list answers, and who may do what.
//!
//! Nothing here does I/O, reads a clock or draws random numbers, so the server, the browser and the
//! tests run the same rules and get the same answers.

pub mod change;
pub mod clock;
pub mod field;
pub mod fold;
pub mod handle;
pub mod ids;
pub mod money;
pub mod op;
pub mod product;
pub mod query;
pub mod reduce;
pub mod role;
pub mod scope;
pub mod sync;
pub mod words;
pub mod worker;
