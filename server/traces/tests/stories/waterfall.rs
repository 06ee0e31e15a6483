//! How a trace looks: what stands where, what is folded, and how parts of different machines come together.

use crate::any::{any_trace, empty, span};
use proptest::{collection::vec, prelude::*};
use traces::{
    Kind, SpanId, Tally, Trace,
    browser::Viewed,
    svg,
    waterfall::{Bar, Waterfall, waterfall},
};

fn shown(trace: Trace) -> Waterfall {
    waterfall(&[trace]).unwrap()
}

fn places(waterfall: &Waterfall) -> Vec<(&str, u16, u16, u16)> {
    waterfall.rows.iter().map(|row| (row.label.as_str(), row.depth, row.offset, row.width)).collect()
}

#[test]
fn rows_stand_where_they_were_below_what_they_are_a_part_of() {
    let mut trace = empty(1, "/products", 0, 2_000);
    trace.spans =
        vec![span("memory", Kind::Cache, 0, 200, 1_000), span("ROWS", Kind::Statement, 1, 400, 600), span("LATE", Kind::Statement, 0, 1_999, 1)];

    let waterfall = shown(trace);

    assert_eq!(places(&waterfall), [("GET /products", 0, 0, 1_000), ("memory", 1, 100, 500), ("ROWS", 2, 200, 300), ("LATE", 1, 999, 1)]);
    assert_eq!(waterfall.rows.iter().map(|row| row.own_us).collect::<Vec<_>>(), [999, 400, 600, 1]);
}

#[test]
fn what_runs_at_once_is_taken_off_once_and_what_goes_on_afterwards_not_at_all() {
    let mut trace = empty(1, "/", 0, 1_000);
    trace.spans = vec![
        span("A", Kind::Provider, 0, 100, 500),
        span("B", Kind::Provider, 0, 200, 100),
        span("C", Kind::Provider, 0, 500, 300),
        span("D", Kind::Provider, 0, 900, 900),
    ];

    let waterfall = shown(trace);

    assert_eq!((waterfall.rows[0].own_us, waterfall.duration_us), (100 + 100, 1_800));
}

#[test]
fn statements_that_come_again_are_one_row_with_what_they_are_made_of() {
    let mut trace = empty(1, "/", 0, 1_000);
    for at in 0..5 {
        trace.spans.push(span("STORE", Kind::Statement, 0, at * 100, 10));
        trace.spans.push(span("ROWS", Kind::Statement, 0, at * 100 + 10, 20));
    }
    trace.spans.extend((0..3).map(|at| span("FEW", Kind::Statement, 0, 600 + at, 1)));

    let waterfall = shown(trace);

    let rows: Vec<_> = waterfall.rows[1..].iter().map(|row| (row.label.as_str(), row.count, row.duration_us)).collect();
    assert_eq!(rows, [("STORE", 5, 50), ("ROWS", 5, 100), ("FEW", 1, 1), ("FEW", 1, 1), ("FEW", 1, 1)]);
    let bars: Vec<_> = (0..5).map(|at| Bar { offset: at * 100 + 10, width: 20 }).collect();
    assert_eq!(waterfall.rows[2].bars, bars);
}

#[test]
fn parts_of_what_is_folded_are_folded_together() {
    let mut trace = empty(1, "/", 0, 1_000);
    for at in 0..6_u16 {
        trace.spans.push(span("memory", Kind::Cache, 0, u64::from(at) * 100, 90));
        trace.spans.push(span("ROWS", Kind::Statement, at * 2 + 1, u64::from(at) * 100 + 10, 50));
    }

    let waterfall = shown(trace);

    let rows: Vec<_> = waterfall.rows.iter().map(|row| (row.label.as_str(), row.depth, row.count, row.own_us)).collect();
    assert_eq!(rows, [("GET /", 0, 1, 460), ("memory", 1, 6, 240), ("ROWS", 2, 6, 300)]);
}

#[test]
fn the_table_has_all_of_it_and_what_took_the_most_first() {
    let mut trace = empty(1, "/", 0, 1_000);
    trace.spans = vec![span("ROWS", Kind::Statement, 0, 0, 100), span("pool", Kind::Wait, 0, 0, 250)];
    let name = trace.spans[0].name.clone();
    trace.tallies = vec![Tally { name, kind: Kind::Statement, count: 300, beyond: 299, failed: 2, total_us: 700, longest_us: 100 }];

    let waterfall = shown(trace);

    let table: Vec<_> =
        waterfall.table.iter().map(|line| (line.name.as_str(), line.count, line.failed, line.total_us, line.share, line.is_repeated)).collect();
    assert_eq!(table, [("ROWS", 300, 2, 700, 700, true), ("pool", 1, 0, 250, 250, false)]);
    assert!(waterfall.is_cut);
}

#[test]
fn a_page_whose_browser_read_which_trace_it_was_is_shown_in_it() {
    let mut server = empty(1, "/products", 1_000, 400);
    server.spans = vec![span("ROWS", Kind::Statement, 0, 100, 100)];
    let viewed = Viewed { answered: 600, largest_drawn: Some(900), fetched: Some(700), alive: Some(1_000), ..Viewed::default() };
    let browser = viewed.trace(&server).unwrap();

    let waterfall = waterfall(&[server, browser]).unwrap();

    let expected = [
        ("Browser: GET /products", 0, 0, 1_000),
        ("waiting", 1, 0, 600),
        ("GET /products", 2, 100, 400),
        ("ROWS", 3, 200, 100),
        ("until the largest thing is drawn", 1, 600, 300),
        ("fetching the app", 1, 600, 100),
        ("coming alive", 1, 700, 300),
    ];
    assert_eq!(places(&waterfall), expected);
}

#[test]
fn what_a_page_asks_for_stands_behind_the_answer_that_the_page_was() {
    let server = empty(1, "/products", 1_000, 400);
    let browser = Viewed { answered: 600, alive: Some(1_000), ..Viewed::default() }.trace(&server).unwrap();
    let call = Trace { parent: Some(server.span), span: SpanId::new(99).unwrap(), ..empty(1, "/api/fn/product", 1_800, 100) };

    let waterfall = waterfall(&[call, server, browser]).unwrap();

    let expected = [
        ("Browser: GET /products", 0, 0, 1_000),
        ("waiting", 1, 0, 600),
        ("GET /products", 2, 100, 400),
        ("coming alive", 1, 600, 400),
        ("GET /api/fn/product", 0, 900, 100),
    ];
    assert_eq!(places(&waterfall), expected);
}

#[test]
fn a_part_on_another_machine_stands_by_its_clock_where_that_can_be_true() {
    let mut first = empty(1, "/a", 1_000, 1_000);
    first.spans = vec![span("call", Kind::Provider, 0, 100, 500)];
    let asked = |begun_at| Trace { parent: Some(first.span_id(1)), span: SpanId::new(99).unwrap(), ..empty(1, "/b", begun_at, 100) };
    let offset = |begun_at| waterfall(&[first.clone(), asked(begun_at)]).unwrap().rows.iter().find(|row| row.label == "GET /b").unwrap().offset;

    assert_eq!((offset(1_150), offset(7_000_000), offset(0)), (150, 300, 300));
}

#[test]
fn parts_that_nobody_asked_for_stand_beside_each_other_and_a_circle_has_an_end() {
    let beside = waterfall(&[empty(1, "/a", 1_000, 100), Trace { span: SpanId::new(99).unwrap(), ..empty(1, "/b", 1_100, 100) }]).unwrap();
    let one = Trace { parent: SpanId::new(99), ..empty(1, "/a", 0, 10) };
    let other = Trace { span: SpanId::new(99).unwrap(), parent: Some(one.span), ..empty(1, "/b", 0, 10) };
    let circle = waterfall(&[one, other]).unwrap();

    assert_eq!(places(&beside), [("GET /a", 0, 0, 500), ("GET /b", 0, 500, 500)]);
    assert_eq!(circle.rows.len(), 2);
    assert_eq!(waterfall(&[]), None);
}

#[test]
fn what_is_very_deep_is_shown_less_deep() {
    let mut trace = empty(1, "/", 0, 10);
    trace.spans = (0..256).map(|at| span(if at % 2 == 0 { "A" } else { "B" }, Kind::Wait, at, 0, 10)).collect();

    let waterfall = shown(trace);

    assert!(waterfall.rows.iter().all(|row| row.depth <= 32));
    assert_eq!(waterfall.rows.iter().map(|row| row.count).sum::<u32>(), 257);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_a_trace_says_its_picture_has_all_of_it_and_stays_within_its_frame(traces in vec(any_trace(), 1..4)) {
        let waterfall = waterfall(&traces).unwrap();

        let all: usize = traces.iter().map(|trace| trace.spans.len() + 1).sum();
        prop_assert_eq!(waterfall.rows.iter().map(|row| row.count as usize).sum::<usize>(), all);
        for row in &waterfall.rows {
            let bars = row.bars.iter().copied().chain([Bar { offset: row.offset, width: row.width }]);
            prop_assert!(bars.into_iter().all(|bar| bar.width > 0 && bar.offset + bar.width <= 1_000));
            prop_assert!(row.own_us <= row.duration_us);
        }
        let picture = svg(&waterfall);
        let quotes = picture.matches('"').count();
        prop_assert!(quotes.is_multiple_of(2) && !picture.contains("style=") && !picture.contains("<script"));
    }

    #[test]
    fn parts_that_name_each_other_anyhow_are_all_there_once(links in vec((0_u64..6, 0_u64..6), 1..6)) {
        let parts: Vec<_> = links.iter().map(|(span, parent)| Trace { span: SpanId::new(span + 1).unwrap(), parent: SpanId::new(*parent), ..empty(1, "/", 0, 10) }).collect();

        let waterfall = waterfall(&parts).unwrap();

        prop_assert_eq!(waterfall.rows.iter().map(|row| row.count as usize).sum::<usize>(), parts.len());
    }
}
