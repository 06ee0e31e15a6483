//! The header `traceparent`, by which one program tells another which trace it is in, and `traceresponse`, which has the same form
//! (W3C Trace Context, level 2: <https://www.w3.org/TR/trace-context-2/>).

use std::{fmt, str::FromStr};

use crate::id::{SpanId, TraceId, digits};

/// Which trace, which span of it, and whether whoever asks keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    pub trace: TraceId,
    pub span: SpanId,
    pub sampled: bool,
    /// Whether the id of the trace was made by chance.
    pub random: bool,
}

/// A header that says nothing. The trace begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParent {
    #[error("A traceparent has 55 characters: a version, the trace, the span and flags, with hyphens between them.")]
    Form,
    #[error("A traceparent is written in hexadecimal digits, in lower case.")]
    Digits,
    #[error("The version ff of traceparent is not allowed.")]
    Version,
    #[error("A traceparent names a trace and a span: neither is all zeros.")]
    Zeros,
}

/// How long the header is.
const LENGTH: usize = 55;

/// The header as it is written.
pub(crate) struct Written([u8; LENGTH]);

const SAMPLED: u8 = 1;
const RANDOM: u8 = 2;

impl FromStr for TraceParent {
    type Err = BadParent;

    /// Of versions to come, what this one knows: they may only add to its end, after a hyphen.
    fn from_str(text: &str) -> Result<Self, BadParent> {
        let text = text.as_bytes();
        let (head, rest) = text.split_at_checked(LENGTH).ok_or(BadParent::Form)?;
        if [2, 35, 52].iter().any(|at| head[*at] != b'-') {
            return Err(BadParent::Form);
        }
        let part = |from: usize, to: usize| digits(&head[from..to]).ok_or(BadParent::Digits);
        let (version, trace, span, flags) = (part(0, 2)?, part(3, 35)?, part(36, 52)?, part(53, 55)?);
        if version == 0xff {
            return Err(BadParent::Version);
        }
        if !rest.is_empty() && (version == 0 || rest[0] != b'-') {
            return Err(BadParent::Form);
        }
        let (trace, span) = (TraceId::new(trace).ok_or(BadParent::Zeros)?, SpanId::new(span as u64).ok_or(BadParent::Zeros)?);
        Ok(Self { trace, span, sampled: flags as u8 & SAMPLED != 0, random: flags as u8 & RANDOM != 0 })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Written::of(*self).as_str())
    }
}

impl Written {
    /// Every answer has one, and the machinery of formatting takes several times as long.
    pub(crate) fn of(parent: TraceParent) -> Self {
        let flags = if parent.sampled { SAMPLED } else { 0 } | if parent.random { RANDOM } else { 0 };
        let mut text = [b'-'; LENGTH];
        hexadecimal(&[0], &mut text[..2]);
        hexadecimal(&parent.trace.number().to_be_bytes(), &mut text[3..35]);
        hexadecimal(&parent.span.number().to_be_bytes(), &mut text[36..52]);
        hexadecimal(&[flags], &mut text[53..]);
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        // Digits and hyphens are always text.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Two digits for each byte, in lower case.
fn hexadecimal(bytes: &[u8], text: &mut [u8]) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(text.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn bad(text: &str) -> BadParent {
        text.parse::<TraceParent>().unwrap_err()
    }

    #[test]
    fn the_example_of_the_standard_is_read_and_written() {
        let parent: TraceParent = GOOD.parse().unwrap();

        assert!(parent.sampled && !parent.random);
        assert_eq!(parent.to_string(), GOOD);
    }

    #[test]
    fn what_the_standard_refuses_is_refused() {
        assert_eq!(bad(&GOOD.replacen("00", "ff", 1)), BadParent::Version);
        assert_eq!(bad(&GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32))), BadParent::Zeros);
        assert_eq!(bad(&GOOD.replace("b7ad6b7169203331", &"0".repeat(16))), BadParent::Zeros);
        assert_eq!(bad(&GOOD.replace("af7", "AF7")), BadParent::Digits);
        assert_eq!(bad(&GOOD.replacen("00", "0x", 1)), BadParent::Digits);
        assert_eq!(bad(&GOOD[..54]), BadParent::Form);
        assert_eq!(bad(&GOOD.replace('-', "_")), BadParent::Form);
        assert_eq!(bad(""), BadParent::Form);
        assert_eq!(bad(&format!(" {GOOD}")), BadParent::Form);
    }

    #[test]
    fn this_version_has_no_more_and_a_later_one_may_after_a_hyphen() {
        assert_eq!(bad(&format!("{GOOD}-more")), BadParent::Form);
        let later = GOOD.replacen("00", "cc", 1);

        assert!(later.parse::<TraceParent>().is_ok());
        assert!(format!("{later}-more").parse::<TraceParent>().is_ok());
        assert_eq!(bad(&format!("{later}more")), BadParent::Form);
    }

    #[test]
    fn flags_that_nobody_knows_are_not_passed_on() {
        let parent: TraceParent = GOOD.replace("-01", "-ff").parse().unwrap();

        assert!(parent.to_string().ends_with("-03"));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused_and_what_is_read_is_written_as_it_came(text in "\\PC{0,70}|00-[0-9a-g]{32}-[0-9a-f]{16}-0[0-3]") {
            if let Ok(parent) = text.parse::<TraceParent>() {
                prop_assert_eq!(&parent.to_string()[2..55], &text[2..55]);
            }
        }
    }
}
