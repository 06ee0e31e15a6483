//! Bytes of traces: what was written is read, and what was not is refused.

use crate::any::{any_trace, empty, span};
use proptest::{collection::vec, prelude::*};
use traces::{
    Kind, MOST_SPANS,
    encoding::{MOST_BYTES, Unreadable, VERSION, decode, encode},
    waterfall::waterfall,
};

#[test]
fn a_span_is_some_ten_bytes() {
    let mut trace = empty(1, "/products", 1_700_000_000_000_000, 80_000);
    let before = encode(&trace).len();
    trace.spans = (0..200).map(|at| span("ROWS_BY_KEY", Kind::Statement, 0, at * 300, 250)).collect();

    let each = (encode(&trace).len() - before) / 200;

    assert!(each <= 10 && before < 100, "{each}, {before}");
}

#[test]
fn a_trace_of_another_version_says_so() {
    let mut bytes = encode(&empty(1, "/", 0, 0));
    bytes[0] = VERSION + 1;

    assert_eq!(decode(&bytes), Err(Unreadable::Version));
    assert_eq!(decode(&[]), Err(Unreadable::Damaged));
}

#[test]
fn what_the_model_does_not_allow_is_left_out_when_written_and_refused_when_read() {
    let mut trace = empty(1, "/", u64::MAX, u64::MAX);
    trace.spans = (0..300).map(|_| span("A", Kind::Statement, 0, u64::MAX, u64::MAX)).collect();
    let read = decode(&encode(&trace)).unwrap();
    trace.spans = vec![span("A", Kind::Statement, 1, 0, 0)];

    assert_eq!((read.spans.len(), read.begun_at), (MOST_SPANS, (1 << 53) - 1));
    assert_eq!(decode(&encode(&trace)), Err(Unreadable::Damaged), "a span is no part of itself");
}

#[test]
fn a_time_that_cannot_be_is_refused() {
    let mut bytes = encode(&empty(1, "/", u64::MAX, 0));
    let last = bytes.windows(2).position(|two| two == [0xff, 0x0f]).unwrap() + 1;
    bytes[last] = 0x1f;

    assert_eq!(decode(&bytes), Err(Unreadable::Damaged));
}

#[test]
fn a_length_that_nobody_has_the_memory_for_is_refused() {
    let names = [VERSION, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

    assert_eq!(decode(&names), Err(Unreadable::Damaged));
    assert_eq!(decode(&vec![VERSION; MOST_BYTES + 1]), Err(Unreadable::Damaged));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_trace_reads_back_as_it_was_written(trace in any_trace()) {
        let bytes = encode(&trace);

        prop_assert!(bytes.len() <= MOST_BYTES);
        prop_assert_eq!(decode(&bytes), Ok(trace));
    }

    #[test]
    fn no_part_of_a_trace_is_one_and_nothing_comes_after_it(trace in any_trace(), cut in any::<prop::sample::Index>(), more in 0_u8..) {
        let mut bytes = encode(&trace);
        let part = &bytes[..cut.index(bytes.len())];

        prop_assert_eq!(decode(part), Err(Unreadable::Damaged));
        bytes.push(more);
        prop_assert_eq!(decode(&bytes), Err(Unreadable::Damaged));
    }

    #[test]
    fn whatever_is_read_of_damaged_bytes_can_be_shown_and_written_again(
        trace in any_trace(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = encode(&trace);
        for (at, byte) in damage {
            let at = 1 + at.index(bytes.len() - 1);
            bytes[at] = byte;
        }

        if let Ok(read) = decode(&bytes) {
            prop_assert!(read.spans.len() <= MOST_SPANS);
            prop_assert_eq!(decode(&encode(&read)), Ok(read.clone()));
            prop_assert!(waterfall(std::slice::from_ref(&read)).is_some());
            prop_assert!(traces::server_timing(&read).len() <= 512);
        }
    }

    #[test]
    fn any_bytes_at_all_are_read_or_refused(mut bytes in vec(any::<u8>(), 1..300)) {
        bytes[0] = VERSION;
        let _ = decode(&bytes);
    }
}
