//! What the people who read would say.

use super::{
    super::{
        facts::facts,
        html::{Block, Kind},
        noise::{placeholder, sales},
        text::{characters, count, is_all_small, is_shouted, is_shouting, sentences},
        token::stems,
    },
    HEARD, Point, Read, counted, is_telling, part, point, useful_alts,
};

pub(super) fn points(read: &Read<'_>) -> Vec<Point> {
    let mut points = vec![title_length(read), title_sound(read), title_content(read), title_tidiness(read), description_length(read)];
    if read.words > 0 {
        points.extend([structure(read), sentence_length(read)]);
    } else {
        points.extend([point(0, 8, "There is no description to structure."), point(0, 6, "There are no sentences to read.")]);
    }
    points.extend(facts_used(read));
    points.extend([sound(read), completeness(read)]);
    points.extend(pictures(read));
    points.push(tags(read));
    points
}

fn title_length(read: &Read<'_>) -> Point {
    let (length, most) = (characters(read.title), read.brief.title_characters as usize);
    match length {
        0 => point(0, 10, "There is no title."),
        _ if length > most => {
            let got = if length > most + most / 2 { 2 } else { 5 };
            point(got, 10, format!("The title has {length} characters; up to {most} are wanted."))
        }
        _ if length < 15 => {
            point(part(8, length, 15), 10, format!("The title has {}; 15 or more say what it is.", counted(length, "character", "characters")))
        }
        _ => point(10, 10, format!("The title has a good length: {length} characters.")),
    }
}

fn title_sound(read: &Read<'_>) -> Point {
    if read.title.is_empty() {
        point(0, 7, "There is no title to read.")
    } else if is_shouting(read.title) {
        point(0, 7, "The title is written in capitals; capitals at the start of words read better.")
    } else if is_all_small(read.title) {
        point(2, 7, "The title has no capital letter; a name begins with one.")
    } else {
        point(7, 7, "The title is written as a name is.")
    }
}

fn title_content(read: &Read<'_>) -> Point {
    let names = |text: &str| {
        let wanted: Vec<String> = stems(text).filter(|stem| is_telling(stem)).collect();
        (!wanted.is_empty()).then(|| wanted.iter().any(|stem| read.title_stems.contains(stem)))
    };
    let (vendor, kind) = (names(&read.source.vendor), names(&read.source.product_type));
    match (vendor, kind) {
        _ if read.title.is_empty() => point(0, 9, "There is no title that says what it is."),
        (None, None) => point(if read.title_stems.len() > 1 { 9 } else { 3 }, 9, "The record has neither vendor nor type that the title could name."),
        (Some(true) | None, Some(true) | None) => point(9, 9, "The title says what it is and whose."),
        (Some(true), Some(false)) => point(6, 9, format!("The title does not name the type, {}.", read.source.product_type)),
        (Some(false), Some(true)) => point(6, 9, format!("The title does not name the vendor, {}.", read.source.vendor)),
        _ => point(3, 9, "The title names neither what it is nor whose; both help people to find it."),
    }
}

fn title_tidiness(read: &Read<'_>) -> Point {
    if read.title.is_empty() {
        return point(0, 8, "There is no title to tidy.");
    }
    if let Some(noise) = sales(read.title) {
        return point(1, 8, format!("The title advertises: “{noise}”. Say what it is instead."));
    }
    let is_code = |word: &str| word.chars().filter(char::is_ascii_digit).count() >= 5;
    if let Some(code) = read.title.split_whitespace().find(|word| is_code(word)) {
        return point(3, 8, format!("The title has a code in it, {code}, that says nothing to a buyer."));
    }
    if let Some(mark) =
        read.title.split_whitespace().find(|word| word.starts_with('*') || matches!(word.to_ascii_lowercase().as_str(), "(old)" | "(copy)"))
    {
        return point(3, 8, format!("The title has a mark in it, {mark}, that says nothing to a buyer."));
    }
    let doubled = read
        .title_stems
        .iter()
        .enumerate()
        .find(|(at, stem)| is_telling(stem) && !stem.starts_with(char::is_numeric) && read.title_stems[..*at].contains(stem));
    match doubled {
        Some((_, stem)) => point(4, 8, format!("The title says a word twice: {stem}.")),
        None => point(8, 8, "The title says nothing twice and does not advertise."),
    }
}

fn description_length(read: &Read<'_>) -> Point {
    let (least, most) = (read.brief.description_words.0 as usize, read.brief.description_words.1 as usize);
    let has = counted(read.words, "word", "words");
    match read.words {
        0 => point(0, 20, "There is no description."),
        words if words < least => point(part(18, words, least), 20, format!("The description has {has}; {least} to {most} are wanted.")),
        words if words > most => {
            let got = if words > most * 2 { 10 } else { 15 };
            point(got, 20, format!("The description has {has}; {least} to {most} are wanted."))
        }
        _ => point(20, 20, format!("The description has a good length: {has}.")),
    }
}

fn structure(read: &Read<'_>) -> Point {
    let items = read.blocks.iter().filter(|block| block.kind == Kind::Item).count();
    let paragraphs = read.blocks.len() - items;
    let longest = read.blocks.iter().map(|block| count(&block.text)).max().unwrap_or(0);
    if longest > 100 {
        point(3, 8, format!("A paragraph has {longest} words; shorter ones and a list are easier to read."))
    } else if items >= 2 {
        point(8, 8, "The description has a list, so that facts are found at once.")
    } else if paragraphs >= 2 {
        point(6, 8, "The description has paragraphs; a list of facts would help.")
    } else {
        point(2, 8, "The description is one piece of text; a list of facts would help.")
    }
}

fn sentence_length(read: &Read<'_>) -> Point {
    let lengths: Vec<usize> = read.blocks.iter().flat_map(|block| sentences(&block.text)).map(count).collect();
    let (longest, all) = (lengths.iter().max().copied().unwrap_or(0), lengths.iter().sum::<usize>());
    let mean = all / lengths.len().max(1);
    if longest > 40 {
        point(1, 6, format!("A sentence has {longest} words; split it."))
    } else if mean > 22 {
        point(3, 6, format!("Sentences have {mean} words on average; shorter ones read better."))
    } else {
        point(6, 6, "Sentences are short enough to read at once.")
    }
}

/// None when the record has no facts that could be used.
fn facts_used(read: &Read<'_>) -> Option<Point> {
    let is_said = |text: &str| stems(text).filter(|stem| !stem.is_empty()).all(|stem| read.stems.contains(&stem) || read.title_stems.contains(&stem));
    let mut missing = Vec::new();
    let mut count = 0;
    let mut judge = |name: &str, is_used: bool| {
        count += 1;
        if !is_used {
            missing.push(name.to_owned());
        }
    };
    if !read.source.vendor.trim().is_empty() {
        let is_named = stems(&read.source.vendor).any(|stem| is_telling(&stem) && (read.stems.contains(&stem) || read.title_stems.contains(&stem)));
        judge("vendor", is_named);
    }
    for fact in facts(read.source) {
        let said = fact.values.iter().filter(|value| is_said(value)).count();
        judge(&fact.name.to_lowercase(), said * 2 >= fact.values.len());
    }
    if count == 0 {
        return None;
    }
    let used = count - missing.len();
    Some(if missing.is_empty() {
        point(14, 14, "The texts use the facts of the record.")
    } else {
        point(part(14, used, count), 14, format!("The texts leave out what the record knows: {}.", missing.join(", ")))
    })
}

fn sound(read: &Read<'_>) -> Point {
    if read.words == 0 {
        return point(0, 6, "There is no description to read.");
    }
    let heard = || heard(&read.blocks);
    if let Some(noise) = heard().find_map(sales) {
        return point(1, 6, format!("The description advertises: “{noise}”. Facts convince more."));
    }
    let shouted = heard().flat_map(str::split_whitespace).filter(|word| is_shouted(word) && word.len() > 3).count();
    match shouted {
        0 => point(6, 6, "The description does not shout."),
        1..=2 => point(4, 6, "The description has words in capitals; small letters read better."),
        _ => point(1, 6, format!("The description has {shouted} words in capitals; small letters read better.")),
    }
}

fn completeness(read: &Read<'_>) -> Point {
    if read.words == 0 {
        return point(0, 6, "There is no description that could be complete.");
    }
    match heard(&read.blocks).find_map(placeholder) {
        Some(place) => point(0, 6, format!("“{place}” only keeps a place in the description. Write what belongs there.")),
        None => point(6, 6, "The description has no gaps left to fill."),
    }
}

/// The blocks from the start, as far as they are listened to.
fn heard(blocks: &[Block]) -> impl Iterator<Item = &str> {
    let mut left = HEARD;
    blocks.iter().map(|block| block.text.as_str()).take_while(move |text| {
        let is_heard = left > 0;
        left = left.saturating_sub(text.len());
        is_heard
    })
}

/// None without pictures.
fn pictures(read: &Read<'_>) -> Option<Point> {
    let all = read.alts.len();
    let (useful, different) = useful_alts(&read.alts);
    (all > 0).then(|| match useful {
        _ if useful < all => {
            let missing = all - useful;
            let says = format!(
                "{} no text that describes what is seen.",
                if missing == 1 { "One picture has".to_owned() } else { format!("{missing} pictures have") }
            );
            point(part(8, useful, all), 8, says)
        }
        _ if different < all => point(6, 8, "Several pictures have the same text; each should say what it shows."),
        _ => point(8, 8, "Every picture has a text that describes it."),
    })
}

fn tags(read: &Read<'_>) -> Point {
    match read.tags.len() {
        0 => point(0, 6, "There are no tags; three or more help people to find it."),
        count @ 1..=2 => {
            point(3, 6, format!("There {} only; three or more help people to find it.", if count == 1 { "is one tag" } else { "are two tags" }))
        }
        count => point(6, 6, format!("There are {count} tags to find it by.")),
    }
}
