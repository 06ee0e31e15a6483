//! A beacon: what a browser says of a page view. Anybody can send one with anything in it, so that it is read with care: what says nothing of a page view is
//! refused as a whole, and a value that cannot be is left out.
//!
//! Beacons of a view are numbered, and each says all that was known when it was written. So the one with the highest number counts, whatever was lost, came
//! twice or in another order.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

use crate::names::{Cache, Connection, Device, Metric, Navigation, Route, Viewport};

/// The most bytes that are looked at: what browsers send at all when a page is left.
pub const MOST_BYTES: usize = 64 * 1024;

/// The version of beacons that this reads and writes.
const VERSION: u64 = 1;
const LONGEST_NAME: usize = 32;
/// A page that has been open for longer says nothing any more.
const OLDEST_MS: u64 = 31 * 24 * 3_600_000;
/// A view's age and what is measured are rounded, and taken at moments that are not quite the same.
const SLACK: u64 = 1_000_000;

/// What is known of a page view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    /// Drawn by chance for each page view: up to 32 ASCII letters and digits.
    pub view: String,
    /// Of two beacons of a view the one with the higher number counts.
    pub part: u16,
    pub route: Route,
    /// What was measured: up to 32 of `A-Z a-z 0-9 _ -`.
    pub build: String,
    pub navigation: Navigation,
    pub connection: Connection,
    pub device: Device,
    pub viewport: Viewport,
    pub cache: Cache,
    /// Which trace the document was made in, as `Server-Timing` has told: 32 hexadecimal digits. None where it was not told.
    pub trace: Option<String>,
    /// Its page was left: nothing that is measured comes to it any more.
    pub is_left: bool,
    /// How long ago the view began, in milliseconds.
    pub age_ms: u64,
    /// Each metric once, in the order of `Metric::ALL`, in its unit.
    pub values: Vec<(Metric, u64)>,
    /// The same of an earlier beacon of the view, of which the browser knows that it has sent it: a server that was started since must not count it
    /// again, as the one before has. None where there was none.
    pub told: Option<Vec<(Metric, u64)>>,
    /// How many values were left out, as they have no name here or cannot be.
    pub dropped: u16,
}

/// Why something is no beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    TooLarge,
    /// It cannot be read from this byte of this line on, counted from one.
    Unreadable {
        line: usize,
        column: usize,
    },
    Version,
    View,
    Build,
    Age,
    Navigation,
    Device,
    Viewport,
}

impl Refused {
    /// For counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Unreadable { .. } => "unreadable",
            Self::Version => "version",
            Self::View => "view",
            Self::Build => "build",
            Self::Age => "age",
            Self::Navigation => "navigation",
            Self::Device => "device",
            Self::Viewport => "viewport",
        }
    }
}

impl fmt::Display for Refused {
    // Nothing of what was sent stands in it, as it may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "A beacon has {MOST_BYTES} bytes at most. Send less."),
            Self::Unreadable { line, column } => {
                write!(f, "This is no beacon from line {line}, byte {column} on. Send what the script of this server sends.")
            }
            Self::Version => write!(f, "Beacons have the version {VERSION}. Reload the page for the script of today."),
            Self::View => write!(f, "The view of a beacon has 1 to {LONGEST_NAME} letters and digits. Draw one for each page view."),
            Self::Build => write!(f, "The build of a beacon has 1 to {LONGEST_NAME} letters, digits, _ and -. Send the hash of the build."),
            Self::Age => write!(f, "A page view is at most 31 days old, in whole milliseconds. Load the page again."),
            Self::Navigation => write!(f, "There is no such way to begin a page view. Send a name of `NAVIGATIONS` in names.mjs."),
            Self::Device => write!(f, "There is no such kind of device. Send a name of `DEVICES` in names.mjs."),
            Self::Viewport => write!(f, "There is no such width of a page. Send a name of `VIEWPORTS` in names.mjs."),
        }
    }
}

impl std::error::Error for Refused {}

/// Reads a beacon.
pub fn read(bytes: &[u8]) -> Result<Beacon, Refused> {
    if bytes.len() > MOST_BYTES {
        return Err(Refused::TooLarge);
    }
    let sent: Sent<'_> = serde_json::from_slice(bytes).map_err(|error| Refused::Unreadable { line: error.line(), column: error.column() })?;
    if sent.v != VERSION {
        return Err(Refused::Version);
    }
    let age_ms = sent.age.0.filter(|age| *age <= OLDEST_MS).ok_or(Refused::Age)?;
    let (values, impossible) = sent.values.believed(age_ms);
    let told = sent.was.map(|was| was.believed(age_ms).0);
    Ok(Beacon {
        view: name(&sent.view, |byte| byte.is_ascii_alphanumeric()).ok_or(Refused::View)?,
        part: sent.part,
        // A page of an earlier or later build may have others.
        route: Route::from_name(&sent.route).unwrap_or(Route::Other),
        build: name(&sent.build, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).ok_or(Refused::Build)?,
        navigation: Navigation::from_name(&sent.navigation).ok_or(Refused::Navigation)?,
        // What browsers say of the line is theirs to extend.
        connection: Connection::from_name(&sent.connection).unwrap_or(Connection::Unknown),
        device: Device::from_name(&sent.device).ok_or(Refused::Device)?,
        viewport: Viewport::from_name(&sent.viewport).ok_or(Refused::Viewport)?,
        cache: Cache::from_name(&sent.cache).unwrap_or(Cache::Unknown),
        trace: sent.trace.as_deref().and_then(trace),
        is_left: sent.left,
        age_ms,
        values,
        told,
        dropped: sent.values.dropped.saturating_add(impossible),
    })
}

impl Beacon {
    /// The beacon as a browser would send it.
    pub fn written(&self) -> String {
        let values = |values: &[(Metric, u64)]| Values { known: values.iter().fold([None; KNOWN], put), dropped: 0 };
        let sent = Sent {
            v: VERSION,
            view: Cow::Borrowed(&self.view),
            part: self.part,
            route: Cow::Borrowed(self.route.name()),
            build: Cow::Borrowed(&self.build),
            navigation: Cow::Borrowed(self.navigation.name()),
            connection: Cow::Borrowed(self.connection.name()),
            device: Cow::Borrowed(self.device.name()),
            viewport: Cow::Borrowed(self.viewport.name()),
            cache: Cow::Borrowed(self.cache.name()),
            trace: self.trace.as_ref().map(|trace| Cow::Owned(format!("00-{trace}-0000000000000000-00"))),
            left: self.is_left,
            age: Whole(Some(self.age_ms)),
            values: values(&self.values),
            was: self.told.as_deref().map(values).map(Box::new),
        };
        // Names and numbers can always be written.
        serde_json::to_string(&sent).unwrap_or_default()
    }
}

fn put(mut known: [Option<u64>; KNOWN], (metric, value): &(Metric, u64)) -> [Option<u64>; KNOWN] {
    known[*metric as usize] = Some(*value);
    known
}

fn name(text: &str, may: impl Fn(u8) -> bool) -> Option<String> {
    ((1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(may)).then(|| text.to_owned())
}

/// The trace of a `traceparent` (<https://www.w3.org/TR/trace-context/>).
fn trace(parent: &str) -> Option<String> {
    let id = parent.strip_prefix("00-")?.get(..32)?;
    id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then(|| id.to_owned())
}

/// As it travels.
#[derive(Deserialize, Serialize)]
struct Sent<'a> {
    v: u64,
    #[serde(borrow)]
    view: Cow<'a, str>,
    part: u16,
    #[serde(borrow)]
    route: Cow<'a, str>,
    #[serde(borrow)]
    build: Cow<'a, str>,
    #[serde(borrow)]
    navigation: Cow<'a, str>,
    #[serde(borrow)]
    connection: Cow<'a, str>,
    #[serde(borrow)]
    device: Cow<'a, str>,
    #[serde(borrow)]
    viewport: Cow<'a, str>,
    #[serde(borrow)]
    cache: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    trace: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    left: bool,
    age: Whole,
    values: Values,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    // Few have it, and it is large.
    was: Option<Box<Values>>,
}

const KNOWN: usize = Metric::ALL.len();

/// A place for each metric: however many are sent, no more are kept.
struct Values {
    known: [Option<u64>; KNOWN],
    /// Those without a name here, said twice, or no whole number.
    dropped: u16,
}

impl Values {
    /// Those that can be in a view of an age, and how many cannot.
    fn believed(&self, age_ms: u64) -> (Vec<(Metric, u64)>, u16) {
        let age = age_ms * 1_000 + SLACK;
        let can_be = |(metric, value): &(Metric, u64)| *value <= metric.most() && (!metric.is_within_view() || *value <= age);
        let said: Vec<(Metric, u64)> = Metric::ALL.into_iter().zip(self.known).filter_map(|(metric, value)| Some((metric, value?))).collect();
        let believed: Vec<(Metric, u64)> = said.iter().copied().filter(can_be).collect();
        let impossible = (said.len() - believed.len()) as u16;
        (believed, impossible)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values by their metrics")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
                let mut values = Values { known: [None; KNOWN], dropped: 0 };
                while let Some((name, value)) = map.next_entry::<Named, Whole>()? {
                    match (name.0, value.0) {
                        (Some(metric), Some(value)) if values.known[metric as usize].is_none() => values.known[metric as usize] = Some(value),
                        _ => values.dropped = values.dropped.saturating_add(1),
                    }
                }
                Ok(values)
            }
        }

        from.deserialize_map(Each)
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (metric, value) in Metric::ALL.into_iter().zip(self.known) {
            if let Some(value) = value {
                map.serialize_entry(metric.name(), &value)?;
            }
        }
        map.end()
    }
}

/// The metric that a name is of, if any; the name is not kept.
struct Named(Option<Metric>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct One;

        impl Visitor<'_> for One {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a metric")
            }

            fn visit_str<E>(self, name: &str) -> Result<Named, E> {
                Ok(Named(Metric::from_name(name)))
            }
        }

        from.deserialize_str(One)
    }
}

/// A whole number from zero on; none when it is anything else, however large that is.
#[derive(Clone, Copy)]
struct Whole(Option<u64>);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_u64<E>(self, value: u64) -> Result<Whole, E> {
                Ok(Whole(Some(value)))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Whole, E> {
                Ok(Whole(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Whole, E> {
                Ok(Whole(None))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Whole, E> {
                Ok(Whole(None))
            }

            fn visit_str<E>(self, _: &str) -> Result<Whole, E> {
                Ok(Whole(None))
            }

            fn visit_unit<E>(self) -> Result<Whole, E> {
                Ok(Whole(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Whole, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Whole(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Whole, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Whole(None))
            }
        }

        from.deserialize_any(Any)
    }
}

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}
