//! What a request did and how long each part of it took, from the browser through the server to the statement. It knows no address of the
//! server, no store and no network: it is told what happens, and gives traces, pages' figures and bodies to send.
//!
//! [`Tracer`] begins a [`Recording`], inside of whose scope [`span!`], [`happened`] and [`within`] are noted, however deep. Everything is
//! recorded, and thrown away at the end unless it was sampled, slow or failed: only then is a [`Trace`] made of it. [`Kept`] holds traces in
//! memory, [`encoding`] makes bytes of them, [`waterfall`] a picture, [`otlp`] what collectors take, and [`export`] brings it to them.
//!
//! No text of a merchant gets into a trace: what is recorded are numbers, and words that stand in the program (`&'static str`).

pub mod browser;
mod current;
pub mod encoding;
pub mod export;
mod heard;
mod id;
mod kept;
mod model;
mod name;
pub mod otlp;
mod parent;
mod polls;
mod receiving;
mod recorder;
mod sampling;
mod svg;
mod timing;
mod tracer;
pub mod waterfall;

pub use self::{
    current::{Guard, Handle, carried, current, happened, open, parent, route, within},
    heard::Heard,
    id::{Ids, SpanId, TraceId},
    kept::{Head, Holding, Kept, KeptOptions, MOST_FRAGMENTS},
    model::{Attribute, BODY, KINDS, Kind, MANY, MOST_ATTRIBUTES, MOST_SPANS, Outcome, Span, Sum, Sums, Tally, Trace, Value, Why},
    name::{LONGEST_NAME, Name, OTHERS, intern},
    parent::{BadParent, TraceParent},
    receiving::{Receiving, receiving},
    recorder::Note,
    sampling::Share,
    svg::svg,
    timing::server_timing,
    tracer::{Begin, Counts, Options, Parent, Recording, Slow, Statements, Tracer, recorded},
};

/// Opens a span that ends when what it gives is dropped: `let _waiting = span!(Kind::Wait, "pool");`. Its name is made only where a trace
/// is recorded, and has to be `&'static str`.
#[macro_export]
macro_rules! span {
    ($kind:expr, $name:expr) => {
        $crate::open($kind, || $name)
    };
    ($kind:expr, $name:expr, $($key:literal = $value:expr),+ $(,)?) => {{
        let mut guard = $crate::open($kind, || $name);
        $(guard.note($key, $value);)+
        guard
    }};
}
