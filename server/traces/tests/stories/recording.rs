//! What is noted of a request, however it goes about its work, and what is kept of it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use traces::{
    Begin, Heard, Kind, MOST_SPANS, Note, Options, Outcome, Parent, Recording, Share, Slow, Span, Trace, TraceParent, Tracer, Value, happened, span,
};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A tracer, and what it keeps.
fn tracer(share: f64, slow: Slow) -> (Tracer, Arc<Mutex<Vec<Trace>>>) {
    limited(Options { share: Share::new(share, 0), slow, most_a_second: 3 })
}

fn limited(options: Options) -> (Tracer, Arc<Mutex<Vec<Trace>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = kept.clone();
    (Tracer::new(options, [7; 24], move |trace| keep.lock().unwrap().push(trace)), kept)
}

fn begin(tracer: &Tracer) -> Recording {
    tracer.begin(begun(None))
}

fn begun(parent: Option<Parent>) -> Begin {
    Begin { kind: Kind::Request, method: Some("GET"), route: "unmatched", parent, at: 5_000_000, began: Instant::now(), slow: None }
}

/// Never slow, however busy the machine is.
fn patient() -> Slow {
    let long = Duration::from_hours(1);
    Slow { request: long, statement: long, cache: long, wait: long, provider: long, job: long }
}

async fn kept(work: impl Future<Output = ()>) -> Trace {
    let (tracer, kept) = tracer(1.0, patient());
    let recording = begin(&tracer);
    recording.scope(work).await;
    recording.finish(Outcome::Answered(200));
    let mut kept = kept.lock().unwrap();
    assert_eq!(kept.len(), 1);
    kept.remove(0)
}

fn statement(name: &'static str) {
    happened(Kind::Statement, || name, Instant::now(), Duration::from_micros(7), false, &[("rows", 3_u32.into())]);
}

fn tree(trace: &Trace) -> Vec<(&str, u16)> {
    trace.spans.iter().map(|span| (span.name.as_str(), span.parent)).collect()
}

fn named<'a>(trace: &'a Trace, name: &str) -> &'a Span {
    trace.spans.iter().find(|span| span.name.as_str() == name).unwrap()
}

#[tokio::test]
async fn what_is_opened_within_a_span_is_a_part_of_it() {
    let trace = kept(async {
        let cache = span!(Kind::Cache, "memory", "result" = "miss");
        tokio::task::yield_now().await;
        {
            let _waiting = span!(Kind::Wait, "pool");
        }
        statement("ROWS");
        drop(cache);
        statement("AFTER");
    })
    .await;

    assert_eq!(tree(&trace), [("memory", 0), ("pool", 1), ("ROWS", 1), ("AFTER", 0)]);
    assert_eq!(named(&trace, "memory").attributes[0].value, Value::Word(traces::Name::fixed("miss")));
    assert_eq!((named(&trace, "ROWS").duration_us, &named(&trace, "ROWS").attributes[0].value), (7, &Value::Number(3)));
    assert_eq!((trace.statements(), trace.sum(Kind::Statement).total_us), (2, 14));
}

#[tokio::test]
async fn of_futures_that_run_at_once_each_knows_its_own_parts() {
    let part = |name: &'static str| {
        traces::within(Kind::Provider, name, async move {
            tokio::task::yield_now().await;
            statement(if name == "one" { "OF_ONE" } else { "OF_TWO" });
            tokio::task::yield_now().await;
        })
    };

    let trace = kept(async {
        tokio::join!(part("one"), part("two"));
        statement("AFTER");
    })
    .await;

    let parent = |name: &str| trace.spans[usize::from(named(&trace, name).parent) - 1].name.as_str();
    assert_eq!((parent("OF_ONE"), parent("OF_TWO"), named(&trace, "AFTER").parent), ("one", "two", 0));
}

#[tokio::test]
async fn guards_that_are_dropped_in_any_order_leave_the_request_open() {
    let trace = kept(async {
        let first = span!(Kind::Wait, "first");
        let second = span!(Kind::Wait, "second");
        drop(first);
        statement("IN_SECOND");
        drop(second);
        statement("IN_REQUEST");
    })
    .await;

    assert_eq!(tree(&trace), [("first", 0), ("second", 1), ("IN_SECOND", 2), ("IN_REQUEST", 0)]);
}

#[tokio::test]
async fn a_task_and_a_thread_that_take_the_request_along_are_a_part_of_it() {
    let trace = kept(async {
        let around = span!(Kind::Cache, "around");
        let with = tokio::spawn(traces::carried(async { statement("CARRIED") }));
        let without = tokio::spawn(async { statement("LOST") });
        let handle = traces::current().unwrap();
        let thread = tokio::task::spawn_blocking(move || handle.run(|| statement("THREAD")));
        with.await.unwrap();
        without.await.unwrap();
        thread.await.unwrap();
        drop(around);
    })
    .await;

    assert_eq!((named(&trace, "CARRIED").parent, named(&trace, "THREAD").parent), (1, 1));
    assert_eq!(trace.spans.len(), 3);
}

#[tokio::test]
async fn what_a_task_does_after_the_answer_is_in_no_other_request() {
    let (tracer, kept) = tracer(1.0, patient());
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let first = begin(&tracer);
    let late = first
        .scope(async {
            let work = traces::carried(async move {
                let _open = span!(Kind::Wait, "open");
                wait.await.unwrap();
                statement("LATE");
            });
            Some(tokio::spawn(work))
        })
        .await
        .unwrap();
    tokio::task::yield_now().await;
    first.finish(Outcome::Answered(200));
    let second = begin(&tracer);
    go.send(()).unwrap();
    late.await.unwrap();
    second.finish(Outcome::Answered(200));

    let kept = kept.lock().unwrap();
    assert_eq!(tree(&kept[0]), [("open", 0)]);
    assert_eq!(kept[0].spans[0].attributes[0].key.as_str(), "unfinished");
    assert!(kept[0].spans[0].end_us() <= kept[0].duration_us && kept[1].spans.is_empty());
}

#[tokio::test]
async fn the_room_of_a_request_has_nothing_of_the_one_before() {
    let (tracer, kept) = tracer(1.0, patient());
    for names in [&["A", "A"][..], &["B"]] {
        let recording = begin(&tracer);
        recording.scope(async { names.iter().copied().for_each(statement) }).await;
        recording.route("/products");
        recording.finish(Outcome::Answered(200));
    }
    let third = begin(&tracer);
    third.finish(Outcome::Answered(404));

    let kept = kept.lock().unwrap();
    assert_eq!(
        kept.iter().map(|trace| (trace.spans.len(), trace.tallies.len(), trace.statements())).collect::<Vec<_>>(),
        [(2, 1, 2), (1, 0, 1), (0, 0, 0)]
    );
    assert_eq!(kept[1].spans[0].attributes.len(), 1);
    assert_eq!((kept[1].title(), kept[2].title()), ("GET /products".into(), "GET unmatched".into()));
}

#[tokio::test]
async fn a_statement_that_runs_three_hundred_times_is_seen_and_the_spans_have_an_end() {
    let trace = kept(async {
        for _ in 0..300 {
            statement("ROWS_BY_KEY");
        }
        (0..10).for_each(|_| statement("OFTEN_ENOUGH"));
    })
    .await;

    let repeated: Vec<_> = trace.repeated().map(|tally| (tally.name.as_str(), tally.count, tally.beyond, tally.total_us)).collect();
    assert_eq!(repeated, [("ROWS_BY_KEY", 300, 300 - MOST_SPANS as u32, 2_100)]);
    assert_eq!((trace.spans.len(), trace.statements()), (MOST_SPANS, 310));
}

#[tokio::test]
async fn names_that_are_too_many_are_counted_together() {
    let names: Vec<_> = (0..400).map(|number| traces::intern(&format!("NAME_{number}"))).collect();

    let trace = kept(async move { names.into_iter().for_each(statement) }).await;

    let counted: u32 = trace.tallies.iter().map(|tally| tally.count).sum();
    assert!(trace.tallies.len() <= 129 && trace.repeated().next().is_none(), "{}", trace.tallies.len());
    assert_eq!((counted, trace.statements()), (400 - 128, 400));
}

#[tokio::test]
async fn a_span_has_few_notes() {
    let trace = kept(async {
        let mut span = span!(Kind::Cache, "memory");
        (0..9_u32).for_each(|_| span.note("size", 1_u32));
        let many: Vec<_> = (0..9).map(|_| ("rows", Note::Flag(true))).collect();
        happened(Kind::Statement, || "ROWS", Instant::now(), Duration::ZERO, true, &many);
    })
    .await;

    assert!(trace.spans.iter().all(|span| span.attributes.len() == 4));
    assert!(named(&trace, "ROWS").failed && !named(&trace, "memory").failed);
}

#[tokio::test]
async fn where_nothing_is_recorded_names_are_not_even_made() {
    let guard = traces::open(Kind::Statement, || panic!("nobody asked"));
    happened(Kind::Statement, || panic!("nobody asked"), Instant::now(), Duration::ZERO, false, &[]);
    let inside = traces::carried(async { traces::current().is_none() }).await;

    assert!(!guard.is_recorded() && inside && traces::parent().is_none());
}

#[tokio::test]
async fn only_what_is_sampled_slow_or_failed_is_kept() {
    let (tracer, kept) = tracer(0.0, Slow { statement: Duration::from_millis(2), ..patient() });
    let slow = |took: u64| async move { happened(Kind::Statement, || "ROWS", Instant::now(), Duration::from_millis(took), false, &[]) };
    let mut answers = Vec::new();
    for (took, outcome) in [(1, Outcome::Answered(200)), (2, Outcome::Answered(200)), (1, Outcome::Answered(404)), (1, Outcome::Answered(500))] {
        let recording = begin(&tracer);
        recording.scope(slow(took)).await;
        answers.push(recording.finish(outcome));
    }
    let patient = tracer.begin(Begin { slow: Some(Duration::ZERO), ..begun(None) });
    answers.push(patient.finish(Outcome::Answered(200)));

    assert_eq!(answers, [false, true, false, true, true]);
    let why: Vec<_> = kept.lock().unwrap().iter().map(|trace| (trace.why.sampled, trace.why.slow, trace.why.failed)).collect();
    assert_eq!(why, [(false, true, false), (false, false, true), (false, true, false)]);
}

#[tokio::test]
async fn jobs_and_calls_are_heard_of_whether_they_are_kept_or_not() {
    let (heard, kept) = (Arc::new(Mutex::new(Vec::<Heard>::new())), Arc::new(Mutex::new(0)));
    let (hear, keep) = (heard.clone(), kept.clone());
    let options = Options { share: Share::new(0.0, 0), slow: patient(), ..Options::default() };
    let tracer = Tracer::listening(options, [7; 24], move |_| *keep.lock().unwrap() += 1, move |one| hear.lock().unwrap().push(one));
    let call = |failed: bool, word: &'static str| {
        happened(Kind::Provider, || "openai", Instant::now(), Duration::from_micros(9), failed, &[("status", 1_u32.into()), ("result", word.into())]);
    };
    let job = tracer.begin(Begin { kind: Kind::Job, method: None, route: "import", ..begun(None) });
    job.waited(70);
    let work = async {
        call(true, "refused");
        statement("ROWS");
        drop(span!(Kind::Provider, "Redis"));
    };

    job.scope(work).await;
    job.result("again");
    job.finish(Outcome::Failed);
    begin(&tracer).finish(Outcome::Answered(200));
    drop(tracer.begin(Begin { kind: Kind::Job, method: None, route: "dry_run", ..begun(None) }));

    let heard = heard.lock().unwrap();
    let told: Vec<_> = heard.iter().map(|one| (one.kind, one.name, one.outcome, one.word)).collect();
    let expected = [
        (Kind::Wait, "import", Outcome::Done, None),
        (Kind::Provider, "openai", Outcome::Failed, Some("refused")),
        (Kind::Provider, "Redis", Outcome::Done, None),
        (Kind::Job, "import", Outcome::Failed, Some("again")),
        (Kind::Job, "dry_run", Outcome::GivenUp, None),
    ];
    assert_eq!((told.as_slice(), heard[0].took_us, heard[1].took_us), (expected.as_slice(), 70, 9));
    assert_eq!(*kept.lock().unwrap(), 1, "the one that failed alone");
}

#[tokio::test]
async fn of_a_job_it_is_heard_how_long_it_kept_a_thread() {
    let heard = Arc::new(Mutex::new(Vec::<Heard>::new()));
    let hear = heard.clone();
    let tracer = Tracer::listening(Options::default(), [7; 24], |_| {}, move |one| hear.lock().unwrap().push(one));
    let job = tracer.begin(Begin { kind: Kind::Job, method: None, route: "import", ..begun(None) });
    let work = async {
        std::thread::sleep(Duration::from_millis(3));
        tokio::time::sleep(Duration::from_millis(100)).await;
    };

    traces::recorded(Some(&job), work).await;
    job.finish(Outcome::Done);

    let heard = heard.lock().unwrap();
    let kept = heard[0].longest_poll_us;
    // What it waited for kept nobody.
    assert!(kept >= 3_000 && kept + 15_000 <= heard[0].took_us, "{heard:?}");
}

#[tokio::test]
async fn when_everything_fails_some_of_it_tells_enough() {
    let (tracer, kept) = tracer(0.0, patient());

    for _ in 0..10 {
        begin(&tracer).finish(Outcome::Answered(503));
    }
    let later = tracer.begin(Begin { at: 6_000_000, ..begun(None) });
    later.finish(Outcome::Answered(503));

    assert_eq!(kept.lock().unwrap().len(), 4);
    assert_eq!((tracer.counts().begun, tracer.counts().kept, tracer.counts().let_go), (11, 4, 7));
}

#[tokio::test]
async fn whoever_goes_away_is_told_of_too() {
    let (tracer, kept) = tracer(1.0, patient());
    let answering = async {
        let recording = begin(&tracer);
        let work = async {
            traces::route("/slow");
            let _waiting = span!(Kind::Wait, "pool");
            std::future::pending::<()>().await;
        };
        recording.scope(work).await;
        recording.finish(Outcome::Answered(200))
    };

    let answered = tokio::time::timeout(Duration::from_millis(5), answering).await;

    assert!(answered.is_err());
    let kept = kept.lock().unwrap();
    assert_eq!((kept[0].outcome, kept[0].title().as_str(), tree(&kept[0])), (Outcome::GivenUp, "GET /slow", vec![("pool", 0)]));
    assert_eq!(tracer.counts().given_up, 1);
}

#[tokio::test]
async fn a_trace_goes_on_where_it_came_from_and_strangers_do_not_say_what_is_kept() {
    let (tracer, kept) = tracer(0.0, patient());
    let context: TraceParent = PARENT.parse().unwrap();
    let mut told = Vec::new();
    for is_kept in [true, false] {
        let recording = tracer.begin(begun(Some(Parent { context, is_kept })));
        let asked = recording.scope(async {
            let _provider = span!(Kind::Provider, "provider");
            traces::parent().unwrap()
        });
        told.push((recording.response().unwrap(), asked.await));
        recording.finish(Outcome::Answered(200));
    }

    let kept = kept.lock().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].id, kept[0].parent, kept[0].why.sampled), (context.trace, Some(context.span), true));
    let (answer, asked) = told[0];
    assert_eq!((answer.trace, answer.span, answer.sampled), (context.trace, kept[0].span, true));
    assert_eq!((asked.trace, asked.span), (context.trace, kept[0].span_id(1)));
    assert!(!told[1].0.sampled);
}

#[tokio::test]
async fn whoever_says_that_a_trace_is_kept_says_so_in_vain_and_what_is_joined_is_kept_as_far_as_there_is_room() {
    let (tracer, kept) = tracer(0.0, patient());
    let context: TraceParent = PARENT.parse().unwrap();
    assert!(context.sampled);

    for is_kept in [false, true] {
        for _ in 0..10 {
            tracer.begin(begun(Some(Parent { context, is_kept }))).finish(Outcome::Answered(200));
        }
    }

    assert_eq!((kept.lock().unwrap().len(), tracer.counts().let_go), (3, 7));
}

#[tokio::test]
async fn a_flood_of_slow_ones_leaves_room_for_those_that_fail() {
    let (tracer, kept) = tracer(0.0, patient());

    for _ in 0..10 {
        tracer.begin(Begin { slow: Some(Duration::ZERO), ..begun(None) }).finish(Outcome::Answered(200));
    }
    for _ in 0..10 {
        begin(&tracer).finish(Outcome::Answered(500));
    }

    let kept = kept.lock().unwrap();
    assert_eq!((kept.len(), kept.iter().filter(|trace| trace.why.failed).count()), (6, 3));
}

#[tokio::test]
async fn waiting_for_a_body_is_a_part_that_makes_nothing_slow() {
    let after = Duration::from_millis(60);
    let (tracer, kept) = tracer(1.0, Slow { request: after, wait: after, ..patient() });
    let recording = begin(&tracer);
    recording
        .scope(async {
            let mut receiving = traces::receiving();
            tokio::time::sleep(after).await;
            receiving.pause();
            tokio::time::sleep(Duration::from_millis(5)).await;
            receiving.go_on();
            tokio::time::sleep(after).await;
        })
        .await;

    let (took, received) = recording.took();
    recording.finish(Outcome::Answered(200));

    let kept = kept.lock().unwrap();
    let body = named(&kept[0], traces::BODY);
    assert!(received >= 120_000 && took >= received + 5_000 && body.duration_us == received, "{took} {received} {body:?}");
    assert_eq!(kept[0].served_us(), kept[0].duration_us - received);
    // On a machine that is busy with something else all of it takes longer.
    assert!(!kept[0].why.slow || kept[0].served_us() >= 60_000, "{kept:?}");
}

#[tokio::test]
async fn who_goes_away_while_its_body_is_waited_for_was_waited_for_until_then() {
    let (tracer, _) = tracer(0.0, patient());
    let recording = begin(&tracer);
    let work = recording.scope(async {
        let _receiving = traces::receiving();
        std::future::pending::<()>().await;
    });

    let answered = tokio::time::timeout(Duration::from_millis(20), work).await;

    let (took, received) = recording.took();
    assert!(answered.is_err() && received >= 20_000 && took >= received, "{took} {received}");
}

#[tokio::test]
async fn what_nobody_will_look_for_is_not_kept_however_it_ended() {
    let (tracer, kept) = tracer(1.0, patient());

    begin(&tracer).forget();

    assert_eq!((kept.lock().unwrap().len(), tracer.counts().given_up), (0, 0));
}

#[tokio::test]
async fn a_request_tells_its_times_before_it_ends() {
    let (tracer, kept) = tracer(1.0, patient());
    let recording = begin(&tracer);
    recording
        .scope(async {
            drop(span!(Kind::Cache, "memory", "result" = "hit"));
            statement("ROWS");
        })
        .await;

    let value = recording.server_timing(true);
    let parent = recording.response().unwrap();
    recording.finish(Outcome::Answered(200));

    let members: Vec<_> = value.split(", ").map(|member| member.split(';').next().unwrap()).collect();
    assert_eq!(members, ["cache", "db", "total", "trace"]);
    assert!(value.contains(";desc=hit, db;dur=0.007;desc=1, ") && value.ends_with(&format!("trace;desc=\"{parent}\"")), "{value}");
    assert!(traces::server_timing(&kept.lock().unwrap()[0]).starts_with(value.split(", total").next().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_at_once_do_not_mix() {
    let (tracer, kept) = limited(Options { share: Share::new(1.0, 0), slow: patient(), most_a_second: 0 });
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200_usize {
        let tracer = tracer.clone();
        tasks.spawn(async move {
            let recording = begin(&tracer);
            recording
                .scope(async {
                    for _ in 0..number % 20 {
                        statement("MINE");
                        tokio::task::yield_now().await;
                    }
                    tokio::spawn(traces::carried(async { statement("MINE") })).await.unwrap();
                })
                .await;
            recording.route(traces::intern(&format!("/{}", number % 20)));
            recording.finish(Outcome::Done);
        });
    }
    tasks.join_all().await;

    let kept = kept.lock().unwrap();
    assert_eq!(kept.len(), 200);
    assert!(kept.iter().all(|trace| trace.route.as_str() == format!("/{}", trace.statements() - 1)));
}

#[tokio::test]
async fn what_was_asked_of_the_database_is_known_before_the_end() {
    let (tracer, _) = tracer(1.0, patient());
    let recording = begin(&tracer);

    traces::recorded(Some(&recording), async {
        (0..12).for_each(|_| statement("VARIANTS"));
        (0..2).for_each(|_| statement("SESSION"));
        statement("STORE");
    })
    .await;
    traces::recorded(None, async { statement("NOBODYS") }).await;

    let asked = recording.asked();
    assert_eq!((asked.count, asked.most), (15, Some(("VARIANTS", 12))));
    assert_eq!(begin(&tracer).asked(), traces::Statements::default());
}
