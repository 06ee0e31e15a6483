use proptest::prelude::*;

use super::*;
use crate::{clock::Timestamp, ids::ImageId};

fn image(n: u8) -> ImageId {
    ImageId::new(Timestamp::from_micros(0), [n; 10])
}

fn good() -> Source {
    let prose = "The Ivy throws a soft pool of light on the table and leaves the rest of the room in peace. Brackenside makes the shade of glass.";
    Source {
        title: "Brackenside Ivy Table Lamp".into(),
        description: format!("<p>{prose}</p><p>{prose}</p><ul><li>Material: opal glass</li><li>Colours: brass and black</li></ul>"),
        vendor: "Brackenside".into(),
        product_type: "Table Lamps".into(),
        tags: ["lamp", "glass", "light"].map(str::to_owned).into(),
        seo_title: "Ivy Table Lamp in Opal Glass by Brackenside".into(),
        seo_description: "The Ivy table lamp by Brackenside throws a soft pool of light on the table: opal glass, in brass or black.".into(),
        options: vec![("Colour".into(), vec!["Brass".into(), "Black".into()])],
        images: vec![(image(1), "Ivy table lamp in brass".into()), (image(2), "Ivy table lamp in black".into())],
        ..Source::default()
    }
}

fn of(source: &Source, brief: &Brief) -> Scores {
    scores(&source.words(), source, brief)
}

fn says(score: &Score, text: &str) -> bool {
    score.points.iter().any(|point| point.says.contains(text))
}

#[test]
fn good_words_get_every_point() {
    let scores = of(&good(), &Brief::default());
    let lost: Vec<&Point> = scores.quality.points.iter().chain(&scores.seo.points).filter(|point| point.got < point.of).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert_eq!((scores.quality.value, scores.seo.value), (100, 100));
}

#[test]
fn nothing_is_worth_nothing_and_says_so() {
    let scores = of(&Source::default(), &Brief::default());
    assert_eq!((scores.quality.value, scores.seo.value), (0, 0));
    assert!(says(&scores.quality, "There is no title.") && says(&scores.seo, "There is no SEO title"));
}

/// What is done to good words, and a part of what is then said.
type Spoiling = (fn(&mut Source), &'static str);

#[test]
fn what_is_worse_costs_points_and_is_named() {
    let spoilings: [Spoiling; 16] = [
        (|source| source.title = "BRACKENSIDE IVY TABLE LAMP".into(), "The title is written in capitals"),
        (|source| source.title = "brackenside ivy table lamp".into(), "has no capital letter"),
        (
            |source| source.title.push_str(" with a shade of opal glass and a foot of brass or black for every table"),
            "The title has 98 characters; up to 70 are wanted.",
        ),
        (|source| source.title = "Brackenside Ivy Table Lamp Table".into(), "says a word twice"),
        (|source| source.title.push_str(" BEST PRICE"), "The title advertises: “BEST PRICE”"),
        (|source| source.title.push_str(" #104072"), "a code in it, #104072"),
        (|source| source.title = "Ivy, soft as light".into(), "neither what it is nor whose"),
        (|source| source.description = "<p>Ivy by Brackenside in brass, black.</p>".into(), "6 words; 40 to 160 are wanted"),
        (|source| source.description = source.description.repeat(20), "40 to 160 are wanted"),
        (|source| source.description = super::super::html::plain(&source.description).replace(['\n', '.'], " "), "split it"),
        (|source| source.description.push_str("<p>TODO</p>"), "“TODO” only keeps a place"),
        (|source| source.description.push_str("<p>THIS LAMP SHINES</p>"), "words in capitals"),
        (
            |source| source.description = source.description.replace("brass and black", "two").replace("Brackenside", "It"),
            "leave out what the record knows: colour.",
        ),
        (|source| source.images[1].1 = "IMG_2.jpg".into(), "One picture has no text"),
        (|source| source.images[1].1 = source.images[0].1.clone(), "have the same text"),
        (|source| source.tags.truncate(1), "There is one tag only"),
    ];
    let best = of(&good(), &Brief::default());
    for (spoil, named) in spoilings {
        let mut source = good();
        spoil(&mut source);
        let scores = of(&source, &Brief::default());
        assert!(says(&scores.quality, named), "{named}: {:#?}", scores.quality.points);
        assert!(scores.quality.value < best.quality.value, "{named}");
    }
}

#[test]
fn search_engines_mind_other_things() {
    let spoilings: [Spoiling; 8] = [
        (|source| source.seo_title.clear(), "There is no SEO title"),
        (|source| source.seo_title.push_str(", with a shade of opal glass"), "up to 60 are shown whole"),
        (|source| source.seo_title = "Soft light for every room of yours".into(), "few words of the title"),
        (|source| source.seo_description.clear(), "There is no SEO description"),
        (|source| source.seo_description = "Short.".into(), "70 to 155 fill the lines"),
        (|source| source.seo_description = source.seo_title.clone(), "say the same"),
        (|source| source.description = "<p>Ivy.</p>".into(), "50 or more"),
        (|source| source.images[0].1.clear(), "1 of 2 pictures"),
    ];
    for (spoil, named) in spoilings {
        let mut source = good();
        spoil(&mut source);
        let scores = of(&source, &Brief::default());
        assert!(says(&scores.seo, named), "{named}: {:#?}", scores.seo.points);
        assert!(scores.seo.value < 100, "{named}");
    }
}

#[test]
fn the_briefs_keywords_count() {
    let brief = Brief { keywords: vec!["table lamp".into(), "desk light".into()], ..Brief::default() };
    let scores = of(&good(), &brief);
    assert!(says(&scores.seo, "Keywords of the brief are missing: desk light."));
    assert!(scores.seo.value < 100);
}

#[test]
fn ten_thousand_characters_are_judged_at_once() {
    let mut source = good();
    while source.description.len() < 10_000 {
        source.description = source.description.repeat(2);
    }
    let words = source.words();
    let started = std::time::Instant::now();
    for _ in 0..10 {
        scores(&words, &source, &Brief::default());
    }
    // A millisecond each where it is optimised; a build without that takes some ten times as long.
    assert!(started.elapsed().as_millis() < 1_000, "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_words_have_scores(title in "\\PC{0,60}", html in "[<>/pbli &;!.A-Zé日0-9\n]{0,200}", seo in "\\PC{0,80}", alt in "\\PC{0,20}") {
        let source = Source { title, description: html, seo_title: seo.clone(), seo_description: seo, images: vec![(image(1), alt)], ..good() };
        let scores = of(&source, &Brief::default());
        for point in scores.quality.points.iter().chain(&scores.seo.points) {
            prop_assert!(point.got <= point.of && point.says.ends_with('.'), "{:?}", point);
        }
        prop_assert!(scores.quality.value <= 100 && scores.seo.value <= 100);
        prop_assert_eq!(scores, of(&source, &Brief::default()));
    }
}
