//! The log: one line an event on standard error, with the trace of the request it belongs to, and warnings and errors to a collector where
//! there is one. Never logged: passwords, session secrets, product texts.

use std::{fmt::Debug, sync::OnceLock};

use domain::clock::Clock;
use traces::{
    TraceId,
    export::Exporter,
    otlp::{Any, Log, Severity},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    fmt::{self, FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{SystemClock, config::Config};

/// Under this name the program says what a collector was not told; it is not told that either.
pub(crate) const TELLING: &str = "server::telling";

/// Values of a line that a collector is told, and characters of each.
const MOST_VALUES: usize = 16;
const LONGEST_VALUE: usize = 1_000;

static EXPORTER: OnceLock<Exporter> = OnceLock::new();

/// Starts to log, and makes a panic a line of the log that a test can find.
pub fn start(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log_filter).map_err(|error| {
        format!("VITRINE_LOG is {:?}, which is not a filter ({error}). Write info, or for example info,sqlx=warn.", config.log_filter)
    })?;
    let log = fmt::layer().with_writer(std::io::stderr);
    let all = Registry::default().with(filter).with(Told);
    // A second start, as tests have it, keeps the first.
    let _ = if config.log_json {
        all.with(log.json().map_event_format(|lines| WithTrace { lines, is_json: true })).try_init()
    } else {
        all.with(log.with_ansi(false).map_event_format(|lines| WithTrace { lines, is_json: false })).try_init()
    };
    std::panic::set_hook(Box::new(|panic| tracing::error!(panic = %panic, "panicked")));
    Ok(())
}

/// From now on a collector is told of warnings and errors.
pub(crate) fn tell(exporter: Exporter) {
    // Tests have several in one process: the first stays.
    let _ = EXPORTER.set(exporter);
}

/// What a collector was told; none where there is none.
pub(crate) fn exporter() -> Option<&'static Exporter> {
    EXPORTER.get()
}

/// Writes a line as `lines` does, and at its end the trace of the request that it belongs to, if there is one.
struct WithTrace<E> {
    lines: E,
    is_json: bool,
}

impl<S, N, E> FormatEvent<S, N> for WithTrace<E>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    E: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> std::fmt::Result {
        let Some(parent) = traces::parent() else { return self.lines.format_event(context, writer, event) };
        let mut line = String::new();
        self.lines.format_event(context, Writer::new(&mut line), event)?;
        writer.write_str(&with_trace(&line, parent.trace, self.is_json))
    }
}

fn with_trace(line: &str, trace: TraceId, is_json: bool) -> String {
    let line = line.trim_end_matches('\n');
    match line.strip_suffix('}') {
        Some(fields) if is_json => format!("{fields},\"trace_id\":\"{trace}\"}}\n"),
        _ => format!("{line} trace={trace}\n"),
    }
}

/// Hands lines of the log to the exporter.
struct Told;

impl<S: Subscriber> Layer<S> for Told {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if let (Some(exporter), Some(log)) = (EXPORTER.get(), told(event)) {
            exporter.log(log);
        }
    }
}

fn told(event: &Event<'_>) -> Option<Log> {
    let metadata = event.metadata();
    let severity = match *metadata.level() {
        Level::ERROR => Severity::Error,
        Level::WARN => Severity::Warn,
        _ => return None,
    };
    if metadata.target() == TELLING {
        return None;
    }
    let mut line = Line { text: String::new(), values: vec![("code.namespace".to_owned(), metadata.target().into())] };
    event.record(&mut line);
    let at = u64::try_from(SystemClock.now().micros()).unwrap_or(0);
    Some(Log { at, severity, text: line.text, attributes: line.values, trace: traces::parent() })
}

/// A line as it is read.
struct Line {
    text: String,
    values: Vec<(String, Any)>,
}

impl Line {
    fn put(&mut self, field: &Field, value: Any) {
        if self.values.len() < MOST_VALUES {
            self.values.push((field.name().to_owned(), value));
        }
    }

    fn put_text(&mut self, field: &Field, text: String) {
        if field.name() == "message" {
            self.text = text;
        } else {
            self.put(field, Any::Text(text.chars().take(LONGEST_VALUE).collect()));
        }
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Any::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Any::Int(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Any::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Any::Flag(value));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
        time::Instant,
    };

    use traces::{Begin, Kind, Options, Outcome, Tracer};

    use super::*;

    /// Keeps what would be told.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Log>>>);

    impl<S: Subscriber> Layer<S> for Kept {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().extend(told(event));
        }
    }

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_of_a_request_says_its_trace_and_others_say_none() {
        let written = Written::default();
        let to = {
            let written = written.clone();
            move || written.clone()
        };
        let log = fmt::layer().with_writer(to).json().map_event_format(|lines| WithTrace { lines, is_json: true });
        let begin = Begin { kind: Kind::Request, method: None, route: "/", parent: None, at: 1, began: Instant::now(), slow: None };
        let recording = Tracer::new(Options::default(), [7; 24], |_| {}).begin(begin);
        let logging = tracing::subscriber::set_default(Registry::default().with(log));

        tracing::warn!("nobody has asked");
        let asked = async {
            tracing::warn!(rows = 7, "a statement was slow");
            traces::parent().unwrap().trace.to_string()
        };
        let trace = recording.scope(asked).await;
        drop(logging);
        recording.finish(Outcome::Done);

        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.iter().map(|line| line["trace_id"].as_str()).collect::<Vec<_>>(), [None, Some(trace.as_str())], "{text}");
        assert_eq!(lines[1]["fields"]["rows"], 7);
    }

    #[test]
    fn a_line_of_text_ends_with_its_trace() {
        let trace = TraceId::new(0xabc).unwrap();

        let line = with_trace("WARN it was slow {so}\n", trace, false);

        assert_eq!(line, "WARN it was slow {so} trace=00000000000000000000000000000abc\n");
    }

    #[test]
    fn warnings_and_errors_are_told_with_their_values_and_nothing_else_is() {
        let kept = Kept::default();
        tracing::subscriber::with_default(Registry::default().with(kept.clone()), || {
            tracing::info!("all is well");
            tracing::warn!(rows = 7, slow = true, name = "VARIANTS", "a statement was slow");
            tracing::error!(error = %"x".repeat(5_000), "it failed");
            tracing::warn!(target: TELLING, "the collector was not told");
        });

        let kept = kept.0.lock().unwrap();
        assert_eq!(
            kept.iter().map(|log| (log.severity, log.text.as_str())).collect::<Vec<_>>(),
            [(Severity::Warn, "a statement was slow"), (Severity::Error, "it failed")]
        );
        let values = &kept[0].attributes;
        assert_eq!(values[1..], [("rows".to_owned(), Any::Int(7)), ("slow".to_owned(), Any::Flag(true)), ("name".to_owned(), "VARIANTS".into())]);
        assert!(matches!(&kept[1].attributes[1].1, Any::Text(text) if text.len() == LONGEST_VALUE));
    }
}
