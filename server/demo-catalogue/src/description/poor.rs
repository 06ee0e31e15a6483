//! Descriptions that somebody should look at.

use crate::{
    article::Article,
    random::Random,
    words::{push_filled, push_number},
};

const FRAGMENTS: &[&str] = &[
    "Nice {noun}.",
    "{noun} {colour}",
    "good quality {noun}, fast delivery",
    "See picture.",
    "{material} {noun}, {measure}",
    "TBC",
    "{name} {noun} from {vendor}",
    "text to follow",
    "As described by the manufacturer. {attribute}.",
];

const TWELVE_WORDS: &[&str] = &[
    "This is a {noun} made by {vendor}. It is good. Please buy it here.",
    "{noun} from {vendor}, very nice {material}, many people like it, order now while stock lasts.",
    "we have this {noun} in {material} in our store, please contact us for other sizes",
    "High quality {noun} for you and your family. Also a great gift idea for everyone.",
];

const SHOUTS: &[&str] = &[
    "<p>!!! BEST PRICE !!! {noun} {name} ORIGINAL {vendor} !!! ONLY WHILE STOCK LASTS !!!</p>",
    "<center><b>TOP QUALITY {noun}</b><br><br>FREE GIFT WITH EVERY ORDER</center>",
];

pub(super) fn draw(article: &Article, random: &mut Random) -> String {
    let mut html = String::with_capacity(400);
    match random.weighted(&[22, 26, 26, 20, 6]) {
        0 => push_filled(&mut html, random.pick(FRAGMENTS), article),
        1 => specifications(&mut html, article, random),
        2 => from_an_old_shop(&mut html, article, random),
        3 => push_filled(&mut html, random.pick(TWELVE_WORDS), article),
        _ => push_filled(&mut html, random.pick(SHOUTS), article),
    }
    html
}

/// Copied out of a supplier's sheet.
fn specifications(html: &mut String, article: &Article, random: &mut Random) {
    let (separator, end) = random.pick(&[(":", ";"), (" : ", "<br>"), (" = ", " | "), ("\t", "<br/>")]);
    let mut entry = |key: &str, value: &str| {
        for part in [key, separator, value, end] {
            html.push_str(part);
        }
    };
    entry("Item", article.noun);
    entry("Model", &article.name);
    entry("Material", article.material);
    entry("Size", article.measure);
    entry("Feature", article.attribute);
    if article.kind.palette.named {
        entry("Color", article.colour().name);
    }
    entry("Brand", &article.vendor.name);
    entry("Package includes", "1 pc");
    html.push_str("Art.No.");
    push_number(html, article.number());
}

/// With the marks of the editor it was once pasted into.
fn from_an_old_shop(html: &mut String, article: &Article, random: &mut Random) {
    const SPAN: &str = "<span style=\"font-family: Arial; font-size: 10pt; color: #333333;\">";
    html.push_str("<div class=\"desc_old\">");
    html.push_str(SPAN);
    html.push_str("<strong>");
    push_filled(html, "{name} {noun}&nbsp;", article);
    html.push_str("</strong></span><br />&nbsp;<br />");
    html.push_str(SPAN);
    push_filled(html, random.pick(article.department.sentences), article);
    html.push_str("&nbsp;&nbsp;");
    push_filled(html, "{material},&nbsp;{attribute}.", article);
    html.push_str("</span><br /><br />");
    if random.percent(40) {
        html.push_str("<font color=\"red\">Now in our new shop!</font>");
    }
    html.push_str("<p>&nbsp;</p></div>");
}
