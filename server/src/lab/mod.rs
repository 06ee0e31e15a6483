//! Since when something is another value: in what benches and load runs found, looked at when a record is added, and in what is measured with
//! people at work, looked at every hour. What is found is written to the database, where pages read it.

mod add;
mod live;
mod look;
mod watch;

pub(crate) use self::{
    add::{add_capacity, add_lab},
    watch::watch,
};
