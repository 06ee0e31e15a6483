//! The picture of a trace as SVG. It has no style of its own, as the content security policy refuses that: the style sheet knows
//! `trace-bar`, `trace-label`, `trace-time`, `is-failed`, and a class for each kind (`trace-statement`).

use std::fmt::Write;

use crate::waterfall::{Bar, Row, Waterfall};

/// In units of the picture: what stands before the bars, the bars themselves, and what stands behind them.
const LABELS: usize = 300;
const BARS: usize = 1_000;
const TIMES: usize = 110;
const ROW: usize = 20;
const INDENT: usize = 12;

/// Characters of a label; the rest is in its title.
const LONGEST: usize = 40;

/// The picture, to be put into a page as it is.
pub fn svg(waterfall: &Waterfall) -> String {
    let height = waterfall.rows.len() * ROW;
    let width = LABELS + BARS + TIMES;
    let mut text = String::with_capacity(512 + waterfall.rows.len() * 320);
    let _ = write!(text, "<svg class=\"trace\" role=\"img\" viewBox=\"0 0 {width} {height}\"><title>");
    escape(&mut text, &waterfall.title);
    let _ = write!(text, ", {}</title>", milliseconds(waterfall.duration_us));
    for (at, row) in waterfall.rows.iter().enumerate() {
        draw(&mut text, row, at * ROW);
    }
    text.push_str("</svg>");
    text
}

fn draw(text: &mut String, row: &Row, top: usize) {
    let failed = if row.failed > 0 { " is-failed" } else { "" };
    let _ = write!(text, "<g class=\"trace-row trace-{}{failed}\"><title>", row.kind.word());
    escape(text, &row.label);
    let _ = write!(text, "{}: {}", times(row.count), milliseconds(row.duration_us));
    for note in &row.notes {
        text.push_str(", ");
        escape(text, note);
    }
    let middle = top + ROW * 7 / 10;
    let indent = usize::from(row.depth).min(10) * INDENT;
    let _ = write!(text, "</title><text class=\"trace-label\" x=\"{indent}\" y=\"{middle}\">");
    let label: String = row.label.chars().take(LONGEST.saturating_sub(indent / 8)).collect();
    escape(text, &label);
    let _ = write!(text, "{}</text>", times(row.count));
    let whole = [Bar { offset: row.offset, width: row.width }];
    for bar in if row.bars.is_empty() { &whole[..] } else { &row.bars } {
        let (x, width, y, height) = (LABELS + usize::from(bar.offset), bar.width, top + 3, ROW - 6);
        let _ = write!(text, "<rect class=\"trace-bar\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
    }
    let x = LABELS + BARS + 6;
    let _ = write!(text, "<text class=\"trace-time\" x=\"{x}\" y=\"{middle}\">{}</text></g>", milliseconds(row.duration_us));
}

fn times(count: u32) -> String {
    if count > 1 { format!(" \u{d7} {count}") } else { String::new() }
}

fn milliseconds(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10)
}

fn escape(text: &mut String, raw: &str) {
    for character in raw.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn nothing_that_is_shown_is_read_as_markup() {
        let row = Row {
            label: "<script>\"&'".into(),
            kind: Kind::Statement,
            depth: 1,
            offset: 990,
            width: 10,
            bars: Vec::new(),
            start_us: 0,
            duration_us: 1_234,
            own_us: 0,
            count: 300,
            failed: 1,
            notes: vec!["a<b".into()],
        };
        let waterfall = Waterfall {
            id: String::new(),
            title: "</title>".into(),
            begun_at: 0,
            duration_us: 5,
            statements: 0,
            is_cut: false,
            rows: vec![row],
            table: Vec::new(),
        };

        let text = svg(&waterfall);

        assert!(text.contains("&lt;script&gt;&quot;&amp;&#39; \u{d7} 300: 1.23 ms, a&lt;b</title>"), "{text}");
        assert!(text.contains("trace-statement is-failed") && text.contains("<title>&lt;/title&gt;, 0.00 ms</title>"), "{text}");
        assert!(!text.contains("<script") && !text.contains("style"), "{text}");
    }
}
