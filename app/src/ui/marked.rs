//! Two texts beside each other, with what differs marked in both.
//!
//! Understands HTML: tags pass through and only the words between them are marked, so that each side looks as it will, and
//! is put together well, with every tag closed that was opened in it. What is marked is `<del class="gone">` on the side of
//! the original and `<ins class="new">` on the other; `<mark>` is around what somebody should look at.

mod side;

use self::side::{Side, letters};
use super::{
    diff::common::common,
    html::{clean, escaped},
};

/// HTML that may be shown, for each side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) change: Change,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Change {
    #[default]
    None,
    /// The words are the same; what is around them is not.
    Form,
    Words,
    /// No word stands where it stood.
    Anew,
}

/// Marks two descriptions. `look` are places in the second one.
pub(crate) fn html(before: &str, after: &str, look: &[&str]) -> Sides {
    sides(&clean(before).html, &clean(after).html, look)
}

/// Marks two texts without tags.
pub(crate) fn plain(before: &str, after: &str, look: &[&str]) -> Sides {
    let text = |text| escaped(text).replace('>', "&gt;");
    sides(&text(before), &text(after), look)
}

/// Marks two lists: a thing of one is in the other or it is not.
pub(crate) fn list(before: &[String], after: &[String]) -> Sides {
    let marked = |things: &[String], others: &[String], tag: &str| -> String {
        let thing = |thing: &String| {
            let text = escaped(thing);
            let inside = if others.contains(thing) { text } else { format!("<{tag}>{text}</{}>", &tag[..3]) };
            format!("<span class=\"chip\"><span>{inside}</span></span> ")
        };
        things.iter().map(thing).collect()
    };
    let change = match (before, after) {
        (before, after) if before == after => Change::None,
        (before, after) if before.len() == after.len() && before.iter().all(|thing| after.contains(thing)) => Change::Form,
        _ => Change::Words,
    };
    Sides { before: marked(before, after, GONE), after: marked(after, before, NEW), change }
}

const GONE: &str = "del class=\"gone\"";
const NEW: &str = "ins class=\"new\"";

fn sides(before: &str, after: &str, look: &[&str]) -> Sides {
    let (mut old, mut new) = (Side::of(before), Side::of(after));
    for (x, y) in common(&old.tokens, &new.tokens) {
        pair(&mut old, &mut new, x, y);
    }
    join(&mut old, &mut new);
    // What one side gives up may leave too little on the other.
    unscatter(&mut old, &mut new);
    unscatter(&mut new, &mut old);
    for place in look {
        let place = escaped(place);
        new.mark(&Side::of(&place));
    }
    let is_same = |side: &Side<'_>| side.words.iter().all(|word| word.mate.is_some());
    let change = if before == after {
        Change::None
    } else if is_same(&old) && is_same(&new) {
        Change::Form
    } else if !old.words.is_empty() && old.words.iter().all(|word| word.mate.is_none()) {
        Change::Anew
    } else {
        Change::Words
    };
    Sides { before: old.html(GONE), after: new.html(NEW), change }
}

fn pair(old: &mut Side<'_>, new: &mut Side<'_>, x: usize, y: usize) {
    old.words[x].mate = Some(y);
    new.words[y].mate = Some(x);
}

fn part(side: &mut Side<'_>, other: &mut Side<'_>, at: usize) {
    if let Some(mate) = side.words[at].mate.take() {
        other.words[mate].mate = None;
    }
}

/// A word or two that are the same between two longer changes are read as a part of them.
fn join(old: &mut Side<'_>, new: &mut Side<'_>) {
    let total = |side: &Side<'_>, from: usize, to: usize| side.tokens[from..to].iter().map(letters).sum::<usize>();
    let (mut x, mut y) = (0, 0);
    // Letters of the change before, which grows by what joins it.
    let mut before = None::<usize>;
    while x < old.words.len() && y < new.words.len() {
        let (from, behind) = (x, y);
        while old.words.get(x).is_some_and(|word| word.mate.is_none()) {
            x += 1;
        }
        while new.words.get(y).is_some_and(|word| word.mate.is_none()) {
            y += 1;
        }
        let change = total(old, from, x).max(total(new, behind, y));
        let is_changed = x > from || y > behind;
        let start = x;
        while old.words.get(x).is_some_and(|word| word.mate == Some(y)) {
            (x, y) = (x + 1, y + 1);
        }
        if x == start {
            break;
        }
        let same = total(old, start, x);
        let (mut end_x, mut end_y) = (x, y);
        while old.words.get(end_x).is_some_and(|word| word.mate.is_none()) {
            end_x += 1;
        }
        while new.words.get(end_y).is_some_and(|word| word.mate.is_none()) {
            end_y += 1;
        }
        let next = (end_x > x || end_y > y).then(|| total(old, x, end_x).max(total(new, y, end_y)));
        let here = if is_changed { Some(change + before.unwrap_or(0)) } else { None };
        if let (Some(here), Some(next)) = (here, next)
            && (same == 0 || (same * 2 <= here && same * 2 <= next))
        {
            for at in start..x {
                part(old, new, at);
            }
            before = Some(here + same);
        } else {
            before = None;
        }
    }
}

/// A paragraph of which so little is the same, in so many places, that it is easier to read whole, counts as changed whole.
fn unscatter(side: &mut Side<'_>, other: &mut Side<'_>) {
    let mut start = 0;
    while start < side.words.len() {
        let block = side.words[start].block;
        let length = side.words[start..].iter().take_while(|word| word.block == block).count();
        let place = start..start + length;
        start += length;
        let (mut all, mut same, mut runs, mut last) = (0, 0, 0, None);
        let mut others: Vec<usize> = Vec::new();
        for at in place.clone() {
            let size = letters(&side.tokens[at]);
            all += size;
            let mate = side.words[at].mate;
            if let Some(mate) = mate {
                same += size;
                runs += usize::from(last != mate.checked_sub(1) || last.is_none());
                let block = other.words[mate].block;
                if others.last() != Some(&block) {
                    others.push(block);
                }
            }
            last = mate;
        }
        let is_little = |of: usize| (runs > 1 && same * 4 < of) || same * 8 < of;
        if same == 0 || !is_little(all) {
            continue;
        }
        // A short paragraph that has become a long one is judged by what it was.
        let there: usize = other
            .words
            .iter()
            .zip(&other.tokens)
            .filter(|(word, _)| others.binary_search(&word.block).is_ok())
            .map(|(_, token)| letters(token))
            .sum();
        if is_little(there) {
            for at in place {
                part(side, other, at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marks in brackets.
    fn told(html: &str) -> String {
        html.replace("<del class=\"gone\">", "[-").replace("</del>", "]").replace("<ins class=\"new\">", "[+").replace("</ins>", "]")
    }

    fn without_marks(html: &str) -> String {
        let marks = ["<del class=\"gone\">", "</del>", "<ins class=\"new\">", "</ins>", "<mark>", "</mark>"];
        marks.iter().fold(html.to_owned(), |html, mark| html.replace(mark, ""))
    }

    fn both(before: &str, after: &str) -> (String, String) {
        let sides = html(before, after, &[]);
        (told(&sides.before), told(&sides.after))
    }

    #[test]
    fn a_changed_word_is_marked_on_both_sides() {
        assert_eq!(both("<p>A red lamp</p>", "<p>A blue lamp</p>"), ("<p>A [-red] lamp</p>".into(), "<p>A [+blue] lamp</p>".into()));
    }

    #[test]
    fn tags_pass_through_and_words_are_marked_inside_them() {
        let (before, after) = both("<p>Oak table</p>", "<h2>Oak</h2><ul><li>Solid <b>oak wood</b></li><li>table</li></ul>");

        assert_eq!(before, "<p>Oak table</p>");
        assert_eq!(after, "<h2>Oak</h2><ul><li>[+Solid ]<b>[+oak wood]</b></li><li>table</li></ul>");
    }

    #[test]
    fn what_only_looks_different_is_told_as_such() {
        let change = |before, after| html(before, after, &[]).change;

        assert_eq!(change("<p>Oak</p>", "<p>Oak</p>"), Change::None);
        assert_eq!(change("<p>Oak &amp; oil</p>", "<div>Oak &\n <b>oil</b></div>"), Change::Form);
        assert_eq!(change("<p>Oak</p>", "<p>Oak wood</p>"), Change::Words);
        assert_eq!(change("", "<p>Oak</p>"), Change::Words);
        assert_eq!(change("<p>Pine</p>", "<p>Oak</p>"), Change::Anew);
    }

    #[test]
    fn an_entity_is_never_torn() {
        assert_eq!(both("Salt &amp; x", "Salt &lt; x"), ("Salt [-&amp;] x".into(), "Salt [+&lt;] x".into()));
        assert_eq!(plain("a & b", "a < b", &[]).after, "a <ins class=\"new\">&lt;</ins> b");
    }

    #[test]
    fn a_text_without_tags_is_escaped() {
        let sides = plain("<b>old</b>", "<script>new</script>", &["<script>"]);

        assert!(!without_marks(&sides.after).contains('<') && !without_marks(&sides.before).contains('<'), "{sides:?}");
    }

    #[test]
    fn what_should_be_looked_at_is_marked_wherever_it_stands() {
        let sides = html("<p>Lamp</p>", "<p>Lamp, Certified\n<b>organic</b> &amp; new</p>", &["certified organic", "absent", "& new", ""]);

        assert_eq!(told(&sides.after), "<p>Lamp[+, <mark>Certified</mark>\n]<b>[+<mark>organic</mark>]</b> [+<mark>&amp; new</mark>]</p>");
    }

    #[test]
    fn lists_are_compared_thing_by_thing() {
        let things = |all: &[&str]| all.iter().map(|thing| (*thing).to_owned()).collect::<Vec<_>>();

        let sides = list(&things(&["a", "<b>"]), &things(&["c", "a"]));

        assert!(sides.before.contains("<del class=\"gone\">&lt;b></del>") && sides.before.contains("<span>a</span>"), "{sides:?}");
        assert!(sides.after.contains("<ins class=\"new\">c</ins>"), "{sides:?}");
        assert_eq!(list(&things(&["a", "b"]), &things(&["b", "a"])).change, Change::Form);
    }

    #[test]
    fn a_word_between_two_changes_is_read_with_them() {
        let (before, after) = both("<p>Made of cheap plastic and painted steel here</p>", "<p>Made of natural wood and polished brass here</p>");

        assert_eq!(before, "<p>Made of [-cheap plastic and painted steel] here</p>");
        assert_eq!(after, "<p>Made of [+natural wood and polished brass] here</p>");
    }

    #[test]
    fn a_paragraph_with_little_in_common_is_told_whole_and_its_neighbour_is_not() {
        let before = "<p>Buy this it is the best product of all in our shop, by far</p><p>Oak, oiled, round.</p>";
        let after = "<p>The warm light of this lamp is made for evenings by a window.</p><p>Oak, oiled, square.</p>";

        let (before, after) = both(before, after);

        assert!(before.starts_with("<p>[-Buy") && before.matches('[').count() == 2, "{before}");
        assert!(after.ends_with("<p>Oak, oiled, [+square].</p>"), "{after}");
    }

    /// Every tag that is opened is closed, in the right order, and nothing is closed that was not opened.
    fn is_well_formed(html: &str) -> bool {
        use crate::ui::html::{Bit, bits};
        let mut open = Vec::new();
        for bit in bits(html) {
            match bit {
                Bit::Open(_, "br" | "hr" | "img") | Bit::Text(_) => {}
                Bit::Open(_, name) => open.push(name),
                Bit::Close(name) => {
                    if open.pop() != Some(name) {
                        return false;
                    }
                }
            }
        }
        open.is_empty()
    }

    const HOSTILE: [&str; 12] = [
        "</section></article></div></div><h1>Out</h1>",
        "<p>a<p>b<div>c<li>d<li>e",
        "<table><tr><td>x<td>y<tr><td>z</table>",
        "<b><i>x</b>y</i>",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "<a href='javascript:x()'>a<a href='/x'>b</a></a>",
        "<del class=gone>x</del><ins>y</ins>",
        "<p title='</p><script>\">'>x</p>",
        "&lt;script&gt; &amp;lt; &#60;script> &",
        "<textarea></textarea><style>*{}</style>x",
        "<!-- <p> --><![CDATA[x]]>y",
        "< p>a</ p><p",
    ];

    #[test]
    fn each_side_is_whole_and_harmless_whatever_is_given() {
        for before in HOSTILE {
            for after in HOSTILE {
                let sides = html(before, after, &["x", "script"]);
                for side in [&sides.before, &sides.after] {
                    assert!(is_well_formed(side), "{before} / {after}: {side}");
                    assert!(!side.contains("<script") && !side.contains("javascript:") && !side.contains("onerror"), "{side}");
                    assert!(!side.contains("</section") && !side.contains("</article"), "{side}");
                }
            }
        }
    }

    #[test]
    fn without_its_marks_each_side_is_the_text_that_was_given() {
        let parts = ["<p>", "</p>", "<b>", "</b>", "oak", "table", " ", "red", "<br>", "&amp;", ", ", "ä", "\n"];
        let mut number = 7_u32;
        let mut next = |of: usize| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) as usize % of
        };
        for _ in 0..2_000 {
            let mut text = || {
                let mut text = String::new();
                let mut open = Vec::new();
                for _ in 0..next(30) {
                    match parts[next(parts.len())] {
                        tag @ ("<p>" | "<b>") if !open.contains(&tag) && tag != "<p>" || tag == "<p>" && open.is_empty() => {
                            open.push(tag);
                            text.push_str(tag);
                        }
                        "<p>" | "<b>" => {}
                        "</p>" | "</b>" => text.push_str(open.pop().map_or("", |tag| if tag == "<p>" { "</p>" } else { "</b>" })),
                        word => text.push_str(word),
                    }
                }
                while let Some(tag) = open.pop() {
                    text.push_str(if tag == "<p>" { "</p>" } else { "</b>" });
                }
                text
            };
            let (before, after) = (text(), text());

            let sides = html(&before, &after, &["oak table"]);

            assert_eq!((without_marks(&sides.before), without_marks(&sides.after)), (before, after));
        }
    }

    /// `cargo test -p app --features ssr -- --ignored --nocapture two_long`
    #[test]
    #[ignore = "tells how long it takes"]
    fn two_long_descriptions_are_compared_quickly() {
        let sentence = |seed: usize, at: usize| {
            let word = |n: usize| format!("word{} ", (seed * 7_919 + at * 104_729 + n * 31) % 700);
            format!("<p>{}, made <b>well</b> &amp; oiled.</p>", (0..18).map(word).collect::<String>())
        };
        let text = |seed: usize| (0..70).map(|at| sentence(if at % 3 == 0 { 1 } else { seed }, at)).collect::<String>();
        for (name, before, after) in [("a third the same", text(2), text(3)), ("nothing the same", text(2), text(3).replace("word", "w"))] {
            let (before, after) = (&before[..10_000.min(before.len())], &after[..10_000.min(after.len())]);
            let start = std::time::Instant::now();
            let sides = html(before, after, &[]);
            println!("{name}: {:?}, {} bytes", start.elapsed(), sides.after.len());
        }
    }
}
