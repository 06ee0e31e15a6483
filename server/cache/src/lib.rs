//! What was made once is given again, as long as it is true.
//!
//! A lookup ([`Cache::get`]) is answered from memory, from a tier that processes share, or by a load; of any number that want the same
//! thing at once one loads it. What makes an answer outdated is never guessed from its age alone: whoever asks names the version of what
//! the answer is made from (a store's change number), an entry knows the version it was made from, and one that is older is used only
//! when the changes between the two are known and none of them concerns it ([`Tag`]).
//!
//! So the truth about changes comes with the question, from whoever reads the log, and never from a message: what processes tell each
//! other makes entries last longer, and losing all of it makes none wrong. The shared tier being slow, full or gone costs speed.
//!
//! The crate knows no database, no HTTP and no page. Time and chance are passed in.

mod bounded;
mod cache;
mod chance;
mod early;
mod entry;
mod finished;
mod flights;
mod key;
mod news;
mod outcome;
mod redis;
mod shared;
mod stats;
mod tags;
mod value;

pub use self::{
    cache::{Answer, Asked, Cache, Failed, Made, Options},
    chance::{Chance, Seeded},
    early::is_due,
    finished::Finished,
    key::{Key, Lifetime, Namespace},
    outcome::{Outcome, Served, Sharing, Tier},
    redis::{NoRedis, Redis},
    shared::{Shared, SharedError},
    stats::Counted,
    tags::{Change, Tag},
    value::Value,
};
