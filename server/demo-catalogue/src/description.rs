//! Descriptions: good HTML, poor HTML, or none.

mod poor;

use crate::{
    article::Article,
    random::{Purpose, Random},
    shelf::Words,
    title::Quality,
    words::push_filled,
};

/// Behind any department's own sentences.
const PROMISES: &[&str] = &[
    "Order today and it leaves our warehouse tomorrow.",
    "If it is not right, send it back within 30 days.",
    "Questions? Our team knows the {noun} well and answers the same day.",
    "{vendor} stands behind it, and so do we.",
    "A favourite of our buyers since it first came in.",
];

pub(crate) fn draw(article: &Article, quality: Quality) -> String {
    let mut random = Random::new(article.n, Purpose::Description);
    // Who writes a good title mostly writes a good description.
    let shares = if quality == Quality::Good { [8, 76, 16] } else { [17, 20, 63] };
    match random.weighted(&shares) {
        0 => String::new(),
        1 => good(article, &mut random),
        _ => poor::draw(article, &mut random),
    }
}

/// No good description is shorter, in bytes.
const ENOUGH: usize = 310;

/// A paragraph or two and a list.
fn good(article: &Article, random: &mut Random) -> String {
    let department = article.department;
    let mut html = String::with_capacity(900);
    html.push_str("<p>");
    push_filled(&mut html, random.pick(department.openings), article);
    html.push(' ');
    let sentences = Several::new(department.sentences, random);
    push_filled(&mut html, sentences.nth(0), article);
    if random.percent(78) {
        html.push_str("</p>\n<p>");
        push_filled(&mut html, sentences.nth(1), article);
        if random.percent(45) {
            html.push(' ');
            push_filled(&mut html, sentences.nth(2), article);
        }
    }
    if random.percent(30) {
        html.push(' ');
        push_filled(&mut html, random.pick(PROMISES), article);
    }
    html.push_str("</p>\n<ul>\n");
    let bullets = Several::new(department.bullets, random);
    let count = 3 + random.below(4);
    for index in 0..department.bullets.len() {
        if index >= count && html.len() >= ENOUGH {
            break;
        }
        push_bullet(&mut html, bullets.nth(index), article);
    }
    if article.has_one_colour() && random.percent(50) {
        push_bullet(&mut html, "Colour: {colour}", article);
    }
    push_bullet(&mut html, random.pick(department.care), article);
    html.push_str("</ul>");
    // Only vendors' names have one.
    if html.contains(" & ") { html.replace(" & ", " &amp; ") } else { html }
}

fn push_bullet(html: &mut String, bullet: &str, article: &Article) {
    html.push_str("<li>");
    push_filled(html, bullet, article);
    html.push_str("</li>\n");
}

/// Different ones of a list.
struct Several {
    list: Words,
    start: usize,
    step: usize,
}

impl Several {
    fn new(list: Words, random: &mut Random) -> Self {
        // Steps of 1 and of one less than the length visit every place.
        let step = if random.percent(50) { 1 } else { list.len() - 1 };
        Self { list, start: random.below(list.len()), step }
    }

    fn nth(&self, index: usize) -> &'static str {
        self.list[(self.start + index * self.step) % self.list.len()]
    }
}
