//! The guard against formulas. To a spreadsheet a cell that begins with `=`, `+`, `-`, `@`, a tab or a line
//! end is a formula or can become one, so that a product text could run in a colleague's program. Such a
//! cell is written with an apostrophe in front, and read without it. A text that has apostrophes before
//! such a character gets one more, so that every text comes back as it was.

use std::borrow::Cow;

pub(crate) fn protect(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches('\'')) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

pub(crate) fn is_protected(text: &str) -> bool {
    text.starts_with('\'') && is_formula(text.trim_start_matches('\''))
}

pub(crate) fn unprotect(text: Cow<'_, str>) -> Cow<'_, str> {
    if !is_protected(&text) {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[1..]),
        Cow::Owned(mut text) => {
            text.remove(0);
            Cow::Owned(text)
        }
    }
}

fn is_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_other_texts_are_not() {
        for (text, written) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+49 30", "'+49 30"),
            ("-", "'-"),
            ("@shop", "'@shop"),
            ("\t=1", "'\t=1"),
            ("'=1", "''=1"),
            ("'90s shirt", "'90s shirt"),
            ("'", "'"),
            ("", ""),
            ("5-6", "5-6"),
        ] {
            assert_eq!(protect(text), written);
            assert_eq!(unprotect(Cow::Borrowed(written)), text);
        }
    }
}
