//! Texts for those who do not see the pictures. What a picture shows is not in the record, so a text that somebody wrote
//! is kept; others get what is known for sure: what the product is, and which of its pictures this is.

use std::collections::{BTreeMap, HashSet};

use domain::{
    fold::sort_key,
    ids::ImageId,
    words::{
        brief::ALT_CHARACTERS,
        html::plain,
        noise::{is_file_name, placeholder},
        text::{characters, is_shouting, stems, truncated},
    },
};

use crate::{casing, clean::tidy, record::Record, role::Role, title::Title};

pub(crate) fn write(record: &Record<'_>, title: &Title) -> BTreeMap<ImageId, String> {
    let mut known = HashSet::new();
    let mut alts = BTreeMap::new();
    let usual = usual(record, title);
    for (at, (id, alt)) in record.source.images.iter().enumerate() {
        let own = own(alt, record);
        let base = own.unwrap_or_else(|| if at == 0 { usual.clone() } else { numbered(&usual, at, record) });
        if base.is_empty() {
            continue;
        }
        let mut text = truncated(&base, ALT_CHARACTERS as usize).to_owned();
        if known.contains(&sort_key(&text)) {
            text = numbered(&base, at, record);
        }
        known.insert(sort_key(&text));
        alts.insert(*id, text);
    }
    alts
}

/// What somebody wrote, when it says something.
fn own(alt: &str, record: &Record<'_>) -> Option<String> {
    let alt = tidy(&plain(alt)).replace('\n', " ");
    let is_useful = characters(&alt) >= 4 && !is_file_name(&alt) && placeholder(&alt).is_none() && !record.is_banned(&alt);
    is_useful.then(|| if is_shouting(&alt) { casing::name(&alt, &record.spellings, record.phrases) } else { casing::first_large(&alt) })
}

/// The title, and the colour when there is only one.
fn usual(record: &Record<'_>, title: &Title) -> String {
    let known: HashSet<String> = stems(&title.text).collect();
    match record.value(Role::Colour).filter(|colour| characters(colour) <= 20 && !title.text.is_empty() && !record.is_banned(colour)) {
        Some(colour) if stems(colour).any(|stem| !known.contains(&stem)) => format!("{}, {colour}", title.text),
        _ => title.text.clone(),
    }
}

fn numbered(text: &str, at: usize, record: &Record<'_>) -> String {
    let behind = format!(", {} {}", record.phrases.view, at + 1);
    if text.is_empty() || text.ends_with(&behind) {
        return text.to_owned();
    }
    let head = truncated(text, ALT_CHARACTERS as usize - characters(&behind)).trim_end_matches(['.', '!', '?', ',']);
    [head, &behind].concat()
}
