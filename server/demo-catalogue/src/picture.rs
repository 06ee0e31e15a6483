//! Product pictures, drawn from a few shapes in the product's own colour.
//!
//! They are plain SVG with presentation attributes only: no script, no style, nothing from elsewhere.

mod colour;
pub(crate) mod shapes;

use std::fmt::Write as _;

use self::{
    colour::{Inks, background},
    shapes::{Drawing, Stage},
};
use crate::{
    article::Article,
    random::{Purpose, Random},
};

/// Where the pictures are served.
pub const PICTURE_PATH: &str = "/pictures/demo/";

/// The address of a picture: `/pictures/demo/{n}-{view}.svg`.
pub(crate) fn address(n: u64, view: usize) -> String {
    format!("{PICTURE_PATH}{n}-{view}.svg")
}

/// View `view` (from 1) of product `n`, as an SVG.
pub fn picture(n: u64, view: u8) -> String {
    let article = Article::new(n);
    let index = usize::from(view.saturating_sub(1));
    let inks = Inks::new(article.nth_colour(index % article.colours).rgb, &mut Random::new(n, Purpose::Picture));
    let (wall, floor) = background(inks.main, (n % 1_000) as usize + 3 * index);

    let mut svg = String::with_capacity(1_500);
    let _ = write!(
        svg,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400'><rect width='400' height='400' fill='#{wall:06x}'/>{}",
        Floor(article.kind.drawing.stage, floor)
    );
    draw(&mut svg, article.kind.drawing, &inks, index % 4);
    svg.push_str("</svg>");
    svg
}

struct Floor(Stage, u32);

impl std::fmt::Display for Floor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Stage::Standing => write!(f, "<path d='M0 282h400v118H0z' fill='#{:06x}'/>", self.1),
            Stage::Floating | Stage::Hanging => write!(f, "<circle cx='200' cy='200' r='168' fill='#{:06x}'/>", self.1),
        }
    }
}

/// The object as it is, mirrored, from close by, or twice.
fn draw(svg: &mut String, drawing: &Drawing, inks: &Inks, pose: usize) {
    let hanging = drawing.stage == Stage::Hanging;
    svg.push_str(match pose {
        0 => "<g>",
        1 => "<g transform='matrix(-1 0 0 1 400 0)'>",
        2 if hanging => "<g transform='matrix(1.3 0 0 1.3 -60 -20)'>",
        2 => "<g transform='matrix(1.4 0 0 1.4 -80 -92)'>",
        _ if hanging => "<use href='#o' transform='matrix(.6 0 0 .6 170 0)'/><g id='o' transform='matrix(.75 0 0 .75 -20 0)'>",
        _ => "<use href='#o' transform='matrix(.85 0 0 .85 128 18)'/><g id='o' transform='matrix(.72 0 0 .72 -8 92)'>",
    });
    svg.push_str(match drawing.stage {
        Stage::Standing => "<ellipse cx='200' cy='320' rx='142' ry='15' opacity='.13'/>",
        Stage::Floating => "<ellipse cx='200' cy='346' rx='92' ry='10' opacity='.12'/>",
        Stage::Hanging => "",
    });
    fill(svg, drawing.shapes, inks);
    svg.push_str("</g>");
}

/// Puts the colours into a drawing.
fn fill(svg: &mut String, shapes: &str, inks: &Inks) {
    let mut parts = shapes.split('$');
    svg.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let mut chars = part.chars();
        let colour = inks.named(chars.next().unwrap_or('m'));
        let _ = write!(svg, "#{colour:06x}");
        svg.push_str(chars.as_str());
    }
}
