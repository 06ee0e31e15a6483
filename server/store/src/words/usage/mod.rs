//! What calls of providers cost: every call, the same summed by day, the budget of a month, and what pages show of it.

mod budget;
mod calls;
mod port;
mod record;
mod sums;

pub(crate) use self::record::UsageRows;
