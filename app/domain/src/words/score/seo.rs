//! What a search engine shows, and what it finds.

use super::{
    super::{
        brief::{SEO_DESCRIPTION_CHARACTERS, SEO_TITLE_CHARACTERS},
        check::{SEO_DESCRIPTION_LEAST, SEO_TITLE_LEAST},
        noise::sales,
        text::{characters, is_shouting},
        token::{find_phrase, stems},
    },
    Point, Read, part, point, useful_alts,
};
use crate::fold::sort_key;

pub(super) fn points(read: &Read<'_>) -> Vec<Point> {
    let mut points =
        vec![title_length(read), description_length(read), title_words(read), description_words(read), sound(read), difference(read), text(read)];
    points.extend(keywords(read));
    points.extend(pictures(read));
    points
}

fn title_length(read: &Read<'_>) -> Point {
    let (length, least, most) = (characters(read.seo_title), SEO_TITLE_LEAST as usize, SEO_TITLE_CHARACTERS as usize);
    match length {
        0 => point(0, 20, "There is no SEO title; the product's title is shown in its place."),
        _ if length > most => point(10, 20, format!("The SEO title has {length} characters; up to {most} are shown whole.")),
        _ if length < least => point(part(15, length, least), 20, format!("The SEO title has {length} characters; {least} to {most} fill the line.")),
        _ => point(20, 20, format!("The SEO title has a good length: {length} characters.")),
    }
}

fn description_length(read: &Read<'_>) -> Point {
    let (length, least, most) = (characters(read.seo_description), SEO_DESCRIPTION_LEAST as usize, SEO_DESCRIPTION_CHARACTERS as usize);
    match length {
        0 => point(0, 20, "There is no SEO description; search engines choose a piece of the page."),
        _ if length > most => point(12, 20, format!("The SEO description has {length} characters; up to {most} are shown whole.")),
        _ if length < least => {
            point(part(15, length, least), 20, format!("The SEO description has {length} characters; {least} to {most} fill the lines."))
        }
        _ => point(20, 20, format!("The SEO description has a good length: {length} characters.")),
    }
}

fn title_words(read: &Read<'_>) -> Point {
    let stems: Vec<String> = stems(read.seo_title).collect();
    match Read::share(&read.title_stems, |stem| stems.contains(stem)) {
        _ if read.seo_title.is_empty() => point(0, 12, "There is no SEO title to find the product by."),
        50.. => point(12, 12, "The SEO title says what the title says."),
        share => point(part(12, share, 50), 12, "The SEO title has few words of the title; people search for those."),
    }
}

fn description_words(read: &Read<'_>) -> Point {
    let stems: Vec<String> = stems(read.seo_description).collect();
    match Read::share(&read.title_stems, |stem| stems.contains(stem)) {
        _ if read.seo_description.is_empty() => point(0, 10, "There is no SEO description to find the product by."),
        40.. => point(10, 10, "The SEO description names the product."),
        share => point(part(10, share, 40), 10, "The SEO description has few words of the title; those are set in bold in results."),
    }
}

fn sound(read: &Read<'_>) -> Point {
    if read.seo_title.is_empty() && read.seo_description.is_empty() {
        return point(0, 6, "There is nothing that a search engine could show.");
    }
    if is_shouting(read.seo_title) || is_shouting(read.seo_description) {
        return point(1, 6, "The SEO texts are written in capitals; search engines write them anew.");
    }
    match sales(read.seo_title).or_else(|| sales(read.seo_description)) {
        Some(noise) => point(3, 6, format!("The SEO texts advertise: “{noise}”. What it is brings more people.")),
        None => point(6, 6, "The SEO texts say what it is."),
    }
}

fn difference(read: &Read<'_>) -> Point {
    let (title, description) = (sort_key(read.seo_title), sort_key(read.seo_description));
    if title.is_empty() || description.is_empty() {
        point(0, 6, "SEO title and description are not both there.")
    } else if title == description {
        point(0, 6, "SEO title and description say the same; the description can say more.")
    } else if description.starts_with(&title) && description.len() < title.len() + 30 {
        point(3, 6, "The SEO description hardly says more than the SEO title.")
    } else {
        point(6, 6, "SEO title and description each say something of their own.")
    }
}

fn text(read: &Read<'_>) -> Point {
    match read.words {
        0 => point(0, 16, "There is no description for a search engine to read."),
        words @ 1..50 => {
            point(part(15, words, 50), 16, format!("The description has {words} words; 50 or more give a search engine something to read."))
        }
        words => point(16, 16, format!("The description has {words} words, enough for a search engine.")),
    }
}

/// None when the brief has no keywords.
fn keywords(read: &Read<'_>) -> Option<Point> {
    let wanted: Vec<&str> = read.brief.keywords.iter().map(|keyword| keyword.trim()).filter(|keyword| !keyword.is_empty()).collect();
    let is_there = |keyword: &&&str| {
        [read.title, read.seo_title, read.seo_description].iter().any(|text| find_phrase(text, keyword).is_some())
            || stems(keyword).all(|stem| read.stems.contains(&stem)) && read.blocks.iter().any(|block| find_phrase(&block.text, keyword).is_some())
    };
    let missing: Vec<&str> = wanted.iter().filter(|keyword| !is_there(keyword)).copied().collect();
    (!wanted.is_empty()).then(|| match missing.len() {
        0 => point(10, 10, "Every keyword of the brief is there."),
        count => point(part(10, wanted.len() - count, wanted.len()), 10, format!("Keywords of the brief are missing: {}.", missing.join(", "))),
    })
}

/// None without pictures.
fn pictures(read: &Read<'_>) -> Option<Point> {
    let (all, useful) = (read.alts.len(), useful_alts(&read.alts).0);
    (all > 0).then(|| match useful {
        _ if useful == all => point(10, 10, "Every picture can be found by its text."),
        _ => point(part(10, useful, all), 10, format!("{useful} of {all} pictures can be found by a text.")),
    })
}
