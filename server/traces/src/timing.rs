//! The header `Server-Timing` (<https://www.w3.org/TR/server-timing/>): what took how long, in milliseconds. It tells kinds and no names, so
//! that nobody learns from it what the program is made of.

use itoa::Buffer;

use crate::{
    model::{KINDS, Kind, Sums, Trace, Value},
    parent::{TraceParent, Written},
    recorder::RESULT,
};

/// No value is longer, in bytes: some proxies refuse headers that are.
const LONGEST: usize = 512;

/// Kinds that are told, and what they are called. Requests in a request are told by the total.
const TOLD: [(Kind, &str); 5] =
    [(Kind::Cache, "cache"), (Kind::Statement, "db"), (Kind::Wait, "wait"), (Kind::Provider, "provider"), (Kind::Job, "job")];

/// The value for a trace that was kept.
pub fn server_timing(trace: &Trace) -> String {
    let mut words = [None; KINDS];
    for span in &trace.spans {
        for attribute in &span.attributes {
            if let (RESULT, Value::Word(word)) = (attribute.key.as_str(), &attribute.value) {
                words[span.kind as usize] = Some(word.as_str());
            }
        }
    }
    value(&trace.sums, &words, trace.duration_us, None)
}

/// What there is of each kind, the total, and the trace.
pub(crate) fn value(sums: &Sums, words: &[Option<&str>; KINDS], total_us: u64, trace: Option<TraceParent>) -> String {
    let mut tail = String::with_capacity(160);
    entry(&mut tail, "total", total_us);
    if let Some(trace) = trace {
        tail.push_str(", trace;desc=\"");
        tail.push_str(Written::of(trace).as_str());
        tail.push('"');
    }
    let mut text = String::with_capacity(192);
    for (kind, name) in TOLD {
        let sum = sums[kind as usize];
        if sum.count == 0 {
            continue;
        }
        let before = text.len();
        entry(&mut text, name, sum.total_us);
        if let Some(word) = words[kind as usize] {
            describe(&mut text, word);
        } else if kind == Kind::Statement {
            text.push_str(";desc=");
            text.push_str(Buffer::new().format(sum.count));
        }
        text.push_str(", ");
        if text.len() + tail.len() > LONGEST {
            text.truncate(before);
        }
    }
    text.push_str(&tail);
    text
}

fn entry(text: &mut String, name: &str, micros: u64) {
    text.push_str(name);
    text.push_str(";dur=");
    text.push_str(Buffer::new().format(micros / 1_000));
    let part = micros % 1_000;
    text.push_str(if part < 10 {
        ".00"
    } else if part < 100 {
        ".0"
    } else {
        "."
    });
    text.push_str(Buffer::new().format(part));
}

/// A token where it is one, a quoted string otherwise (RFC 9110, 5.6).
fn describe(text: &mut String, word: &str) {
    if !word.is_empty() && word.bytes().all(is_of_tokens) {
        text.push_str(";desc=");
        text.push_str(word);
        return;
    }
    text.push_str(";desc=\"");
    for character in word.chars().filter(|character| matches!(character, ' '..='~')) {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

fn is_of_tokens(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Sum;

    fn sums(kinds: &[(Kind, u32, u64)]) -> Sums {
        let mut sums = Sums::default();
        for (kind, count, total_us) in kinds {
            sums[*kind as usize] = Sum { count: *count, total_us: *total_us };
        }
        sums
    }

    fn words(kind: Kind, word: &str) -> [Option<&str>; KINDS] {
        let mut words = [None; KINDS];
        words[kind as usize] = Some(word);
        words
    }

    #[test]
    fn kinds_that_there_were_are_told_and_then_the_total() {
        let sums = sums(&[(Kind::Statement, 3, 1_250), (Kind::Cache, 1, 12)]);

        let value = value(&sums, &words(Kind::Cache, "hit"), 2_000, None);

        assert_eq!(value, "cache;dur=0.012;desc=hit, db;dur=1.250;desc=3, total;dur=2.000");
    }

    #[test]
    fn a_browser_can_read_which_trace_it_was() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();

        let value = value(&Sums::default(), &[None; KINDS], 1, Some(parent));

        assert_eq!(value, format!("total;dur=0.001, trace;desc=\"{parent}\""));
    }

    #[test]
    fn what_is_no_token_is_quoted() {
        let value = value(&sums(&[(Kind::Wait, 1, 0)]), &words(Kind::Wait, "a \"b\" \\ é\r\n"), 0, None);

        assert_eq!(value, "wait;dur=0.000;desc=\"a \\\"b\\\" \\\\ \", total;dur=0.000");
    }

    proptest! {
        #[test]
        fn a_value_is_short_and_of_one_line_whatever_is_described(word in "\\PC{0,600}", micros in any::<u64>()) {
            let text = value(&sums(&[(Kind::Provider, 1, micros), (Kind::Statement, 9, micros)]), &words(Kind::Provider, &word), micros, None);

            prop_assert!(text.len() <= LONGEST && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", text);
            let total = format!("total;dur={}.{:03}", micros / 1_000, micros % 1_000);
            prop_assert!(text.ends_with(&total), "{}", text);
        }
    }
}
