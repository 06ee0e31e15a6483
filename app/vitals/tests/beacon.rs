//! Beacons that browsers send, and what anybody else may.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::{prelude::*, sample::select};
use vitals::{Beacon, Cache, Connection, Device, Metric, Navigation, Refused, Route, Viewport, beacon::MOST_BYTES, read};

const SENT: &str = r#"{"v":1,"view":"11qafzmyiskur1o0190qqt37bz","part":1,"route":"/products","build":"jD1UREwnjcSHSVaajKI5IT","navigation":"navigate","connection":"4g","device":"desktop","viewport":"wide","cache":"network","age":1390,"values":{"hydrated":109800,"fcp":56000,"lcp":56000,"cls":12}}"#;

fn with(from: &str, to: &str) -> Result<Beacon, Refused> {
    assert!(SENT.contains(from));
    read(SENT.replacen(from, to, 1).as_bytes())
}

fn values(values: &str) -> (Vec<(Metric, u64)>, u16) {
    let beacon = with(r#"{"hydrated":109800,"fcp":56000,"lcp":56000,"cls":12}"#, values).unwrap();
    (beacon.values, beacon.dropped)
}

#[test]
fn what_a_browser_sends_is_read() {
    let beacon = read(SENT.as_bytes()).unwrap();

    assert_eq!(
        beacon,
        Beacon {
            view: "11qafzmyiskur1o0190qqt37bz".to_owned(),
            part: 1,
            route: Route::Products,
            build: "jD1UREwnjcSHSVaajKI5IT".to_owned(),
            navigation: Navigation::Navigate,
            connection: Connection::FourG,
            device: Device::Desktop,
            viewport: Viewport::Wide,
            cache: Cache::Network,
            trace: None,
            is_left: false,
            age_ms: 1_390,
            values: vec![(Metric::Lcp, 56_000), (Metric::Cls, 12), (Metric::Fcp, 56_000), (Metric::Hydrated, 109_800)],
            told: None,
            dropped: 0,
        }
    );
}

#[test]
fn the_trace_of_the_document_is_read_where_it_is_one() {
    let told = |trace: &str| with("\"age\"", &format!("\"trace\":{trace},\"age\"")).unwrap().trace;

    assert_eq!(told("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"").as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
    for odd in [
        "null",
        "\"\"",
        "\"00-\"",
        "\"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\"",
        "\"00-../../../../../../../../../../etc-\"",
        "\"00-ääääääääääääääääääääää\"",
    ] {
        assert_eq!(told(odd), None, "{odd}");
    }
}

#[test]
fn a_page_that_was_left_is_told_and_one_that_says_nothing_of_it_was_not() {
    let left = with("\"age\"", "\"left\":true,\"age\"").unwrap();

    assert!(left.is_left && !read(SENT.as_bytes()).unwrap().is_left);
    assert!(matches!(with("\"age\"", "\"left\":\"yes\",\"age\""), Err(Refused::Unreadable { .. })));
}

#[test]
fn what_says_nothing_of_a_page_view_is_refused() {
    let long = "a".repeat(33);
    for (from, to, refused) in [
        ("\"v\":1", "\"v\":2", Refused::Version),
        ("11qafzmyiskur1o0190qqt37bz", "", Refused::View),
        ("11qafzmyiskur1o0190qqt37bz", long.as_str(), Refused::View),
        ("11qafzmyiskur1o0190qqt37bz", "11qa-fz", Refused::View),
        ("11qafzmyiskur1o0190qqt37bz", "ä", Refused::View),
        ("jD1UREwnjcSHSVaajKI5IT", "", Refused::Build),
        ("jD1UREwnjcSHSVaajKI5IT", long.as_str(), Refused::Build),
        ("jD1UREwnjcSHSVaajKI5IT", "../../etc", Refused::Build),
        ("\"navigate\"", "\"teleport\"", Refused::Navigation),
        ("\"desktop\"", "\"fridge\"", Refused::Device),
        ("\"wide\"", "\"1440\"", Refused::Viewport),
        ("1390", "-1", Refused::Age),
        ("1390", "1390.5", Refused::Age),
        ("1390", "null", Refused::Age),
        ("1390", "\"1390\"", Refused::Age),
        ("1390", "[[[]]]", Refused::Age),
        ("1390", "18446744073709551615", Refused::Age),
        ("1390", "99999999999999999999999", Refused::Age),
    ] {
        assert_eq!(with(from, to), Err(refused), "{from} as {to}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let deep = "[".repeat(60_000);
    for sent in [
        b"".as_slice(),
        b"{}",
        b"null",
        b"[]",
        b"\"beacon\"",
        b"\xff\xfe{}",
        b"{\"v\":1",
        deep.as_bytes(),
        SENT.replace("\"part\":1", "\"part\":65536").as_bytes(),
        SENT.replace("\"part\":1", "\"part\":-1").as_bytes(),
        SENT.replace("\"part\":1", "\"part\":\"1\"").as_bytes(),
        SENT.replace("\"part\":1", "\"part\":1,\"part\":2").as_bytes(),
        SENT.replace("56000", "NaN").as_bytes(),
        SENT.replace("56000", "Infinity").as_bytes(),
        SENT.replace("56000", "1e999").as_bytes(),
        SENT.replace("\"values\":{", "\"values\":[{").as_bytes(),
        format!("{SENT}{SENT}").as_bytes(),
    ] {
        assert!(matches!(read(sent), Err(Refused::Unreadable { .. })), "{:?}", String::from_utf8_lossy(&sent[..sent.len().min(80)]));
    }
}

#[test]
fn what_is_too_large_is_not_looked_at() {
    let mut large = SENT.as_bytes().to_vec();
    large.resize(MOST_BYTES, b' ');
    assert!(read(&large).is_ok());

    large.push(b' ');

    assert_eq!(read(&large), Err(Refused::TooLarge));
}

#[test]
fn a_value_that_cannot_be_is_left_out() {
    assert_eq!(values(r#"{"lcp":-5,"fcp":1.5,"inp":"3","cls":null,"ttfb":true,"hydrated":[1],"errors":{"a":1}}"#), (vec![], 7));
    assert_eq!(values(r#"{"shoe-size":43,"fcp":1,"__proto__":1}"#), (vec![(Metric::Fcp, 1)], 2));
    let nested = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert_eq!(values(&format!("{{\"lcp\":{nested},\"fcp\":1}}")), (vec![(Metric::Fcp, 1)], 1));
    // Said twice, the first counts.
    assert_eq!(values(r#"{"fcp":1,"fcp":2}"#), (vec![(Metric::Fcp, 1)], 1));
    assert_eq!(values(r#"{"cls":1000001,"errors":1000001,"lcp":18446744073709551615}"#), (vec![], 3));
}

#[test]
fn nothing_took_longer_than_the_view_is_old() {
    // The view is 1.39 s old, and clocks and rounding have one second.
    assert_eq!(values(r#"{"lcp":2390000,"fcp":2390001}"#), (vec![(Metric::Lcp, 2_390_000)], 1));
    // An edit may have waited since before.
    assert_eq!(values(r#"{"pending":86400000000}"#), (vec![(Metric::Pending, 86_400_000_000)], 0));
}

#[test]
fn names_of_another_build_are_not_held_against_it() {
    let beacon = with("\"/products\"", "\"/warehouse/:shelf\"").unwrap();
    assert_eq!(beacon.route, Route::Other);
    assert_eq!(with("\"4g\"", "\"6g\"").unwrap().connection, Connection::Unknown);
    assert_eq!(with("\"network\"", "\"pigeon\"").unwrap().cache, Cache::Unknown);
    assert_eq!(with("\"v\":1", "\"weather\":[{\"a\":null}],\"v\":1").unwrap(), read(SENT.as_bytes()).unwrap());
}

#[test]
fn a_refusal_has_nothing_in_it_of_what_was_sent() {
    for sent in ["{\"v\":\"<script>\\nsecret\"}", "secret"] {
        let refused = read(sent.as_bytes()).unwrap_err();
        assert!(!refused.to_string().contains("secret") && refused.to_string().len() < 120, "{refused}");
    }
}

fn beacons() -> impl Strategy<Value = Beacon> {
    let names = ("[A-Za-z0-9]{1,32}", any::<u16>(), "[A-Za-z0-9_-]{1,32}");
    let places = (
        select(&Route::ALL[..]),
        select(&Navigation::ALL[..]),
        select(&Connection::ALL[..]),
        select(&Device::ALL[..]),
        select(&Viewport::ALL[..]),
        select(&Cache::ALL[..]),
    );
    let said = prop::collection::vec(prop::option::of(0_u64..1_000_000), Metric::ALL.len());
    let trace = prop::option::of("[0-9a-f]{32}");
    let values = |said: Vec<Option<u64>>| Metric::ALL.into_iter().zip(said).filter_map(|(metric, value)| Some((metric, value?))).collect();
    (names, places, trace, any::<bool>(), 0_u64..31 * 24 * 3_600_000, (said.clone(), prop::option::of(said))).prop_map(
        move |((view, part, build), (route, navigation, connection, device, viewport, cache), trace, is_left, age_ms, (said, told))| Beacon {
            view,
            part,
            route,
            build,
            navigation,
            connection,
            device,
            viewport,
            cache,
            trace,
            is_left,
            age_ms,
            values: values(said),
            told: told.map(values),
            dropped: 0,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(beacon in beacons()) {
        let written = beacon.written();

        prop_assert!(written.len() < 2_500);
        prop_assert_eq!(read(written.as_bytes()), Ok(beacon));
    }

    #[test]
    fn whatever_comes_is_a_beacon_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_beacon_that_was_tampered_with_is_one_or_refused(beacon in beacons(), at in any::<prop::sample::Index>(), by in prop::collection::vec(any::<u8>(), 0..4)) {
        let mut bytes = beacon.written().into_bytes();
        let at = at.index(bytes.len());
        bytes.splice(at..=at, by);

        if let Ok(read) = read(&bytes) {
            prop_assert!(read.view.len() <= 32 && read.build.len() <= 32 && read.values.len() <= Metric::ALL.len());
            prop_assert!(read.values.iter().all(|(metric, value)| *value <= metric.most()));
        }
    }

    #[test]
    fn the_same_number_of_values_is_kept_or_left_out_as_there_were(said in prop::collection::vec(("[a-z-]{1,12}", any::<i64>()), 0..40)) {
        let text: Vec<String> = said.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();

        let (kept, dropped) = values(&format!("{{{}}}", text.join(",")));

        prop_assert_eq!(kept.len() + usize::from(dropped), said.len());
    }
}
