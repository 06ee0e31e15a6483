//! The rules of the metrics, over what a browser notes down: by them what the script in the browser says can be worked out again. Formulas are those of
//! <https://web.dev/articles/inp>, `cls`, `lcp`, `fcp` and `ttfb`; where those leave something open, of the library `web-vitals`, which the script has.
//!
//! Times are in milliseconds since the document was asked for, as in a browser. A page that was made ahead counts from when it was activated. Entries are
//! in the order in which the browser gave them.

mod contentful;
mod entry;
mod interaction;
mod shift;

pub use self::contentful::{Lcp, fcp, lcp, ttfb};
pub use self::entry::{Entry, Event, Navigation, Paint, Painted, Resource, Shift, Visibility};
pub use self::interaction::{Inp, inp};
pub use self::shift::cls;

use crate::names::Metric;

/// All that a view says of these, in the order of `Metric::ALL` and in units of beacons. `interactions` is how many there were, of which browsers do not
/// note down the brief ones.
pub fn values(entries: &[Entry], interactions: u64) -> Vec<(Metric, u64)> {
    let mut values = Vec::new();
    if let Some(lcp) = lcp(entries) {
        let parts = [lcp.time, lcp.ttfb, lcp.load_delay, lcp.load_time, lcp.render_delay];
        let names = [Metric::Lcp, Metric::LcpTtfb, Metric::LcpLoadDelay, Metric::LcpLoadTime, Metric::LcpRenderDelay];
        values.extend(names.into_iter().zip(parts.map(microseconds)));
    }
    if let Some(inp) = inp(entries, interactions) {
        let parts = [inp.duration, inp.input_delay, inp.processing, inp.presentation];
        let names = [Metric::Inp, Metric::InpInputDelay, Metric::InpProcessing, Metric::InpPresentation];
        values.extend(names.into_iter().zip(parts.map(microseconds)));
    }
    let fcp = fcp(entries);
    // Where nothing was seen, nothing was seen to move.
    values.extend(fcp.map(|_| (Metric::Cls, (cls(entries) * 10_000.0).round() as u64)));
    values.extend(fcp.map(|time| (Metric::Fcp, microseconds(time))));
    values.extend(ttfb(entries).map(|time| (Metric::Ttfb, microseconds(time))));
    values
}

fn microseconds(milliseconds: f64) -> u64 {
    (milliseconds * 1_000.0).round() as u64
}
