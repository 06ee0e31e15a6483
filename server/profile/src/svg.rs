//! The boxes as SVG. It has no style of its own, as the content security policy refuses that: the style sheet knows `flame`, `flame-box`,
//! and a class for whose a function is (`flame-ours`).

use std::fmt::Write;

use crate::{
    flame::{Box, Flame, WIDTH},
    tree::{Whose, whose},
};

/// In units of the picture.
const ROW: usize = 20;
/// A character of a label, and what is left free around it.
const CHARACTER: u64 = 7;
const MARGIN: u64 = 4;

/// The picture, to be put into a page as it is.
pub fn svg(flame: &Flame<'_>, title: &str) -> String {
    let height = flame.rows * ROW;
    let all = flame.boxes.first().map_or(1, |all| all.total);
    let mut text = String::with_capacity(256 + flame.boxes.len() * 320);
    let _ = write!(text, "<svg class=\"flame\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\"><title>");
    escape(&mut text, title);
    text.push_str("</title>");
    for one in &flame.boxes {
        draw(&mut text, one, all);
    }
    text.push_str("</svg>");
    text
}

fn draw(text: &mut String, one: &Box<'_>, all: u64) {
    let of = match (one.row, whose(one.name)) {
        (0 | 1, _) => "thread",
        (_, Whose::Ours) => "ours",
        (_, Whose::Library) => "library",
        (_, Whose::Others) => "others",
        (_, Whose::System) => "system",
    };
    let _ = write!(text, "<g class=\"flame-{of}\"><title>");
    escape(text, one.name);
    let _ = write!(text, ": {}, itself {}</title>", percent(one.total, all), percent(one.own, all));
    let (top, width) = (one.row * ROW, one.width.saturating_sub(1).max(1));
    let _ = write!(text, "<rect class=\"flame-box\" x=\"{}\" y=\"{top}\" width=\"{width}\" height=\"{}\"/>", one.left, ROW - 1);
    let label = label(one.name, width);
    if !label.is_empty() {
        let _ = write!(text, "<text x=\"{}\" y=\"{}\">", one.left + MARGIN, top + ROW * 7 / 10);
        escape(text, &label);
        text.push_str("</text>");
    }
    text.push_str("</g>");
}

/// As much of a name as there is room for: its last parts, or the beginning of the last one; nothing where that would be a letter or two.
fn label(name: &str, width: u64) -> String {
    let room = (width.saturating_sub(2 * MARGIN) / CHARACTER) as usize;
    if room < 3 {
        return String::new();
    }
    let mut rest = name;
    while rest.chars().count() > room {
        match rest.split_once("::") {
            Some((_, behind)) => rest = behind,
            None => return rest.chars().take(room - 1).chain(['\u{2026}']).collect(),
        }
    }
    rest.to_owned()
}

fn percent(part: u64, all: u64) -> String {
    let tenths = u128::from(part) * 1_000 / u128::from(all.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
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
    use crate::{flame::flame, tests::samples, tree::tree};

    #[test]
    fn a_box_is_drawn_with_its_name_and_its_shares() {
        let samples = samples(&["worker;store::read::list 3", "worker;store::read::list;sqlite3Step 1"]);

        let text = svg(&flame(&tree(&samples)), "Ten seconds");

        for part in [
            "viewBox=\"0 0 1200 80\"><title>Ten seconds</title>",
            "<g class=\"flame-thread\"><title>worker: 100.0 %, itself 0.0 %</title>",
            "<g class=\"flame-ours\"><title>store::read::list: 100.0 %, itself 75.0 %</title>",
            "<g class=\"flame-system\"><title>sqlite3Step: 25.0 %, itself 25.0 %</title><rect class=\"flame-box\" x=\"0\" y=\"60\" width=\"299\" height=\"19\"/>",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_label_is_as_much_of_the_name_as_fits() {
        assert_eq!(label("store::read::list", 200), "store::read::list");
        assert_eq!(label("store::read::list", 90), "read::list");
        assert_eq!(label("sqlite3VdbeExec", 64), "sqlite3\u{2026}");
        assert_eq!(label("sqlite3VdbeExec", 20), "");
    }

    #[test]
    fn nothing_that_is_shown_is_read_as_markup() {
        let samples = samples(&["<b>;a\"&' 1"]);

        let text = svg(&flame(&tree(&samples)), "</title>");

        assert!(text.contains("<title>&lt;/title&gt;</title>") && text.contains(">&lt;b&gt;: 100.0 %"), "{text}");
        assert!(text.contains("a&quot;&amp;&#39;") && !text.contains("style"), "{text}");
    }
}
