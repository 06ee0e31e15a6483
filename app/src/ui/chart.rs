//! Charts as HTML text, with shapes in SVG: no script, no style attribute, the same on the server and in the browser.
//!
//! The shapes are stretched to the place there is, so letters stand beside them in HTML. Exact values are read in a
//! group of radio buttons that lies over the columns: one stop for the keyboard, arrow keys from column to column, a
//! tap on a phone, and hovering.

mod columns;
#[cfg(feature = "ssr")]
mod plot;

pub(crate) use self::columns::{Column, Line, columns};
#[cfg(feature = "ssr")]
pub(crate) use self::plot::{Dot, Plot, plot};

use maud::{Markup, html};

/// A thin bar: a part of a whole. Says nothing to those who do not see it, since the figures stand beside it.
pub(crate) fn bar(part: u64, of: u64) -> Markup {
    let width = thousandths(part, of);
    html! {
        svg.bar-line viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-rest width="1000" height="6" {}
            @if width > 0 { rect.bar-part width=(width) height="6" {} }
        }
    }
}

/// At least one where there is anything, so that it is seen.
fn thousandths(part: u64, of: u64) -> u64 {
    if part == 0 || of == 0 {
        return 0;
    }
    ((u128::from(part.min(of)) * 1_000 / u128::from(of)) as u64).max(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part_and_seen_where_there_is_any() {
        assert_eq!([thousandths(0, 10), thousandths(5, 10), thousandths(20, 10), thousandths(1, 1_000_000)], [0, 500, 1_000, 4]);
        assert_eq!(thousandths(1, 0), 0);
        assert!(!bar(0, 10).into_string().contains("bar-part"));
        assert!(bar(1, 4).into_string().contains("class=\"bar-part\" width=\"250\""));
    }
}
