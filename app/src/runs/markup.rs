//! Parts of the pages of runs that are read and not acted upon, as HTML text: a fifth of the code that views would be.

mod estimate;
mod picture;
mod results;
mod writer;

pub(super) use self::{
    estimate::{estimate, rest},
    picture::picture,
    results::{failures, results},
    writer::{parts, providers},
};

use maud::{Markup, html};

fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ "/icons.svg#" (name) } {} } }
}
