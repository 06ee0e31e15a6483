//! How fast pages are for those who use them. A script in their browsers measures (`frontend/vitals`) and sends beacons; in here is what a beacon may say
//! (`names`), how one is read that anybody may have made (`beacon`), and the rules of the metrics once more (`rules`), by which the script is checked.
//!
//! Nothing in here knows a clock, a server or a store.

pub mod beacon;
pub mod names;
pub mod rules;

pub use self::beacon::{Beacon, Refused, read};
pub use self::names::{Cache, Connection, Device, Metric, Navigation, Route, Unit, Viewport};
