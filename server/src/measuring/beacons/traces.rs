//! What of a page view is told as a trace.

use std::time::Instant;

use domain::clock::Clock;
use traces::browser::{Gone, Pressed, Viewed};
use vitals::{Beacon, Metric, Navigation};

use crate::{
    SystemClock,
    measuring::{Traced, browsers::Page, routes::of_leptos},
};

/// How its document was opened, or how the app went to it. `heard` is when the beacon came.
pub(super) fn tell_opened(traced: &Traced, beacon: &Beacon, heard: Instant) {
    if beacon.navigation == Navigation::Soft {
        traced.gone(&page(beacon, heard), &gone(beacon));
    } else if let (Some(trace), Some(viewed)) = (&beacon.trace, viewed(beacon)) {
        traced.viewed(trace, &page(beacon, heard), &viewed);
    }
}

/// How long the slowest answer to an input took.
pub(super) fn tell_pressed(traced: &Traced, beacon: &Beacon, heard: Instant) {
    traced.pressed(&page(beacon, heard), &pressed(beacon));
}

fn page(beacon: &Beacon, heard: Instant) -> Page<'_> {
    Page {
        route: of_leptos(beacon.route.name()),
        begun_at: begun_at(beacon, heard),
        device: beacon.device.name(),
        connection: beacon.connection.name(),
        build: &beacon.build,
    }
}

/// Microseconds since 1970, by the clock of this server: a browser says only how old the view is.
fn begun_at(beacon: &Beacon, heard: Instant) -> u64 {
    let now = u64::try_from(SystemClock.now().micros()).unwrap_or(0);
    let heard_before = u64::try_from(heard.elapsed().as_micros()).unwrap_or(u64::MAX);
    now.saturating_sub(heard_before).saturating_sub(beacon.age_ms.saturating_mul(1_000))
}

/// None where the answer of the document was not measured.
fn viewed(beacon: &Beacon) -> Option<Viewed> {
    let value = |wanted: Metric| value(beacon, wanted);
    Some(Viewed {
        answered: value(Metric::Ttfb)?,
        first_drawn: value(Metric::Fcp),
        largest_drawn: value(Metric::Lcp),
        fetched: value(Metric::WasmDownloaded),
        compiled: value(Metric::WasmCompiled),
        alive: value(Metric::Hydrated),
        data: value(Metric::DataReady),
    })
}

fn gone(beacon: &Beacon) -> Gone {
    Gone { stands: value(beacon, Metric::ViewReady), data: value(beacon, Metric::DataReady) }
}

fn pressed(beacon: &Beacon) -> Pressed {
    let part = |wanted: Metric| value(beacon, wanted).unwrap_or(0);
    Pressed { heard: part(Metric::InpInputDelay), handled: part(Metric::InpProcessing), drawn: part(Metric::InpPresentation) }
}

fn value(beacon: &Beacon, wanted: Metric) -> Option<u64> {
    beacon.values.iter().find(|(metric, _)| *metric == wanted).map(|(_, value)| *value)
}
